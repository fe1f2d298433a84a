"""Every encrypted column, and writing it anew under the current key.

After a new key was put in front of DATA_KEYS, `rekey` moves all values to it; then the old key can
be taken out. It may be stopped and begun again, and runs beside serving processes.
"""

from collections.abc import Callable
from typing import NamedTuple

from models import cipher, db

BATCH = 500


class Column(NamedTuple):
    """An encrypted column: its values are sealed for `table.name:id`."""

    table: str
    name: str

    @property
    def place(self) -> str:
        """What the place of each of its values begins with."""
        return f"{self.table}.{self.name}"


COLUMNS = (
    Column("household", "address"),
    Column("person", "identity_number"),
    Column("person", "openid"),
    Column("person", "phone"),
    Column("residence", "address"),
    Column("residence", "identity_number"),
    Column("ticket_reporter", "sealed"),
    Column("wish", "address"),
    Column("wish", "phone"),
)
"""Every column that holds encrypted values; a test compares it with the database."""


async def count_old() -> int:
    """Count the values that are not under the current key."""
    total = 0
    for column in COLUMNS:
        row = await db.fetch_one(_statement(_COUNT, column), cipher.current_prefix())
        total += row["values"] if row else 0
    return total


async def rekey(done: Callable[[int], None], *, batch: int = BATCH) -> int:
    """Write every value anew that is not under the current key, in batches; gives how many.

    `done` is told the size of each batch once it is written for good.
    """
    total = 0
    for column in COLUMNS:
        after = 0
        while True:
            count, after = await _next(column, after, batch)
            if count == 0:
                break
            total += count
            done(count)
    return total


async def _next(column: Column, after: int, batch: int) -> tuple[int, int]:
    """Write one batch after this key anew; gives its size and its last key."""
    async with db.transaction() as connection:
        rows = await connection.fetch(
            _statement(_OLD, column), after, cipher.current_prefix(), batch
        )
        fresh = []
        for row in rows:
            place = f"{column.place}:{row['id']}"
            fresh.append(cipher.seal(cipher.unseal(row["sealed"], place=place), place=place))
        keys = [row["id"] for row in rows]
        await connection.execute(_statement(_WRITE, column), keys, fresh)
    return len(keys), keys[-1] if keys else after


def _statement(text: str, column: Column) -> str:
    return text.format(table=column.table, name=column.name)


_IS_OLD = "{name} IS NOT NULL AND substring({name} FROM 1 FOR length({prefix})) <> {prefix}"
_COUNT = f"""
SELECT count(*) AS values FROM {{table}} WHERE {_IS_OLD.replace("{prefix}", "$1::bytea")}
"""  # noqa: S608 - constants
_OLD = f"""
SELECT id, {{name}} AS sealed FROM {{table}}
WHERE id > $1 AND {_IS_OLD.replace("{prefix}", "$2::bytea")}
ORDER BY id LIMIT $3 FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_WRITE = """
UPDATE {table} SET {name} = of.sealed FROM unnest($1::bigint[], $2::bytea[]) AS of (id, sealed)
WHERE {table}.id = of.id
"""
