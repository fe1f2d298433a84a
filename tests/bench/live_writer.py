"""Acts on tickets, as a process of a city does: so many commits a second, each with its event.

A program: reads an Order as JSON from its standard input, and writes what it committed when. Some
connections take turns, so that a commit that takes long keeps no other one waiting. The peer's
listener is told of each commit, too, if there is one.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import uvloop
from redis.asyncio import Redis

from models import db, event
from models.event import Topic

WRITERS = 6
KIND = "COMMENT"
FACTS = {"from": "IN_PROGRESS", "to": "IN_PROGRESS", "round": 1, "by": "STAFF"}


@dataclass(frozen=True, slots=True)
class Order:
    """Which tickets to act on by whom, how often a second, for how long; the peer's channel."""

    database_url: str
    redis_url: str
    tickets: list[int]
    actor: int
    a_second: float
    seconds: float
    channel: str | None


class Commit(NamedTuple):
    """What was committed, and when that was known here (time.monotonic)."""

    ticket: int
    version: int
    at: float


async def write(order: Order) -> list[Commit]:
    """Carry out an order."""
    redis = event.connect_redis(order.redis_url)
    await db.connect(order.database_url, pool_size=WRITERS)
    done: list[Commit] = []
    count = int(order.a_second * order.seconds)
    begin = time.monotonic() + 0.5

    async def keep_writing(first: int) -> None:
        for number in range(first, count, WRITERS):
            due = begin + number / order.a_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            ticket = order.tickets[number % len(order.tickets)]
            done.append(await _act(ticket, order.actor))
            if order.channel:
                await _tell(redis, order.channel, done[-1])

    try:
        async with event.waking(redis):
            await asyncio.gather(*(keep_writing(number) for number in range(WRITERS)))
    finally:
        await db.close()
        await redis.aclose()
    return done


async def _act(ticket: int, actor: int) -> Commit:
    async with db.transaction() as connection:
        row = await connection.fetchrow(_GROW, ticket)
        assert row
        await event.record(
            connection,
            topic=Topic.TICKET,
            thing_id=ticket,
            area_code=row["area_code"],
            version=row["version"],
            kind=KIND,
            actor_id=actor,
            facts=FACTS,
        )
    return Commit(ticket, row["version"], time.monotonic())


async def _tell(redis: Redis, channel: str, done: Commit) -> None:
    news = {"ticket": done.ticket, "version": done.version, "kind": KIND, "state": FACTS["to"]}
    await redis.publish(channel, orjson.dumps(news))


_GROW = "UPDATE ticket SET version = version + 1 WHERE id = $1 RETURNING version, area_code"


def main() -> None:
    """Carry out the order of the standard input."""
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    found = [tuple(one) for one in uvloop.run(write(order))]
    # Not sys.stdout: where that is not buffered, it writes no more than a pipe holds.
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:
        output.write(orjson.dumps(found))


if __name__ == "__main__":
    main()
