"""Households and residences as a viewer may see them."""

from collections.abc import Iterable

import asyncpg
import orjson

from models import access, area, db, page
from models.access import Action, Rights, Thing
from models.errors import Invalid
from models.page import Page
from models.person import home, people
from models.person.record import Household, Person, Residence, ResidenceState

MEMBERS_MOST = 50
CODE_LENGTH_MOST = 32


async def find_household(
    *, viewer_id: int | None, key: int | None = None, code: str | None = None
) -> Household | None:
    """Give the household with this key or this code to those who may see it."""
    if (key is None) == (code is None):
        raise Invalid("须且只须提供 id 或 code")
    if code is not None and len(code) > CODE_LENGTH_MOST:
        return None
    row = await db.fetch_one(_BY_CODE if key is None else _BY_KEY, key or code, viewer_id)
    if row is None:
        return None
    thing = Thing(household_id=row["household_id"], area_code=row["home_code"])
    if not access.read(row["rights"]).may(Action.HOUSEHOLD_READ, thing):
        return None
    return home.household(row, area.from_json(orjson.loads(row["area"])))


async def members(
    household_ids: Iterable[int], *, viewer_id: int | None
) -> dict[int, tuple[Person, ...]]:
    """Give those who live in each of these households, in one statement, longest first.

    MEMBERS_MOST at most; none of a household that the viewer may not see.
    """
    asked = list(household_ids)
    found: dict[int, list[Person]] = {key: [] for key in asked}
    for row in await db.fetch(_MEMBERS, asked, viewer_id, MEMBERS_MOST):
        held = access.read(row["rights"])
        thing = Thing(household_id=row["household_id"], area_code=row["home_code"])
        if held.may(Action.HOUSEHOLD_READ, thing):
            found[row["household_id"]].append(people.from_row(row, held))
    return {key: tuple(those) for key, those in found.items()}


async def find_residence(key: int, *, viewer_id: int | None) -> Residence | None:
    """Give a residence to whom it is about, and to those who may see its household."""
    row = await db.fetch_one(_RESIDENCE, key, viewer_id)
    return _seen(row, access.read(row["rights"])) if row else None


async def history(viewer_id: int, *, first: int, after: str | None) -> Page[Residence]:
    """Give where the viewer lives, lived and asked to live, newest first; raises Invalid."""
    query = page.digest("residences", viewer_id)
    before = page.key_after(after, query, int)[0] if after else None
    rows = await db.fetch(_HISTORY, viewer_id, before, page.size(first) + 1)
    found = [
        home.from_row(row, shows_household=row["state"] == ResidenceState.CONFIRMED)
        for row in rows
    ]
    return page.cut(found, first, query, lambda one: (one.id,))


async def pending(
    area_code: str, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Residence]:
    """Give what waits to be decided in an area, to those who may decide there; raises Invalid.

    In the order of the micro-grids, and in each of them the oldest first. An area that does not
    exist, or is not the viewer's, has none.
    """
    query = page.digest("pending", area_code)
    code, key = page.key_after(after, query, str, int) if after else (area_code, 0)
    rows = await db.fetch(_WAITING, area_code, code, key, page.size(first) + 1, viewer_id)
    thing = Thing(area_code=area_code)
    found = [
        home.from_row(row, shows_household=True)
        for row in rows
        if access.read(row["rights"]).may(Action.RESIDENCE_CONFIRM, thing)
    ]
    return page.cut(found, first, query, lambda one: (one.area.code, one.id))


def _seen(row: asyncpg.Record, held: Rights) -> Residence | None:
    is_confirmed = row["state"] == ResidenceState.CONFIRMED
    shared = row["household_id"] if is_confirmed else None
    thing = Thing(household_id=shared, area_code=row["home_code"])
    may_read = held.may(Action.HOUSEHOLD_READ, thing)
    if not may_read and row["person_id"] != held.person_id:
        return None
    return home.from_row(row, shows_household=may_read)


_HOUSEHOLD = f"""
SELECT household.id AS household_id, household.code AS household_code, household.address,
    household.head_id, household.version AS household_version, household.area_code AS home_code,
    {area.JSON}::text AS area, {access.rights_sql("$2")} AS rights
FROM household JOIN area ON area.code = household.area_code"""  # noqa: S608 - constants
_BY_KEY = f"{_HOUSEHOLD} WHERE household.id = $1"
_BY_CODE = f"{_HOUSEHOLD} WHERE household.code = $1"
_MEMBERS = f"""
SELECT members.* FROM unnest($1::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT {people.COLUMNS}, {access.rights_sql("$2")} AS rights {people.FROM}
    WHERE residence.household_id = asked.id ORDER BY residence.started_on, residence.id LIMIT $3
) AS members
"""  # noqa: S608 - constants
_RESIDENCES = f"FROM residence {home.PLACES}"
_RESIDENCE = f"""
SELECT {home.COLUMNS}, {access.rights_sql("$2")} AS rights {_RESIDENCES} WHERE residence.id = $1
"""
_HISTORY = f"""
SELECT {home.COLUMNS} {_RESIDENCES}
WHERE residence.person_id = $1 AND ($2::bigint IS NULL OR residence.id < $2)
ORDER BY residence.id DESC LIMIT $3
"""
_WAITING = f"""
SELECT {home.COLUMNS}, {access.rights_sql("$5")} AS rights {_RESIDENCES}
WHERE residence.state = 'PENDING' AND residence.area_code >= $1 COLLATE "C"
    AND residence.area_code < $1 || ':' COLLATE "C"
    AND (residence.area_code, residence.id) > ($2 COLLATE "C", $3)
ORDER BY residence.area_code, residence.id LIMIT $4
"""
