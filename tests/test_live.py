import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from models import db, event
from models.errors import Invalid, Unavailable
from models.event import Event, Scope, Topic
from resolvers.live import WATCH_LENGTH_MOST, Hub
from tests.conftest import Database
from tests.events import (
    CITY,
    DEADLINE_SECONDS,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    change,
    gather,
    hub_of,
    lay_out_areas,
    place_all,
    relaying,
    until,
    versions,
)


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


@pytest.fixture(params=["with the stream", "by sweeping"])
async def news(request: pytest.FixtureRequest, redis: Redis) -> Redis | None:
    return redis if request.param == "with the stream" else None


async def test_a_watcher_gets_what_it_watches_and_nothing_else(news: Redis | None) -> None:
    async with relaying(news), hub_of(news) as hub:
        thing = hub.watch(Topic.STATION, 1)
        village = hub.watch_area(VILLAGE)
        wishes = hub.watch_area(CITY, topic=Topic.WISH)
        other_town = hub.watch_area(OTHER_TOWN)
        await change(1, 1)
        await change(2, 1, area_code=TOWN)
        await change(1, 1, topic=Topic.WISH)
        await change(1, 2, also=[OTHER_TOWN])
        assert versions(await gather(thing, 2)) == [1, 2]
        assert [found.topic for found in await gather(village, 3)] == [
            Topic.STATION,
            Topic.WISH,
            Topic.STATION,
        ]
        assert [found.topic for found in await gather(wishes, 1)] == [Topic.WISH]
        assert [(found.version, found.area_code) for found in await gather(other_town, 1)] == [
            (2, VILLAGE)
        ]
        assert hub.position == 5


async def test_every_scope_of_an_event_gets_it_and_nobody_else() -> None:
    grid, at = VILLAGE + "01", datetime.now(UTC)
    moved = Event(1, 1, Topic.TICKET, 7, OTHER_TOWN + "00101", 1, "REGRID", {}, at, grid)
    own = Event(2, 1, Topic.TICKET, 7, grid, 1, "REGRID", {}, at, grid)
    for found in (moved, own):
        for scope in found.scopes():
            hub = Hub()
            hub.watch_scope(Scope(Topic.STATION, 8))
            watch = hub.watch_scope(scope)
            hub._hand_out(found)
            assert await watch.take() == [found]
            watch.close()
            assert not hub._may_be_watched(found)


async def test_a_prefix_that_is_no_level_is_refused() -> None:
    with pytest.raises(Invalid):
        Hub().watch_area("3202810")


async def test_a_topic_is_called_with_every_event_in_order(news: Redis | None) -> None:
    seen: list[Event] = []

    async def see(events: list[Event]) -> None:
        seen.extend(events)

    async with relaying(news) as relay, hub_of(news) as hub:
        hub.on(Topic.STATION, see)
        for version in range(1, 601):
            await change(1, version)
        relay.wake()
        await until(lambda: len(seen) == 600)
    assert versions(seen) == list(range(1, 601))


async def test_a_callback_that_finds_the_database_away_is_called_again() -> None:
    calls: list[list[int]] = []

    async def refuse_once(events: list[Event]) -> None:
        calls.append(versions(events))
        if len(calls) == 1:
            raise Unavailable

    async with relaying(), hub_of() as hub:
        hub.on(Topic.STATION, refuse_once)
        await change(1, 1)
        await until(lambda: len(calls) == 2)
    assert calls == [[1], [1]]


async def test_a_callback_that_fails_is_logged_and_gets_the_next_event() -> None:
    seen: list[int] = []

    async def fail_once(events: list[Event]) -> None:
        seen.extend(versions(events))
        if seen == [1]:
            raise LookupError

    with capture_logs() as logs:
        async with relaying(), hub_of() as hub:
            hub.on(Topic.STATION, fail_once)
            await change(1, 1)
            await until(lambda: seen == [1])
            await change(1, 2)
            await until(lambda: seen == [1, 2])
    assert "callback_failed" in [entry["event"] for entry in logs]


async def test_a_slow_watcher_overflows_only_for_itself() -> None:
    more = WATCH_LENGTH_MOST + 44
    async with relaying(), hub_of() as hub:
        slow, quick = hub.watch(Topic.STATION, 1), hub.watch_area(VILLAGE)
        got: list[Event] = []
        for version in range(1, more + 1):
            await change(1, version)
            if version % 100 == 0:
                got += await gather(quick, 100)
        await until(lambda: slow.overflowed)
        assert versions(got) == list(range(1, more + 1))
        assert not quick.overflowed
        kept = [found.version async for found in slow]
        assert kept == list(range(1, WATCH_LENGTH_MOST + 1))


async def test_following_a_watch_bridges_the_past_an_overflow_and_what_comes() -> None:
    more = WATCH_LENGTH_MOST + 44
    await change(1, 1)
    await change(1, 2)
    async with relaying(), hub_of() as hub, asyncio.timeout(DEADLINE_SECONDS):
        await until(lambda: hub.position == 2)
        with hub.watch(Topic.STATION, 1) as watch:
            news = hub.follow(watch, after=1)
            seen = versions(await anext(news))
            for version in range(3, more):
                await change(1, version)
            await until(lambda: hub.position == more - 1)
            assert watch.overflowed
            while len(seen) < more - 2:
                seen += versions(await anext(news))
            await change(1, more)
            seen += versions(await anext(news))
            await news.aclose()
    assert seen == list(range(2, more + 1))


async def test_a_line_put_back_to_an_older_state_cuts_every_watch(database: Database) -> None:
    await change(1, 1)
    await change(1, 2)
    await place_all()
    async with hub_of() as hub:
        watch = hub.watch(Topic.STATION, 1)
        await db.execute("DELETE FROM feed WHERE position = 2")
        await until(lambda: watch.overflowed)
        assert hub.position == 1


async def test_a_hub_that_stops_ends_its_watches() -> None:
    async with hub_of() as hub:
        watch = hub.watch(Topic.STATION, 1)
    assert [found async for found in watch] == []
    assert watch.is_closed


async def test_a_closed_watch_gets_nothing_more() -> None:
    async with relaying(), hub_of() as hub:
        with hub.watch(Topic.STATION, 1) as closed:
            pass
        watch = hub.watch_area(VILLAGE)
        await change(1, 1)
        await gather(watch, 1)
        assert [found async for found in closed] == []
        assert closed.scope == Scope(Topic.STATION, 1)


@asynccontextmanager
async def watching(database_url: str, redis_url: str) -> AsyncIterator[asyncio.StreamReader]:
    command = (sys.executable, "-m", "tests.watching", database_url, redis_url)
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def test_a_change_reaches_every_process_within_a_second(
    database: Database, redis_url: str, redis: Redis
) -> None:
    async with (
        relaying(redis) as relay,
        watching(database.url, redis_url) as one,
        watching(database.url, redis_url) as other,
    ):
        for version in range(1, 11):
            await change(7, version)
            relay.wake()
            committed = time.time()
            for reader in (one, other):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    said = (await reader.readline()).split()
                assert said[:3] == [b"%d" % version, b"7", b"%d" % version]
                assert float(said[3]) - committed < 1
