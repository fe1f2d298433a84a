"""What the hub does when Valkey or PostgreSQL is away, forgets, or tells wrong things."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from models import db, event
from models.errors import Unavailable
from models.event import Stream, Topic
from models.event.stream import COMMAND_SECONDS
from tests.conftest import Database
from tests.events import (
    change,
    gather,
    hub_of,
    lay_out_areas,
    place_all,
    relaying,
    until,
    versions,
)
from tests.valkey import OwnValkey, of_its_own


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    with of_its_own() as valkey:
        yield valkey


async def test_a_hub_that_starts_late_begins_with_what_comes(redis: Redis) -> None:
    async with relaying(redis) as relay:
        await change(1, 1)
        relay.wake()
        await until(lambda: is_at(1))
        async with hub_of(redis) as hub:
            assert hub.position == 1
            watch = hub.watch(Topic.STATION, 1)
            await change(1, 2)
            assert versions(await gather(watch, 1)) == [2]
            replayed = await event.replay(watch.scope, after=0)
            assert versions(replayed) == [1, 2]


async def is_at(position: int) -> bool:
    return await event.last_position() == position


async def test_a_jump_in_the_stream_is_filled_from_postgresql(redis: Redis) -> None:
    async with hub_of(redis) as hub:
        watch = hub.watch(Topic.STATION, 1)
        for version in range(1, 6):
            await change(1, version)
        events = await place_all()
        stream = Stream(redis, name=await event.line_name())
        await stream.append(events[4:], after=0)
        assert versions(await gather(watch, 5)) == [1, 2, 3, 4, 5]


async def test_what_the_stream_never_says_is_found_within_two_seconds(redis: Redis) -> None:
    async with hub_of(redis) as hub:
        watch = hub.watch(Topic.STATION, 1)
        await change(1, 1)
        await place_all()
        async with asyncio.timeout(2):
            assert (await anext(watch)).version == 1


async def test_a_flush_loses_nothing(redis: Redis) -> None:
    async with relaying(redis) as relay, hub_of(redis) as hub:
        watch = hub.watch(Topic.STATION, 1)
        for version in range(1, 201):
            await change(1, version)
            relay.wake()
            if version % 50 == 0:
                await redis.flushdb()
        assert versions(await gather(watch, 200)) == list(range(1, 201))


async def test_a_foreign_entry_in_the_stream_stops_nobody(redis: Redis) -> None:
    async with hub_of(redis) as hub:
        watch = hub.watch(Topic.STATION, 1)
        stream = Stream(redis, name=await event.line_name())
        await redis.xadd(stream.key, {"noise": "x"})
        async with relaying(redis):
            await change(1, 1)
            await change(1, 2)
            assert versions(await gather(watch, 2)) == [1, 2]
            await until(lambda: ends_at(stream, 2))


async def ends_at(stream: Stream, position: int) -> bool:
    return await stream.position() == position


async def test_valkey_may_be_killed_and_come_back(own_valkey: OwnValkey) -> None:
    own_valkey.start()
    async with (
        event.connect_redis(own_valkey.url) as redis,
        relaying(redis) as relay,
        hub_of(redis) as hub,
    ):
        watch = hub.watch(Topic.STATION, 1)
        await change(1, 1)
        assert versions(await gather(watch, 1)) == [1]
        own_valkey.kill()
        await change(1, 2)
        relay.wake()
        async with asyncio.timeout(2):
            assert (await anext(watch)).version == 2
        own_valkey.start()
        await change(1, 3)
        assert versions(await gather(watch, 1)) == [3]
        stream = Stream(redis, name=await event.line_name())
        await until(lambda: ends_at(stream, 3))
        await change(1, 4)
        assert versions(await gather(watch, 1)) == [4]


async def test_a_frozen_valkey_holds_nothing_up(own_valkey: OwnValkey) -> None:
    own_valkey.start()
    async with (
        event.connect_redis(own_valkey.url) as redis,
        relaying(redis) as relay,
        hub_of(redis) as hub,
    ):
        watch = hub.watch(Topic.STATION, 1)
        await change(1, 1)
        assert versions(await gather(watch, 1)) == [1]
        own_valkey.freeze()
        # Whoever waited for Valkey would give up after two such times, for each change anew.
        async with asyncio.timeout(3 * COMMAND_SECONDS):
            for version in range(2, 8):
                await change(1, version)
                relay.wake()
                assert (await anext(watch)).version == version
        own_valkey.thaw()
        stream = Stream(redis, name=await event.line_name())
        await until(lambda: ends_at(stream, 7))
        await change(1, 8)
        assert versions(await gather(watch, 1)) == [8]


async def test_without_both_servers_it_waits_and_comes_back(
    database: Database, own_valkey: OwnValkey
) -> None:
    async with (
        event.connect_redis(own_valkey.url) as redis,
        relaying(redis),
        hub_of(redis) as hub,
    ):
        watch = hub.watch(Topic.STATION, 1)
        await db.close()
        with pytest.raises(Unavailable):
            await event.last_position()
        await db.connect(database.url)
        own_valkey.start()
        await change(1, 1)
        assert versions(await gather(watch, 1)) == [1]
