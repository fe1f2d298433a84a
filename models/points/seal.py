"""Seals: a chain of SHA-256 over the finished transactions, made behind everybody's back.

Writers only leave the id of their transaction in `unsealed`; the worker takes what it finds
there in the order of ids, so that no writer ever waits for the chain. Each seal is the SHA-256 of
the seal before and of the canonical bytes of its transactions.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import orjson

from models import db
from models.db import Connection

BATCH_MOST = 500
ENTRIES_MOST = 20_000
PREFETCH = 4
COVERED_SECONDS = 60.0
GENESIS = b"\0" * 32


class Row(Protocol):
    """A transaction with its entries."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401 - SQL's values
        """Give the value of a column."""


def canonical(row: Row) -> bytes:
    """Write a transaction and its entries, in the order of their ids, as one line of bytes."""
    facts = [row[name] for name in _FACTS]
    return orjson.dumps([*facts, orjson.loads(row["entries"])], default=str) + b"\n"


def digest(previous: bytes, rows: Iterable[Row]) -> bytes:
    """Give the digest of a seal over transactions in the order of their ids."""
    chained = hashlib.sha256(previous)
    for row in rows:
        chained.update(canonical(row))
    return chained.digest()


async def seal(*, batch: int = BATCH_MOST, entries_most: int = ENTRIES_MOST) -> int:
    """Seal what waits, one batch; give how many transactions it covers, 0 for none.

    A batch ends with the transaction that brings it to `entries_most` entries: a year's grant is
    a transaction of thousands. One sealer at a time: the lock is held to the commit.
    """
    async with db.transaction() as connection:
        # Before the chain begins there is no seal to lock.
        await connection.execute("LOCK TABLE seal IN SHARE ROW EXCLUSIVE MODE")
        waiting: list[int] = await connection.fetchval(_WAITING, batch) or []
        if not waiting:
            return 0
        rows = await _taken(connection, waiting, entries_most)
        taken = [row["id"] for row in rows]
        previous = await connection.fetchval(_LAST) or GENESIS
        key = await connection.fetchval(_SEAL, digest(previous, rows), len(taken))
        await connection.execute(_COVER, key, taken)
        return len(taken)


async def _taken(connection: Connection, waiting: list[int], entries_most: int) -> list[Row]:
    """Read of the transactions that wait the first ones, as many as a seal is to cover."""
    rows: list[Row] = []
    entries = 0
    # One after the other: what the seal does not cover is not read.
    async for row in connection.cursor(_TRANSACTIONS, waiting, prefetch=PREFETCH):
        rows.append(row)
        entries += row["entries"].count("[") - 1
        if entries >= entries_most:
            break
    return rows


async def covered(connection: Connection, seal_id: int) -> list[Row]:
    """Give the transactions that a seal covers, in their order."""
    return list(await connection.fetch(_COVERED, seal_id, timeout=COVERED_SECONDS))


_FACTS = (
    "id",
    "programme_id",
    "kind",
    "actor_id",
    "rule_id",
    "reverses_id",
    "source",
    "source_id",
    "business_day",
    "at",
)
_SHAPE = f"""
SELECT {", ".join(f"transaction.{name}" for name in _FACTS)}, (
    SELECT jsonb_agg(jsonb_build_array(entry.id, account_id, asset, amount, business_day,
        rule_code, household_id, grant_year) ORDER BY entry.id)::text
    FROM entry WHERE transaction_id = transaction.id
) AS entries
FROM transaction"""  # noqa: S608 - constants
_WAITING = """
SELECT array_agg(transaction_id ORDER BY transaction_id) FROM (
    SELECT transaction_id FROM unsealed ORDER BY transaction_id LIMIT $1
) AS first
"""
_LAST = "SELECT digest FROM seal ORDER BY id DESC LIMIT 1"
_TRANSACTIONS = f"{_SHAPE} WHERE transaction.id = ANY($1) ORDER BY transaction.id"
_COVERED = f"""{_SHAPE} JOIN sealed ON sealed.transaction_id = transaction.id
WHERE seal_id = $1 ORDER BY transaction.id"""
_SEAL = "INSERT INTO seal (digest, transactions) VALUES ($1, $2) RETURNING id"
_COVER = """
WITH taken AS (
    DELETE FROM unsealed WHERE transaction_id = ANY($2::bigint[]) RETURNING transaction_id
)
INSERT INTO sealed (seal_id, transaction_id) SELECT $1, transaction_id FROM taken
"""
