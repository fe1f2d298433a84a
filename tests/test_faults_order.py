"""Whoever gives the positions, and in whatever order writers commit: no event is skipped, none
comes twice, up to the phones.

The processes that give positions are real: two of them stand by, sleep beyond their lease, are
killed, or both believe for a while that it is theirs.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from models import db, event
from models.errors import Unavailable
from models.ticket import Move, Request
from models.ticket.move import _act
from tests import sessions, tickets
from tests.areas import CITY, VILLAGE
from tests.conftest import Database
from tests.faults import proof
from tests.faults.phone import Phone, watching
from tests.faults.relays import Relays
from tests.faults.scene import seeded, tell
from tests.program import DATA_KEYS, SECRET
from tests.sockets import House, house

TICKETS, WRITERS = 12, 6
HOLD_SECONDS_MOST = 0.25
LONG, LONG_SECONDS = 0.05, 1.0
"""How many transactions stay open for long, and for how long."""
ROUNDS_IN_FULL = 16

Trouble = Callable[[Relays], Awaitable[None]]


@pytest.fixture
def relays(database: Database, redis_url: str, tmp_path: Path) -> Iterator[Relays]:
    given = {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": DATA_KEYS,
    }
    two = Relays(tmp_path, os.environ | given)
    yield two
    two.end()


@pytest.fixture
async def one(redis_url: str, relays: Relays) -> AsyncIterator[House]:
    async with event.connect_redis(redis_url) as redis, house(redis=redis, relays=False) as made:
        yield made


async def write(keys: list[int], person_id: int, chance: random.Random) -> None:
    """Comment on tickets without end, in transactions that stay open for a while."""
    while True:
        request = Request(move=Move.COMMENT, text="看过了")
        is_long = chance.random() < LONG
        seconds = LONG_SECONDS if is_long else chance.uniform(0, HOLD_SECONDS_MOST)
        # One that has waited too long for its ticket comes to nothing, and is none of the events.
        with suppress(Unavailable):
            async with db.transaction() as connection:
                await _act(connection, chance.choice(keys), request, person_id=person_id)
                await asyncio.sleep(seconds)


async def endure(
    one: House, relays: Relays, redis_url: str, troubles: Sequence[Trouble], chance: random.Random
) -> None:
    """Let writers write and phones watch through troubles, then prove that all came once."""
    people = await tickets.cast()
    keys = [await tickets.submit(people["reporter"]) for _ in range(TICKETS)]
    await relays.holder()
    phones = [
        Phone(one.address, await sessions.token_of(people[name]))
        for name in ("dispatcher", "cadre", "worker")
    ]
    await phones[0].follow_area(CITY, after=0)
    await phones[1].follow_area(VILLAGE, after=0)
    for key in keys:
        await phones[2].follow_ticket(key)
    async with watching(phones):
        async with asyncio.TaskGroup() as group:
            writers = [
                group.create_task(write(keys, people["dispatcher"], chance))
                for _ in range(WRITERS)
            ]
            for trouble in troubles:
                await asyncio.sleep(chance.uniform(0, 0.6))
                await trouble(relays)
            for writer in writers:
                writer.cancel()
        await proof.until_calm(phones, redis_url, after=0)
    await proof.the_line_has_no_gap()
    await proof.phones_saw_it_all(phones, after=0)
    assert await out_of_order() > 0
    assert [line for relay in relays.ever for line in relay.troubles()] == []
    tell(f"{await event.last_position()} events, {await out_of_order()} committed out of order")


async def out_of_order() -> int:
    """Count the events that were written before those that stand before them on the line."""
    (row,) = await db.fetch(
        """SELECT count(*) AS rows FROM (
            SELECT event_id, lag(event_id) OVER (ORDER BY position) AS before FROM feed
        ) AS line WHERE event_id < before"""
    )
    return int(row["rows"])


async def test_writers_out_of_order_and_relays_that_sleep_skip_and_double_nothing(
    one: House, relays: Relays, redis_url: str
) -> None:
    troubles = [Relays.expire, Relays.pause, Relays.expire]
    await endure(one, relays, redis_url, troubles, seeded())


@pytest.mark.slow
async def test_relays_in_trouble_for_long_skip_and_double_nothing(
    one: House, relays: Relays, redis_url: str
) -> None:
    chance = seeded()
    many = [Relays.expire, Relays.expire, Relays.pause, Relays.kill]
    troubles = [chance.choice(many) for _ in range(ROUNDS_IN_FULL)]
    await endure(one, relays, redis_url, troubles, chance)
