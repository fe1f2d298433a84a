"""A person's rights as the database holds them, read where they are needed.

A read takes them in the statement that reads what is protected, an action inside its
transaction: so a change of role, a move or a ban holds from the next request on.
"""

from typing import Any

import orjson

from models import db
from models.access.rights import NOBODY, NOTHING, Held, Rights, Thing
from models.access.words import Action
from models.db import Connection
from models.errors import Code, Refusal
from models.role import Role


def rights_sql(person_id: str) -> str:
    """Give the scalar expression of the rights of the person in this SQL parameter.

    Its value, JSON or NULL, is for `read`. A person who is banned, unknown or was claimed by
    somebody else has none.
    """
    return _RIGHTS.format(person_id=person_id)


def read(value: Any) -> Rights:  # noqa: ANN401 - a column of JSON
    """Make the rights out of what `rights_sql` gave."""
    if value is None:
        return NOBODY
    person_id, household_id, held = orjson.loads(value)
    return Rights(
        person_id, household_id, tuple(Held(Role(role), code, unit) for role, code, unit in held)
    )


async def rights(connection: Connection, person_id: int | None) -> Rights:
    """Read a person's rights inside an action's transaction; nobody has none."""
    if person_id is None:
        return NOBODY
    return read(await connection.fetchval(_RIGHTS_ALONE, person_id))


async def rights_of(person_id: int | None) -> Rights:
    """Read a person's rights by themselves, for a list that is made of nothing else."""
    if person_id is None:
        return NOBODY
    row = await db.fetch_one(_RIGHTS_ALONE, person_id)
    return read(row["rights"] if row else None)


def check(
    held: Rights, action: Action, thing: Thing = NOTHING, *, path: str | None = None
) -> None:
    """Refuse NOT_ALLOWED unless the table gives the action on this thing.

    For things that everybody may see. What is invisible to the person is NOT_FOUND instead.
    """
    if not held.may(action, thing):
        raise Refusal(Code.NOT_ALLOWED, "您没有权限进行此操作", *([path] if path else []))


_RIGHTS = """(
    SELECT jsonb_build_array(asking.id, home.household_id, coalesce((
        SELECT jsonb_agg(jsonb_build_array(role, area_code, unit_id) ORDER BY appointment.id)
        FROM appointment WHERE person_id = asking.id
            AND started_on <= TODAY AND (ended_on IS NULL OR ended_on >= TODAY)
    ), '[]'))::text
    FROM person AS asking
    LEFT JOIN residence AS home ON home.person_id = asking.id AND home.state = 'CONFIRMED'
    WHERE asking.id = {person_id} AND asking.banned_at IS NULL AND asking.claimed_by_id IS NULL
)""".replace("TODAY", db.TODAY)
_RIGHTS_ALONE = f"SELECT {rights_sql('$1')} AS rights"
