"""The person who asks, in one statement: roles, appointments and home of today."""

from collections.abc import Callable, Iterable, Set
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

OFFICES = frozenset({"roles", "appointments"})
HOMES = frozenset({"residence", "pendingResidence", "household"})
PHONE = "phoneMasked"
"""What else costs something to read, by the names of the fields that show it."""


async def viewer(
    person_id: int, *, session_id: int | None = None, shown: Set[str] | None = None
) -> Viewer | None:
    """Give the person who asks, the roles in the order of Role.

    None if unknown, banned, or not signed in any more by the session: `standing` says which.
    A pending residence shows no household. `shown` names the fields that are asked for, by
    default all: of what costs something to read the others are left out.
    """
    if shown is None:
        shown = OFFICES | HOMES | {PHONE} | PARTS.keys()
    parts = tuple(sorted(shown & PARTS.keys()))
    sql = _statement(parts, has_offices=bool(shown & OFFICES), has_homes=bool(shown & HOMES))
    rows = await db.fetch(sql, person_id, session_id)
    if not rows:
        return None
    row = rows[0]
    offices = tuple(_office(*one) for one in orjson.loads(row.get("appointments") or "[]"))
    homes = {row["state"]: _own(row) for row in rows if row.get("residence_id")}
    sealed = row["phone"] if PHONE in shown else None
    return Viewer(
        id=person_id,
        name=row["name"],
        roles=_roles(offices) if shown & OFFICES else (),
        phone_masked=home.phone_masked(sealed, person_id),
        is_party_member=row["is_party_member"],
        appointments=offices,
        residence=homes.get(ResidenceState.CONFIRMED),
        pending_residence=homes.get(ResidenceState.PENDING),
        parts={name: PARTS[name].read(row[name]) for name in parts},
    )


def _roles(offices: Iterable[Office]) -> tuple[Role, ...]:
    held = {Role.RESIDENT, *(office.role for office in offices)}
    return tuple(role for role in Role if role in held)


def _own(row: asyncpg.Record) -> Residence:
    return home.from_row(row, shows_household=row["state"] == ResidenceState.CONFIRMED)


def _office(role: str, started_on: str, unit_name: str | None, place: list[object]) -> Office:
    return Office(Role(role), area.from_json(place), unit_name, date.fromisoformat(started_on))


@lru_cache(maxsize=64)
def _statement(parts: tuple[str, ...], *, has_offices: bool, has_homes: bool) -> str:
    columns = ["person.name, person.phone, person.is_party_member"]
    if has_offices:
        columns.append(_OFFICES)
    if has_homes:
        columns.append(home.COLUMNS)
    columns += [f'{PARTS[name].sql} AS "{name}"' for name in parts]
    return f"""
SELECT {", ".join(columns)} FROM person {_HOMES if has_homes else ""}
WHERE {signed_in_sql("$1", "$2")}
"""  # noqa: S608 - constants


_OFFICES = f"""(
    SELECT json_agg(
        json_build_array(role, started_on, unit.name, {area.JSON}) ORDER BY appointment.id
    )::text
    FROM appointment JOIN area ON area.code = appointment.area_code
    LEFT JOIN unit ON unit.id = appointment.unit_id
    WHERE appointment.person_id = person.id AND {home.HOLDS}
) AS appointments"""  # noqa: S608 - constants
_HOMES = f"""LEFT JOIN residence ON residence.person_id = person.id
    AND residence.state IN ('CONFIRMED', 'PENDING')
{home.PLACES}"""
# The longest of them, as a constant, by which tests look at its plan.
_VIEWER = _statement((), has_offices=True, has_homes=True)
