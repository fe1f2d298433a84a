"""Making a database that a test has used as it was: for the next test, in a hundredth of the time.

Rows go, numbers begin anew, and what the migrations wrote is there again. A database whose shape
was changed, which was analyzed or has grown is not cleaned: the next test gets a new one.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import asyncpg

GROWN_BYTES = 24 * 1024 * 1024

Rows: TypeAlias = list[tuple[object, ...]]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Pristine(NamedTuple):
    """What an untouched database is like: its shape, its size, and the rows that it has."""

    shape: object
    bytes: int
    rows: Mapping[str, Rows]


async def look_at(url: str) -> Pristine:
    """Remember what the database is like."""
    connection = await asyncpg.connect(url)
    try:
        tables = [row["relname"] for row in await connection.fetch(_TABLES)]
        found = {table: await _rows(connection, table) for table in tables}
        kept = {table: rows for table, rows in found.items() if rows}
        return Pristine(await connection.fetchval(_SHAPE), await connection.fetchval(_BYTES), kept)
    finally:
        await connection.close()


async def clean(url: str, pristine: Pristine) -> bool:
    """Make the database as it was; False if that can't be done, and it is to be dropped."""
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        await connection.execute(_LEAVE)
        if not await _is_alike(connection, pristine):
            return False
        async with connection.transaction():
            # Without it neither could rows that are never changed be removed, nor rows in any
            # order; only a superuser may.
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(_EMPTY, timeout=30)
            for table, rows in pristine.rows.items():
                await connection.copy_records_to_table(table, records=rows)
    except asyncpg.InsufficientPrivilegeError:
        return False
    else:
        return True
    finally:
        await connection.close()


async def _is_alike(connection: Connection, pristine: Pristine) -> bool:
    if await connection.fetchval(_SHAPE) != pristine.shape:
        return False
    if await connection.fetchval(_IS_ANALYZED, list(pristine.rows)):
        return False
    size = await connection.fetchval(_BYTES)
    return bool(size - pristine.bytes < GROWN_BYTES)


async def _rows(connection: Connection, table: str) -> Rows:
    return [tuple(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')]  # noqa: S608


_TABLES = """
SELECT relname::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
_BYTES = "SELECT pg_database_size(current_database())"
_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_SHAPE = """
SELECT jsonb_build_array(
    (SELECT jsonb_build_array(count(*), max(oid::bigint)) FROM pg_class WHERE relkind <> 't'),
    (SELECT jsonb_build_array(count(*), max(oid::bigint)) FROM pg_constraint),
    (SELECT jsonb_build_array(count(*), max(oid::bigint)) FROM pg_proc),
    (SELECT jsonb_build_array(count(*), max(oid::bigint), string_agg(DISTINCT tgenabled::text, ''))
        FROM pg_trigger),
    (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
    (SELECT count(*) FROM pg_db_role_setting)
)::text
"""
_IS_ANALYZED = """
SELECT EXISTS (
    SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND reltuples > 0 AND relname <> ALL($1)
)
"""
_EMPTY = """
DO $$
DECLARE
    found record;
    has_rows boolean;
BEGIN
    FOR found IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('DELETE FROM %s', found.name);
        END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
