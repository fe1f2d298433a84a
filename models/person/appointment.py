"""Appointments as a viewer may see them: one's own, those of one's area, and names on signs."""

from dataclasses import dataclass
from datetime import date

import asyncpg

from models import access, db, page
from models.access import Action, Rights, Thing
from models.page import Page
from models.person.office import is_shown
from models.person.record import Person
from models.role import Role

OF_PERSON_MOST = 500


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role that a person holds, held or will hold: in an area, or in a unit and its area.

    `ended_on` is the last day; it lies before `started_on` where the role was taken back before
    it held.
    """

    id: int
    person: Person
    role: Role
    area_code: str
    unit_id: int | None
    started_on: date
    ended_on: date | None


async def find_appointment(key: int, *, viewer_id: int | None) -> Appointment | None:
    """Give an appointment that this viewer may see, in one statement."""
    row = await db.fetch_one(_ONE, key, viewer_id)
    if row is None:
        return None
    return _seen(row, access.read(row["rights"]))


async def appointments_of(
    person_id: int, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Appointment]:
    """List a person's appointments that this viewer may see, newest first; raises Invalid."""
    asked = page.digest("appointments of", person_id)
    (start,) = page.key_after(after, asked, int) if after else (None,)
    rows = await db.fetch(_OF_PERSON, person_id, viewer_id, start, OF_PERSON_MOST)
    seen = [one for row in rows if (one := _seen(row, access.read(row["rights"])))]
    return page.cut(seen[: page.size(first) + 1], first, asked, lambda one: (one.id,))


async def appointments_in(
    code: str, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Appointment]:
    """List the appointments of an area's subtree, ended ones too, by area and key.

    Who may see a part of it only gets that part. Raises Invalid.
    """
    asked = page.digest("appointments in", code)
    place, key = page.key_after(after, asked, str, int) if after else ("", 0)
    count = page.size(first) + 1
    reach = _reach(await access.rights_of(viewer_id), code)
    rows = await db.fetch(_IN_AREAS, reach, place, key, count, viewer_id) if reach else []
    if rows and _reach(access.read(rows[0]["rights"]), code) != reach:
        # Somebody changed what the viewer holds between the two: the next request tells.
        rows = []
    found = [from_row(row) for row in rows]
    return page.cut(found, first, asked, lambda one: (one.area_code, one.id))


def _reach(held: Rights, code: str) -> list[str]:
    """Name the subtrees of an area that these rights reach."""
    reached = held.areas(Action.APPOINTMENT_READ)
    if any(code.startswith(one) for one in reached):
        return [code]
    return [one for one in reached if one.startswith(code)]


def _seen(row: asyncpg.Record, held: Rights) -> Appointment | None:
    found = from_row(row)
    thing = Thing(found.person.id, None, found.unit_id, found.area_code)
    return found if is_shown(held, found.role, thing, holds=row["holds"]) else None


def from_row(row: asyncpg.Record) -> Appointment:
    """Make the record of a row with COLUMNS."""
    return Appointment(
        id=row["id"],
        person=Person(row["person_id"], row["name"]),
        role=Role(row["role"]),
        area_code=row["area_code"],
        unit_id=row["unit_id"],
        started_on=row["started_on"],
        ended_on=row["ended_on"],
    )


COLUMNS = f"""appointment.id, person_id, person.name, role, area_code, unit_id, started_on,
    ended_on, started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY}) AS holds"""
_SELECT = f"SELECT {COLUMNS}"
_FROM = "FROM appointment JOIN person ON person.id = person_id"
_ONE = f"{_SELECT}, {access.rights_sql('$2')} AS rights {_FROM} WHERE appointment.id = $1"
_OF_PERSON = f"""
{_SELECT}, {access.rights_sql("$2")} AS rights {_FROM}
WHERE person_id = $1 AND ($3::bigint IS NULL OR appointment.id < $3)
ORDER BY appointment.id DESC LIMIT $4
"""
_IN_AREAS = f"""
SELECT found.*, {access.rights_sql("$5")} AS rights FROM unnest($1::text[]) AS reached (code)
CROSS JOIN LATERAL (
    {_SELECT} {_FROM}
    WHERE area_code >= reached.code COLLATE "C" AND area_code < reached.code || ':' COLLATE "C"
        AND (area_code, appointment.id) > ($2 COLLATE "C", $3)
    ORDER BY area_code, appointment.id LIMIT $4
) AS found
ORDER BY area_code, id LIMIT $4
"""  # noqa: S608 - constants
