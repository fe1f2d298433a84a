"""The person who asks, in one statement: roles, appointments and home of today."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import orjson

from models import area, db
from models.person import home
from models.person.record import Office, Residence, ResidenceState, Viewer
from models.person.standing import signed_in_sql
from models.role import Role


class Part(NamedTuple):
    """Something else to show of the viewer: an SQL expression about person.id, and its reader."""

    sql: str
    read: Callable[[Any], object]


PARTS: dict[str, Part] = {}
"""What higher domains show of the viewer, by name; read in the viewer's own statement."""


async def viewer(
    person_id: int, *, session_id: int | None = None, parts: tuple[str, ...] = ()
) -> Viewer | None:
    """Give the person who asks, the roles in the order of Role.

    None if unknown, banned, or not signed in any more by the session: `standing` says which.
    A pending residence shows no household. The PARTS that are asked for come with them.
    """
    rows = await db.fetch(_statement(parts), person_id, session_id)
    if not rows:
        return None
    row = rows[0]
    offices = tuple(_office(*one) for one in orjson.loads(row["appointments"] or "[]"))
    held = {Role.RESIDENT, *(office.role for office in offices)}
    homes = {row["state"]: _own(row) for row in rows if row["residence_id"]}
    return Viewer(
        id=person_id,
        name=row["name"],
        roles=tuple(role for role in Role if role in held),
        phone_masked=home.phone_masked(row["phone"], person_id),
        is_party_member=row["is_party_member"],
        appointments=offices,
        residence=homes.get(ResidenceState.CONFIRMED),
        pending_residence=homes.get(ResidenceState.PENDING),
        parts={name: PARTS[name].read(row[name]) for name in parts},
    )


def _own(row: asyncpg.Record) -> Residence:
    return home.from_row(row, shows_household=row["state"] == ResidenceState.CONFIRMED)


def _office(role: str, started_on: str, unit_name: str | None, place: list[object]) -> Office:
    return Office(Role(role), area.from_json(place), unit_name, date.fromisoformat(started_on))


@lru_cache(maxsize=64)
def _statement(parts: tuple[str, ...]) -> str:
    return _VIEWER.replace(
        "/* parts */", "".join(f', {PARTS[name].sql} AS "{name}"' for name in parts)
    )


_VIEWER = f"""
SELECT person.name, person.phone, person.is_party_member, (
    SELECT json_agg(
        json_build_array(role, started_on, unit.name, {area.JSON}) ORDER BY appointment.id
    )::text
    FROM appointment JOIN area ON area.code = appointment.area_code
    LEFT JOIN unit ON unit.id = appointment.unit_id
    WHERE appointment.person_id = person.id AND {home.HOLDS}
) AS appointments, {home.COLUMNS} /* parts */
FROM person
LEFT JOIN residence ON residence.person_id = person.id
    AND residence.state IN ('CONFIRMED', 'PENDING')
{home.PLACES}
WHERE {signed_in_sql("$1", "$2")}
"""  # noqa: S608 - constants
