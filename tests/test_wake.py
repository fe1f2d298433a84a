"""What happened is told at once: the relay is woken by the commit, wherever it works."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from models import db, event
from models.event import Topic
from tests.conftest import Database
from tests.events import VILLAGE, change, count, lay_out_areas, relaying, until


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


async def test_a_commit_with_an_event_wakes_the_relay_once() -> None:
    async with relaying() as relay, event.waking(None, relay):
        before = relay.wakes
        await change(1, 1)
        assert relay.wakes == before + 1
        async with db.transaction() as connection:
            await connection.execute("SELECT 1")
        assert relay.wakes == before + 1


async def test_what_was_rolled_back_wakes_nobody() -> None:
    async with relaying() as relay, event.waking(None, relay):
        before = relay.wakes
        with pytest.raises(RuntimeError):
            await _fail()
        assert relay.wakes == before


async def _fail() -> None:
    async with db.transaction() as connection:
        await event.record(
            connection,
            topic=Topic.STATION,
            thing_id=1,
            area_code=VILLAGE,
            version=1,
            kind="CHANGED",
            actor_id=None,
            facts={},
        )
        raise RuntimeError


async def test_a_relay_of_another_process_is_woken_through_redis(redis: Redis) -> None:
    async with relaying(redis) as relay, event.waking(redis):
        version = 0

        async def is_woken() -> bool:
            nonlocal version
            version += 1
            await change(1, version)
            return relay.wakes > 0

        # It listens some time after it holds the lease; until then nobody hears of it.
        await until(is_woken)


async def test_without_a_relay_or_redis_a_commit_is_one_all_the_same() -> None:
    async with event.waking(None):
        await change(1, 1)
    await change(1, 2)
    assert await count("event") == 2
