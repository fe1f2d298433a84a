"""What stands in grids moves with them when they are merged or split.

Here is the whole list. Whatever says where something is *now* moves: homes, people's residences,
units, stations, offices. What says where something *was* stays for ever: events, ended
residences, ended offices. A new kind of thing that stands in an area is added here, or by its
domain to ALSO_MOVES: tickets (models/ticket/regrid.py).
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

import asyncpg

from models import event
from models.area.plan import Plan
from models.db import TODAY, Connection
from models.event import Topic
from models.geo import Point
from models.role import Role

Mover = Callable[[Connection, Plan, int], Awaitable[None]]
"""Moves what a domain has in the old areas, in the name of a person."""

ALSO_MOVES: dict[str, Mover] = {}
"""What higher domains move, by name; in the order of the names, before all else."""


async def move(connection: Connection, plan: Plan, *, actor_id: int) -> None:
    """Move all that stands in the old areas; locks are taken in the order of these lines."""
    for name in sorted(ALSO_MOVES):
        await ALSO_MOVES[name](connection, plan, actor_id)
    await _move_units(connection, plan, actor_id)
    await _move_offices(connection, plan, actor_id)
    await _move_stations(connection, plan, actor_id)
    old, new = list(plan.successors), [codes[0] for codes in plan.successors.values()]
    await connection.execute(_MOVE_HOUSEHOLDS, old, new)
    await connection.execute(_MOVE_RESIDENCES, old, new)


async def _move_units(connection: Connection, plan: Plan, actor_id: int) -> None:
    for row in await connection.fetch(_UNITS, list(plan.successors)):
        to = plan.successors[row["area_code"]][0]
        version = await connection.fetchval(_MOVE_UNIT, row["id"], to)
        await _tell(connection, Topic.UNIT, row["id"], version, [row["area_code"], to], actor_id)


async def _move_stations(connection: Connection, plan: Plan, actor_id: int) -> None:
    """Move stations; one that serves a grid which is split goes where it stands."""
    for row in await connection.fetch(_STATIONS, list(plan.successors)):
        successors = plan.successors[row["area_code"]]
        to = successors[0]
        if len(successors) > 1:
            to = plan.grid_at(Point(row["longitude"], row["latitude"]))
        version = await connection.fetchval(_MOVE_STATION, row["id"], to)
        await _tell(
            connection, Topic.STATION, row["id"], version, [row["area_code"], to], actor_id
        )


async def _move_offices(connection: Connection, plan: Plan, actor_id: int) -> None:
    """End the offices in the old areas and begin them in each of the new ones.

    So nobody is without those in charge for a day, and history says who served which grid. Who
    held the same office in two grids that are merged holds it once.
    """
    await connection.fetch(_LOCK_OFFICERS, list(plan.successors))
    rows = await connection.fetch(_OFFICES, list(plan.successors))
    await connection.execute(_END_OFFICES, [row["id"] for row in rows], actor_id)
    for (person_id, role, unit_id, code), (starts_on, ends_on) in _begun(rows, plan).items():
        await connection.execute(
            _BEGIN_OFFICE, person_id, role, code, unit_id, starts_on, ends_on, actor_id
        )
    for row in rows:
        version = await connection.fetchval(_NEXT_OF_PERSON, row["person_id"])
        facts = {"appointment": row["id"], "role": row["role"]}
        codes = [row["area_code"], *_places(row, plan)]
        await _tell(connection, Topic.PERSON, row["person_id"], version, codes, actor_id, **facts)


def _begun(
    rows: Iterable[asyncpg.Record], plan: Plan
) -> dict[tuple[int, str, int | None, str], tuple[date, date | None]]:
    """Say which offices begin, by person, role, unit and area, with their first and last day."""
    begun: dict[tuple[int, str, int | None, str], tuple[date, date | None]] = {}
    for row in rows:
        for code in _places(row, plan):
            key = (row["person_id"], row["role"], row["unit_id"], code)
            starts_on, ends_on = row["starts_on"], row["ended_on"]
            if key in begun:
                first, last = begun[key]
                starts_on = min(starts_on, first)
                ends_on = None if None in {ends_on, last} else max(ends_on, last)
            begun[key] = (starts_on, ends_on)
    return begun


def _places(row: asyncpg.Record, plan: Plan) -> tuple[str, ...]:
    """Name the areas in which an office goes on: that of an officer stays where the unit is."""
    successors = plan.successors[row["area_code"]]
    return successors[:1] if row["role"] == Role.DEPARTMENT_OFFICER else successors


async def _tell(  # noqa: PLR0913, PLR0917 - the sides of an event
    connection: Connection,
    topic: Topic,
    thing_id: int,
    version: int,
    codes: list[str],
    actor_id: int,
    **facts: object,
) -> None:
    """Record that a thing went from the first of these codes to the others."""
    came_from, *went_to = codes
    await event.record(
        connection,
        topic=topic,
        thing_id=thing_id,
        area_code=went_to[0],
        also_area_codes=[*went_to[1:], came_from],
        version=version,
        kind="REASSIGNED",
        actor_id=actor_id,
        facts={**facts, "from": came_from, "to": went_to},
    )


_UNITS = """
SELECT id, area_code FROM unit WHERE area_code = ANY($1::text[]) AND closed_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""
_MOVE_UNIT = """
UPDATE unit SET area_code = $2, version = version + 1 WHERE id = $1 RETURNING version
"""
_STATIONS = """
SELECT id, area_code, longitude, latitude FROM station WHERE area_code = ANY($1::text[])
ORDER BY id FOR NO KEY UPDATE
"""
_MOVE_STATION = """
UPDATE station SET area_code = $2, version = version + 1, changed_at = now() WHERE id = $1
RETURNING version
"""
_OPEN = f"area_code = ANY($1::text[]) AND (ended_on IS NULL OR ended_on >= {TODAY})"
_LOCK_OFFICERS = f"""
SELECT FROM person WHERE id IN (SELECT person_id FROM appointment WHERE {_OPEN})
ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_OFFICES = f"""
SELECT id, person_id, role, area_code, unit_id, greatest(started_on, {TODAY}) AS starts_on,
    ended_on
FROM appointment WHERE {_OPEN} ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_END_OFFICES = f"""
UPDATE appointment SET ended_on = greatest({TODAY}, started_on) - 1, ended_by_id = $2
WHERE id = ANY($1::bigint[])
"""  # noqa: S608 - constants
_BEGIN_OFFICE = """
INSERT INTO appointment (person_id, role, area_code, unit_id, started_on, ended_on, started_by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_NEXT_OF_PERSON = """
UPDATE person SET version = version + 1 WHERE id = $1 RETURNING version
"""
_MOVED = "FROM unnest($1::text[], $2::text[]) AS moved (old, new) WHERE area_code = moved.old"
_MOVE_HOUSEHOLDS = f"""
UPDATE household SET area_code = moved.new, version = version + 1 {_MOVED}
"""  # noqa: S608 - constants
_MOVE_RESIDENCES = f"""
UPDATE residence SET area_code = moved.new {_MOVED} AND state IN ('PENDING', 'CONFIRMED')
"""  # noqa: S608 - constants
