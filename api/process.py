"""What one serving process keeps open and running: pool, hub, relay, jobs, snapshot, limits."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from api import checking, messages
from api.jobs import JOBS, Jobs
from api.rate import RateLimits
from api.settings import SettingsError, Settled
from models import catalogue, cipher, content, db, event, file, station, tasks, wish
from models.errors import Unavailable
from models.event import Event, Relay, Topic
from resolvers.live import Feeds, Hub

if TYPE_CHECKING:
    from api.wechat.client import WeChat

READY_SECONDS = 10.0
RELOAD_RETRY_SECONDS = 5.0

log = structlog.get_logger()


@asynccontextmanager
async def running(
    settled: Settled,
    limits: RateLimits,
    feeds: Feeds,
    *,
    relays: bool,
    wechat: "WeChat | None" = None,
) -> AsyncIterator[Hub]:
    """Open everything, and close it in the opposite order.

    Raises Unavailable at the start, and SettingsError for a database that is not migrated.
    """
    async with AsyncExitStack() as stack:
        cipher.use(cipher.read_keys(settled.data_keys))
        file.keep_in(settled.data_dir / "files", secret=settled.token_secret)
        await db.connect(settled.database_url)
        stack.push_async_callback(db.close)
        if not await db.is_migrated():
            raise SettingsError("DATABASE_URL: not migrated yet; run: python -m api migrate")
        redis = event.connect_redis(settled.redis_url) if settled.redis_url else None
        if redis:
            stack.push_async_callback(redis.aclose)
            stack.push_async_callback(tasks.end, [_begin(limits.settle_for_ever(redis), "rate")])
        if wechat:
            wechat.use(redis)
            stack.push_async_callback(wechat.close)
            content.ask_outside(asks=True)
            stack.callback(content.ask_outside, asks=False)
        relay = Relay(redis) if relays else None
        hub = Hub(redis, relay)
        hub.on(Topic.AREA, _refresh_areas)
        hub.on(Topic.STATION, _refresh_stations)
        hub.on(Topic.CATALOGUE, _refresh_rules)
        hub.on(Topic.OCCUPANCY, _hear_occupancies)
        hub.on(Topic.WISH, _hear_wishes)
        hub.start()
        stack.push_async_callback(hub.stop)
        wish.hear_board()
        stack.callback(wish.forget_board)
        await _until_ready(hub)
        # After the hub knows where it begins: a change during the load is refreshed after it.
        await catalogue.load()
        stack.callback(catalogue.forget)
        await station.load()
        stack.callback(station.forget)
        stack.push_async_callback(tasks.end, [_begin(_reload_stations(), "reload stations")])
        feeds.open(hub)
        stack.callback(feeds.close)
        await stack.enter_async_context(event.waking(redis, relay))
        if relay:
            relay.start()
            stack.push_async_callback(relay.stop)
            jobs = Jobs((*JOBS, *messages.jobs(wechat), *checking.jobs(wechat)))
            jobs.start()
            stack.push_async_callback(jobs.stop)
            if settled.is_alive:
                # Imported here: what makes up a city is no part of a serving process.
                from api import alive

                moving = _begin(alive.keep_moving(), "demo tickets")
                stack.push_async_callback(tasks.end, [moving])
        _settle_memory()
        yield hub


async def _until_ready(hub: Hub) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            await hub.ready()
    except TimeoutError:
        raise Unavailable("it does not say where the line of events ends") from None


async def _refresh_stations(events: list[Event]) -> None:
    await station.refresh({event.thing_id for event in events})


async def _refresh_rules(_events: list[Event]) -> None:
    await catalogue.load()
    # Opening hours are read by the calendar.
    await station.load()


async def _refresh_areas(events: list[Event]) -> None:
    wish.change_board()
    await station.refresh_areas({event.area_code for event in events})


async def _hear_occupancies(events: list[Event]) -> None:
    station.hear(events)


async def _hear_wishes(_events: list[Event]) -> None:
    wish.change_board()


async def _reload_stations() -> None:
    """Read opening hours for the days to come at every midnight of the city, by its rules."""
    while True:
        await asyncio.sleep(max(0.0, (station.due_at() - datetime.now(UTC)).total_seconds()))
        try:
            await catalogue.load()
            await station.load()
        except Unavailable:
            await asyncio.sleep(RELOAD_RETRY_SECONDS)
        except Exception:
            log.exception("reload_failed")
            await asyncio.sleep(RELOAD_RETRY_SECONDS)


def _begin(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)


def _settle_memory() -> None:
    """Spare the collector what lives as long as the process: its pauses were 300 ms at p99.

    How seldom it looks at all is said in `api.__main__`, before anything is imported.
    """
    gc.freeze()
