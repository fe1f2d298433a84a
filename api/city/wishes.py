"""The wishes of the standard city: as many as the reference city has, in all states, with history.

They are made by their flow (api/city/wish_lives.py), and their rows are written by COPY.
"""

from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from api.city.rows import Content, Event
from api.city.wish_lives import CLAIM_COLUMNS, WISH_COLUMNS, Place, Rows, make
from models import cipher
from models.geo import Point

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

STATEMENT_SECONDS = 60.0


async def load_wishes(url: str, data_keys: str, *, now: datetime) -> bool:
    """Write the wishes of the city at `url`, in one transaction.

    Says whether it did: a city that has wishes already, or nobody to wish, is left alone.
    """
    cipher.use(cipher.read_keys(data_keys))
    connection = await asyncpg.connect(url, command_timeout=STATEMENT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE wish IN SHARE ROW EXCLUSIVE MODE")
            if await connection.fetchval("SELECT EXISTS (SELECT FROM wish)"):
                return False
            places = [_place(row) for row in await connection.fetch(_PLACES)]
            if not places:
                return False
            first = await connection.fetchval("SELECT coalesce(max(id), 0) FROM content")
            await _write(connection, make(places, first, now=now))
        await connection.execute("ANALYZE wish, wish_claim")
    finally:
        await connection.close()
    return True


async def _write(connection: Connection, rows: Rows) -> None:
    tables: tuple[tuple[str, list[Any], tuple[str, ...]], ...] = (
        ("wish", rows.wishes, WISH_COLUMNS),
        ("wish_claim", rows.claims, CLAIM_COLUMNS),
        ("content", rows.contents, Content._fields),
        ("event", rows.events, Event._fields),
    )
    for table, records, columns in tables:
        await connection.copy_records_to_table(table, records=records, columns=columns)
    for table in ("wish", "wish_claim", "content"):
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - constants
        )


def _place(row: asyncpg.Record) -> Place:
    return Place(
        row["code"],
        Point(row["longitude"], row["latitude"]),
        tuple(row["residents"]),
        tuple(row["workers"]),
        tuple(row["cadres"]),
    )


_PLACES = """
SELECT * FROM (
    SELECT grid.code, grid.longitude, grid.latitude, ARRAY(
        SELECT DISTINCT person_id FROM appointment
        WHERE area_code > grid.code AND area_code < grid.code || ':' COLLATE "C"
            AND role = 'VOLUNTEER' AND ended_on IS NULL ORDER BY person_id
    ) AS residents, ARRAY(
        SELECT DISTINCT person_id FROM appointment
        WHERE area_code = grid.code AND role = 'GRID_WORKER' AND ended_on IS NULL
        ORDER BY person_id
    ) AS workers, ARRAY(
        SELECT DISTINCT person_id FROM appointment
        WHERE area_code = grid.parent_code AND role = 'VILLAGE_CADRE' AND ended_on IS NULL
        ORDER BY person_id
    ) AS cadres
    FROM area AS grid WHERE level = 'GRID' AND valid_to IS NULL
) AS found
WHERE cardinality(residents) >= 2 AND cardinality(workers) > 0 AND cardinality(cadres) > 0
ORDER BY code
"""
