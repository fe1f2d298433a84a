"""The stream that the relay tells of what it placed, and how both survive the other's loss."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from models import db, event
from models.event import Stream, line
from models.event.stream import STREAM_LENGTH, encode
from tests.conftest import Database
from tests.events import (
    OTHER_TOWN,
    TOWN,
    change,
    count,
    is_placed,
    lay_out_areas,
    place_all,
    relaying,
    until,
    write,
)


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


@pytest.fixture
async def stream(redis: Redis) -> Stream:
    return Stream(redis, name=await event.line_name())


async def positions_in(stream: Stream) -> list[int]:
    return [found.position for found in await stream.read(after=0, seconds=0.01)]


async def test_the_stream_carries_all_that_the_line_says(redis: Redis, stream: Stream) -> None:
    async with relaying(redis):
        await change(1, 1, area_code=TOWN, also=[OTHER_TOWN])
        await until(lambda: is_told(stream, 2))
    assert await stream.read(after=0) == await event.read(0)


async def is_told(stream: Stream, position: int) -> bool:
    return await stream.position() == position


async def test_a_stream_says_what_it_follows_so_nothing_comes_twice(stream: Stream) -> None:
    await write(1, 3)
    events = await place_all()
    assert await stream.append(events[:1], after=0) == 1
    assert await stream.append(events[:1], after=0) == 1
    assert await stream.append(events[2:], after=2) == 1
    assert await stream.append(events[1:], after=1) == 3
    assert await positions_in(stream) == [1, 2, 3]


async def test_what_a_relay_placed_and_never_told_the_next_one_tells(
    redis: Redis, stream: Stream
) -> None:
    await write(1, 3)
    events = await place_all()
    await stream.append(events[:1], after=0)
    async with relaying(redis):
        await until(lambda: is_told(stream, 3))
    assert await positions_in(stream) == [1, 2, 3]


async def test_a_flushed_stream_is_filled_again(redis: Redis, stream: Stream) -> None:
    async with relaying(redis):
        await write(1, 3)
        await until(lambda: is_told(stream, 3))
        await redis.flushdb()
        await until(lambda: is_told(stream, 3))
        assert await positions_in(stream) == [1, 2, 3]
        await redis.flushdb()
        await change(1, 4)
        await until(lambda: is_told(stream, 4))
        assert await positions_in(stream) == [1, 2, 3, 4]


async def test_a_stream_that_is_ahead_of_the_line_begins_anew(
    redis: Redis, stream: Stream
) -> None:
    await write(1, 2)
    await place_all()
    await redis.xadd(stream.key, {"event": b"of another line"}, id="9-0")
    with capture_logs() as logs:
        async with relaying(redis):
            await until(lambda: is_told(stream, 2))
    assert await positions_in(stream) == [1, 2]
    assert "stream_begins_anew" in [entry["event"] for entry in logs]


async def test_the_stream_is_bounded(redis: Redis, stream: Stream) -> None:
    await change(1, 1)
    (found,) = await place_all()
    many = [(place, encode(found)) for place in range(1, STREAM_LENGTH + 1_001)]
    async with redis.pipeline(transaction=False) as pipe:
        for place, entry in many:
            pipe.xadd(stream.key, {"event": entry}, id=f"{place}-0")
        await pipe.execute()
    nearly = replace(found, position=STREAM_LENGTH + 1_001)
    await stream.append([nearly], after=STREAM_LENGTH + 1_000)
    assert STREAM_LENGTH <= await redis.xlen(stream.key) < STREAM_LENGTH + 200
    assert 0 < await redis.ttl(stream.key) <= 7 * 24 * 3_600


async def test_a_publish_wakes_the_relay_of_another_process(redis: Redis, stream: Stream) -> None:
    async with relaying(redis) as relay:
        await until(lambda: is_heard(redis, stream))
        assert relay.wakes == 0
        await stream.wake()
        await until(lambda: relay.wakes == 1)


async def is_heard(redis: Redis, stream: Stream) -> bool:
    ((_, listeners),) = await redis.pubsub_numsub(stream.channel)
    return bool(listeners)


async def test_a_relay_works_on_without_redis() -> None:
    async with (
        event.connect_redis("unix:///nowhere/valkey.sock") as nowhere,
        relaying(nowhere) as relay,
    ):
        await change(1, 1)
        relay.wake()
        await until(lambda: is_placed(1))


async def test_a_relay_comes_back_when_postgresql_does(database: Database) -> None:
    async with relaying() as relay:
        await db.close()
        await until(lambda: not relay.is_holder)
        await db.connect(database.url)
        await change(1, 1)
        await until(lambda: is_placed(1))


async def test_the_old_end_of_the_line_is_cut_and_the_newest_position_stays() -> None:
    await write(1, 4)
    await place_all()
    await db.execute("UPDATE feed SET at = now() - interval '8 days' WHERE position <= 2")
    assert await line.prune() == 2
    assert await event.first_position() == 3
    await db.execute("UPDATE feed SET at = now() - interval '8 days'")
    assert await line.prune() == 1
    assert await line.prune() == 0
    await change(1, 5)
    assert [found.position for found in await place_all()] == [5]
    assert await count("event") == 5
