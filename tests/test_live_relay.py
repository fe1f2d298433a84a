"""A hub beside the relay that places: it hears at once, and misses nothing when it does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from models import db, event
from models.event import Event, Relay, Scope, Topic
from resolvers.live import Hub
from tests.conftest import Database
from tests.events import (
    CITY,
    DEADLINE_SECONDS,
    change,
    gather,
    lay_out_areas,
    place_all,
    relaying,
    until,
    versions,
    write,
)


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


@asynccontextmanager
async def beside_a_relay(redis: Redis | None = None) -> AsyncIterator[tuple[Hub, Relay]]:
    relay = Relay(redis)
    hub = Hub(redis, relay)
    hub.start()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await hub.ready()
    relay.start()
    try:
        yield hub, relay
    finally:
        await relay.stop()
        await hub.stop()


async def test_it_hears_of_what_was_placed_though_the_stream_says_nothing() -> None:
    # Nobody listens at this address: the stream says nothing, now and later.
    async with (
        Redis.from_url("redis://127.0.0.1:1") as nowhere,
        beside_a_relay(nowhere) as (hub, relay),
    ):
        await until(lambda: relay.is_holder)
        with hub.watch_area(CITY) as watch:
            await change(1, 1)
            relay.wake()
            assert versions(await gather(watch, 1)) == [1]
            assert hub.position == await event.last_position() == 1


async def test_what_many_write_comes_once_and_in_order(redis: Redis) -> None:
    async with beside_a_relay(redis) as (hub, relay):
        await until(lambda: relay.is_holder)
        with db.calling_after_news(relay.wake), hub.watch_scope(Scope(Topic.STATION)) as watch:
            writers = asyncio.gather(*(write(thing_id, 12) for thing_id in range(1, 17)))
            found = await gather(watch, 16 * 12)
            await writers
    assert [one.position for one in found] == [*range(1, 16 * 12 + 1)]
    for thing_id in range(1, 17):
        assert versions([one for one in found if one.thing_id == thing_id]) == [*range(1, 13)]


async def test_what_another_relay_placed_is_read_and_what_follows_heard() -> None:
    async with beside_a_relay() as (hub, relay):
        await until(lambda: relay.is_holder)
        await relay.stop()
        with hub.watch_area(CITY) as watch:
            # Placed by who never tells: the hub's own relay then goes on after a gap.
            await change(1, 1)
            await place_all()
            heard: list[Event] = []
            assert relay.hears
            await change(1, 2)
            heard += await place_all()
            relay.hears(heard)
            assert [one.position for one in await gather(watch, 2)] == [1, 2]


async def test_a_hub_whose_relay_stands_by_listens_to_the_stream(redis: Redis) -> None:
    async with relaying(redis) as working, beside_a_relay(redis) as (hub, standing_by):
        with hub.watch_area(CITY) as watch:
            await change(1, 1)
            working.wake()
            assert versions(await gather(watch, 1)) == [1]
            assert not standing_by.is_holder
            await working.stop()
            await until(lambda: standing_by.is_holder)
            await change(1, 2)
            standing_by.wake()
            assert versions(await gather(watch, 1)) == [2]
