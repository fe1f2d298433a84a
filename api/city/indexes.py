"""Loading much at once: indexes and foreign keys are made anew after the rows, not with each.

It happens in the caller's transaction, so that nobody ever sees the tables without them: they are
locked until the end.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

MEMORY = "256MB"


@asynccontextmanager
async def without_indexes(
    connection: "asyncpg.Connection[asyncpg.Record]", tables: Sequence[str]
) -> AsyncIterator[None]:
    """Take off the tables' indexes, but those of constraints, and their foreign keys; put them
    back, checked, at the end of the block.
    """
    indexes = await connection.fetch(_INDEXES, list(tables))
    keys = await connection.fetch(_FOREIGN_KEYS, list(tables))
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['place']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    for setting in ("maintenance_work_mem", "work_mem"):
        await connection.execute(f"SET LOCAL {setting} = '{MEMORY}'")
    for index in indexes:
        await connection.execute(index["definition"])
    for key in keys:
        await connection.execute(
            f"ALTER TABLE {key['place']} ADD CONSTRAINT {key['name']} {key['definition']}"
        )


_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index
WHERE indrelid = ANY($1::text[]::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
ORDER BY indexrelid
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name,
    pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::text[]::regclass[])
ORDER BY oid
"""
