"""Writing the standard city into a database: everything or nothing, by COPY."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from api.city import areas, people, stations, units
from models import db

Progress: TypeAlias = Callable[[int, int], None]

BATCH_ROWS = 4_000
STATEMENT_SECONDS = 60.0
TABLES = ("area", "unit", "person", "appointment", "station")
KEYED = ("area", "unit", "person", "station")
"""The tables whose rows come with a key; the database gives the next ones after them."""


@dataclass(frozen=True, slots=True)
class City:
    """All rows of the standard city, the same for the same seed on every Python."""

    areas: list[areas.Row]
    units: list[units.Unit]
    persons: list[people.Person]
    appointments: list[people.Appointment]
    stations: list[stations.Row]


def build() -> City:
    """Make the standard city; takes about a second and touches nothing outside."""
    towns = areas.towns()
    bodies = units.units(towns)
    staff = people.staff(towns, bodies)
    return City(areas.rows(towns), bodies, staff.persons, staff.appointments, stations.rows(towns))


async def is_loaded() -> bool:
    """Say whether the database has a city, be it this one or another; raises Unavailable."""
    row = await db.fetch_one("SELECT EXISTS (SELECT FROM area) AS found")
    return bool(row and row["found"])


async def load(url: str, *, progress: Progress | None = None) -> bool:
    """Write the city into the migrated database at `url`, in one transaction.

    Says whether it did: a database that has areas already is left alone, also when two load at
    once. `progress` is told of rows written and rows in all.
    """
    connection = await asyncpg.connect(url, command_timeout=STATEMENT_SECONDS)
    try:
        async with connection.transaction():
            # Whoever loads at the same time waits here, then finds the city there.
            await connection.execute(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")
            if await connection.fetchval("SELECT EXISTS (SELECT FROM area)"):
                return False
            # A second of work: not on the event loop.
            city = await asyncio.to_thread(build)
            first = await connection.fetchval("SELECT coalesce(max(id), 0) FROM person")
            await _write(connection, _after(city, first), progress or _silent)
        await connection.execute(f"ANALYZE {', '.join(TABLES)}")
    finally:
        await connection.close()
    return True


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


def _after(city: City, key: int) -> City:
    """Number the people after `key`: some may have signed in before there was a city."""
    if key == 0:
        return city
    return City(
        city.areas,
        city.units,
        [person._replace(id=person.id + key) for person in city.persons],
        [it._replace(person_id=it.person_id + key) for it in city.appointments],
        city.stations,
    )


async def _write(
    connection: "asyncpg.Connection[asyncpg.Record]", city: City, progress: Progress
) -> None:
    tables: tuple[tuple[str, Sequence[Any]], ...] = (
        ("area", city.areas),
        ("unit", city.units),
        ("person", city.persons),
        ("appointment", city.appointments),
        ("station", city.stations),
    )
    whole, done = sum(len(rows) for _, rows in tables), 0
    progress(done, whole)
    for table, rows in tables:
        for start in range(0, len(rows), BATCH_ROWS):
            batch = rows[start : start + BATCH_ROWS]
            await connection.copy_records_to_table(table, records=batch, columns=rows[0]._fields)
            done += len(batch)
            progress(done, whole)
    for table in KEYED:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - constants
        )
