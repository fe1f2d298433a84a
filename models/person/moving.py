"""Who lives where, changed: the steps that registering, confirming and claiming share.

Every step is in its caller's transaction. Whoever changes where a person lives holds the areas
and that person's lock; whoever changes who belongs to a household holds the household's. Locks are
taken areas first, then people, then households, each by their keys, so that no two ever wait for
each other. They let others refer to the row meanwhile, as every idempotency key refers to its
person.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import asyncpg

from models import area, db, event
from models.area import Area
from models.db import Connection
from models.event import Topic


class Home(NamedTuple):
    """A confirmed residence."""

    residence_id: int
    area_code: str
    household_id: int | None


async def hold_homes(
    connection: Connection, person_ids: Iterable[int], *, code: str | None = None
) -> Area | None:
    """Hold the areas in which these people live, and another one, before anything else.

    Gives the other one if it holds today. So no merge takes an area away until the end of the
    transaction; whoever waited for one finds the people in what came after.
    """
    people = list(person_ids)
    codes = await _codes(connection, people)
    held = await area.hold_all(connection, codes | ({code} if code else set()))
    if codes - held.keys():
        await area.hold_all(connection, await _codes(connection, people))
    return held.get(code or "")


async def _codes(connection: Connection, person_ids: list[int]) -> set[str]:
    return {row["area_code"] for row in await connection.fetch(_HOMES, person_ids)}


async def lock_people(connection: Connection, ids: Iterable[int]) -> dict[int, asyncpg.Record]:
    """Lock these people and give what they are now, by key; who was claimed is not there."""
    rows = await connection.fetch(_LOCK_PEOPLE, list(ids))
    return {row["id"]: row for row in rows}


async def lock_households(connection: Connection, ids: Iterable[int | None]) -> None:
    """Lock these households, after every person."""
    await connection.fetch(_LOCK_HOUSEHOLDS, [key for key in ids if key is not None])


async def home_of(connection: Connection, person_id: int) -> Home | None:
    """Give where a locked person lives now."""
    row = await connection.fetchrow(_HOME, person_id)
    return Home(row["id"], row["area_code"], row["household_id"]) if row else None


async def leave(connection: Connection, person_id: int, home: Home) -> None:
    """End a person's home, at the latest yesterday unless it began today; its head may change.

    The household, if any, is locked. The one who has lived there longest becomes its head.
    """
    await connection.execute(_LEAVE, home.residence_id)
    if home.household_id is not None:
        await connection.execute(_NEXT_HEAD, home.household_id, person_id)


async def join(connection: Connection, person_id: int, household_id: int) -> None:
    """Count somebody who has just moved in; the first one is the head of a locked household."""
    await connection.execute(_JOIN, household_id, person_id)


async def record(  # noqa: PLR0913 - the sides of an event
    connection: Connection,
    person_id: int,
    *,
    kind: str,
    actor_id: int | None,
    facts: Mapping[str, object],
    content: Mapping[str, object] | None = None,
    area_codes: Iterable[str] = (),
) -> None:
    """Give a locked person the next version and write the event of it.

    It happened in the first of `area_codes`, and where none is given where the person lives, or
    in the city.
    """
    row = await connection.fetchrow(_NEXT_VERSION, person_id)
    assert row, "a locked person is there"
    codes = list(area_codes) or [row["area_code"]]
    await event.record(
        connection,
        topic=Topic.PERSON,
        thing_id=person_id,
        area_code=codes[0],
        also_area_codes=codes[1:],
        version=row["version"],
        kind=kind,
        actor_id=actor_id,
        facts=facts,
        content=content,
    )


PLACE = """coalesce(
    (SELECT area_code FROM residence WHERE person_id = {person} AND state = 'CONFIRMED'),
    (SELECT code FROM area WHERE level = 'CITY' ORDER BY code LIMIT 1)
)"""
"""Where what concerns a person alone happens, in SQL: at home, or in the city.

`person` is their key, in a form that means the same inside a subquery on residence.
"""

_LOCK_PEOPLE = """
SELECT id, name, is_party_member, phone_index, identity_number, identity_number_index,
    openid IS NOT NULL OR development_key IS NOT NULL AS signs_in
FROM person WHERE id = ANY($1::bigint[]) AND claimed_by_id IS NULL ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_HOUSEHOLDS = (
    "SELECT FROM household WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)
_HOMES = """
SELECT area_code FROM residence WHERE person_id = ANY($1::bigint[]) AND state = 'CONFIRMED'
"""
_HOME = """
SELECT id, area_code, household_id FROM residence WHERE person_id = $1 AND state = 'CONFIRMED'
"""
_LEAVE = f"""
UPDATE residence SET state = 'ENDED', ended_on = greatest(started_on, {db.TODAY} - 1) WHERE id = $1
"""  # noqa: S608 - constants
_NEXT_HEAD = """
UPDATE household SET version = version + 1, head_id = CASE WHEN head_id = $2 THEN (
    SELECT person_id FROM residence WHERE household_id = $1 AND state = 'CONFIRMED'
    ORDER BY started_on, id LIMIT 1
) ELSE head_id END WHERE id = $1
"""
_JOIN = """
UPDATE household SET version = version + 1, head_id = coalesce(head_id, $2) WHERE id = $1
"""
_NEXT_VERSION = f"""
UPDATE person SET version = version + 1 WHERE id = $1
RETURNING version, {PLACE.format(person="$1")} AS area_code
"""  # noqa: S608 - constants
