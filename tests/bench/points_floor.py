"""The floor of redeeming: its very statements in one transaction, sent by who does nothing else.

A program: reads an order as JSON from its standard input and writes how many a second it did.
What the server computes (rights, lots, the code) is computed once, or made up.
"""

import asyncio
import hashlib
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg
import orjson
import uvloop

from models.reward.redeem import OPERATION, READ, WRITE

CONNECTIONS = 8


async def main(url: str, people: list[int], rewards: list[int], seconds: float) -> float:
    """Redeem over CONNECTIONS connections for so many seconds; give the rate."""
    done = count()
    until = time.perf_counter() + seconds
    pairs = list(zip(people, rewards, strict=True))
    share = [pairs[place::CONNECTIONS] for place in range(CONNECTIONS)]
    began = time.perf_counter()
    await asyncio.gather(*(_play(url, pairs, until, done) for pairs in share))
    return next(done) / (time.perf_counter() - began)


async def _play(url: str, pairs: list[tuple[int, int]], until: float, done: "count[int]") -> None:
    connection = await asyncpg.connect(url)
    asked = hashlib.sha256().digest()
    try:
        while time.perf_counter() < until:
            for person, reward in pairs:
                key = f"floor {time.time_ns()} {person}"
                await connection.execute("BEGIN")
                row = await connection.fetchrow(READ, person, reward, key)
                assert row
                lot = orjson.loads(row["lots"])[-1][0]
                digest = hashlib.sha256(key.encode()).digest()
                made = await connection.fetchval(
                    WRITE,
                    person,
                    OPERATION,
                    key,
                    asked,
                    reward,
                    row["price_points"],
                    row["account_id"],
                    row["account_version"],
                    row["voucher_id"],
                    digest,
                    row["now"],
                    datetime.now(UTC) + timedelta(days=7),
                    [lot],
                    [row["price_points"]],
                )
                assert made
                await connection.execute("COMMIT")
                next(done)
    finally:
        await connection.close()


if __name__ == "__main__":
    order = orjson.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(main(**order))))
