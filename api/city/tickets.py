"""A year of tickets in a city, each with its events, written by COPY."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg

from api.city.indexes import without_indexes
from api.city.rows import Batch
from api.city.sayings import STANDARD
from api.city.year import Grid, Town, Year
from models.geo import Point

Progress: TypeAlias = Callable[[int, int], None]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

RECEIVED = 95_399
"""What the reference city received in a year."""
STATEMENT_SECONDS = 300.0
BULK_LEAST = 20_000
"""For so many it is quicker to make the indexes anew."""
TABLES = ("ticket", "ticket_reporter", "content", "event")


async def are_loaded(connection: Connection) -> bool:
    """Say whether the city has tickets, be it these or others."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM ticket)"))


async def load(
    url: str, *, count: int, progress: Progress | None = None, now: datetime | None = None
) -> bool:
    """Write `count` tickets of the last year into the city at `url`, in one transaction.

    Says whether it did: a city that has tickets already is left alone. `progress` is told of
    tickets written and in all.
    """
    connection = await asyncpg.connect(url, command_timeout=STATEMENT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE ticket, unit IN SHARE ROW EXCLUSIVE MODE")
            if await are_loaded(connection):
                return False
            year = Year(await town_of(connection), count, now or datetime.now(UTC))
            if count >= BULK_LEAST:
                async with without_indexes(connection, TABLES):
                    await _write(connection, year, progress or _silent)
            else:
                await _write(connection, year, progress or _silent)
        # Lists and figures are read from the indexes alone once pages are known to be settled.
        await connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    finally:
        await connection.close()
    return True


async def town_of(connection: Connection) -> Town:
    """Read the grids, people and units of the city."""
    found = [
        Grid(
            row["code"],
            row["name"],
            Point(row["longitude"], row["latitude"]),
            row["population"],
            tuple(row["workers"]),
            tuple(row["checkers"]),
            tuple(row["residents"]),
        )
        for row in await connection.fetch(_GRIDS)
    ]
    codes = list(STANDARD)
    families = [category.family for category in STANDARD.values()]
    dispatchers = await connection.fetch(_DISPATCHERS)
    officers = await connection.fetch(_OFFICERS)
    in_charge = await connection.fetch(_IN_CHARGE, codes, families)
    return Town(
        grids=[grid for grid in found if grid.workers and grid.checkers and grid.residents],
        dispatchers=[row["person_id"] for row in dispatchers],
        officers={row["id"]: tuple(row["officers"]) for row in officers},
        units={(row["category"], row["town"]): row["id"] for row in in_charge},
    )


async def _write(connection: Connection, year: Year, progress: Progress) -> None:
    year.contents = await connection.fetchval("SELECT coalesce(max(id), 0) FROM content")
    progress(0, year.count)
    batches = iter(year.batches())
    done = 0
    batch = await asyncio.to_thread(next, batches, None)
    while batch:
        # The next ones are made while the database takes these.
        making = asyncio.create_task(asyncio.to_thread(next, batches, None))
        await _copy(connection, batch)
        done += len(batch.tickets)
        progress(done, year.count)
        batch = await making
    for table in TABLES[:-1]:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - constants
            " HAVING max(id) IS NOT NULL"
        )
    await connection.execute("SELECT setval('ticket_number', $1)", year.count)


async def _copy(connection: Connection, batch: Batch) -> None:
    for table, rows, columns in batch.tables():
        await connection.copy_records_to_table(table, records=rows, columns=columns)


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


_GRIDS = """
SELECT grid.code, grid.name, grid.longitude, grid.latitude, grid.population, ARRAY(
    SELECT person_id FROM appointment
    WHERE area_code = grid.code AND role = 'GRID_WORKER' AND ended_on IS NULL ORDER BY id
) AS workers, ARRAY(
    SELECT person_id FROM appointment
    WHERE area_code = grid.parent_code AND role = 'VILLAGE_CADRE' AND ended_on IS NULL ORDER BY id
) AS checkers, ARRAY(
    SELECT person_id FROM appointment
    WHERE area_code > grid.code AND area_code < grid.code || ':' COLLATE "C"
        AND role = 'VOLUNTEER' AND ended_on IS NULL ORDER BY id
) AS residents
FROM area AS grid WHERE level = 'GRID' AND valid_to IS NULL ORDER BY grid.code
"""
_DISPATCHERS = """
SELECT person_id FROM appointment WHERE role = 'DISPATCHER' AND ended_on IS NULL ORDER BY id
"""
_OFFICERS = """
SELECT unit.id, ARRAY(
    SELECT person_id FROM appointment WHERE ended_on IS NULL AND (
        appointment.unit_id = unit.id
        OR (
            unit.kind = 'TOWN' AND role = 'TOWN_OFFICER'
            AND appointment.area_code = unit.area_code
        )
    ) ORDER BY id
) AS officers
FROM unit WHERE closed_at IS NULL
"""
# The same choice as the directory of dispatch makes (models/ticket/directory.py).
_IN_CHARGE = """
SELECT category, town.code AS town, unit.id
FROM unnest($1::text[], $2::text[]) AS wanted (category, family)
CROSS JOIN (SELECT code FROM area WHERE level = 'TOWN' AND valid_to IS NULL) AS town
CROSS JOIN LATERAL (
    SELECT id FROM unit
    WHERE closed_at IS NULL AND starts_with(town.code, area_code)
        AND (duties && ARRAY[category, family] OR (kind = 'TOWN' AND area_code = town.code))
    ORDER BY duties && ARRAY[category, family] DESC, duties @> ARRAY[category] DESC,
        length(area_code) DESC, id
    LIMIT 1
) AS unit
"""
