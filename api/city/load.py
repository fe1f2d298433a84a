"""Writing the standard city into a database: everything or nothing, by COPY."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import asyncpg

from api.city import areas, people, stations
from models import db

Progress: TypeAlias = Callable[[int, int], None]

BATCH_ROWS = 4_000
STATEMENT_SECONDS = 60.0


class _Table(NamedTuple):
    """Rows for a table; their type names the columns."""

    name: str
    rows: Sequence[Any]


async def is_loaded() -> bool:
    """Say whether the database that the process is connected to has a city."""
    return await db.fetch_one("SELECT FROM area LIMIT 1") is not None


async def load(url: str, *, progress: Progress | None = None) -> None:
    """Load the standard city into the migrated database at `url`, unless it has a city.

    One transaction: whoever interrupts it leaves nothing behind. `progress` is told how many rows
    of how many are written.
    """
    connection = await asyncpg.connect(url, command_timeout=STATEMENT_SECONDS)
    try:
        async with connection.transaction():
            # Of two who load at once, one waits and then finds the city.
            await connection.execute("LOCK TABLE area IN SHARE ROW EXCLUSIVE MODE")
            if await connection.fetchval("SELECT true FROM area LIMIT 1"):
                return
            await _write(connection, await asyncio.to_thread(_tables), progress)
        await connection.execute("ANALYZE area, person, appointment, station")
    finally:
        await connection.close()


def _tables() -> list[_Table]:
    """Make the city; areas first, because the others stand in them."""
    towns = areas.towns()
    staff = people.staff(towns)
    return [
        _Table("area", areas.rows(towns)),
        _Table("person", staff.persons),
        _Table("appointment", staff.appointments),
        _Table("station", stations.rows(towns)),
    ]


async def _write(
    connection: "asyncpg.Connection[asyncpg.Record]",
    tables: list[_Table],
    progress: Progress | None,
) -> None:
    total = sum(len(table.rows) for table in tables)
    done = 0
    for name, rows in tables:
        columns = rows[0]._fields
        for start in range(0, len(rows), BATCH_ROWS):
            batch = rows[start : start + BATCH_ROWS]
            await connection.copy_records_to_table(name, records=batch, columns=columns)
            done += len(batch)
            if progress:
                progress(done, total)
        if "id" in columns:
            # The rows brought their keys; the next one must come after them.
            await connection.execute(
                f"ALTER TABLE {name} ALTER COLUMN id RESTART WITH {len(rows) + 1}"
            )
