"""What tests of events share: two towns to be in, changes to make, and waiting without sleeping
longer than needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from inspect import isawaitable

from redis.asyncio import Redis

from models import db, event
from models.event import Event, Relay, Topic, lease, line
from resolvers.live import Hub

CITY = "320281"
TOWN = "320281001"
OTHER_TOWN = "320281002"
VILLAGE = "320281001001"
POLL_SECONDS = 0.01
DEADLINE_SECONDS = 10.0

_AREA = """
INSERT INTO area (code, parent_code, level, kind, name, initials, terms, longitude, latitude,
    valid_from)
VALUES ($1, $2, $3, $4, $1, '', '{}', 120.0, 31.9, '2026-01-01')
"""


async def lay_out_areas() -> None:
    """Make a city of two towns, with one village in the first."""
    await db.execute(_AREA, CITY, None, "CITY", None)
    await db.execute(_AREA, TOWN, CITY, "TOWN", "TOWN")
    await db.execute(_AREA, OTHER_TOWN, CITY, "TOWN", "TOWN")
    await db.execute(_AREA, VILLAGE, TOWN, "VILLAGE", "VILLAGE")


async def change(
    thing_id: int,
    version: int,
    *,
    topic: Topic = Topic.STATION,
    area_code: str = VILLAGE,
    also: Iterable[str] = (),
) -> int:
    """Commit one event of a thing."""
    async with db.transaction() as connection:
        return await event.record(
            connection,
            topic=topic,
            thing_id=thing_id,
            area_code=area_code,
            also_area_codes=also,
            version=version,
            kind="CHANGED",
            actor_id=None,
            facts={"status": "暂停"},
        )


async def until(
    holds: Callable[[], Awaitable[object] | object], *, seconds: float = DEADLINE_SECONDS
) -> None:
    """Wait until a condition holds; the deadline fails the test."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isawaitable(found) else found:
                return
            await asyncio.sleep(POLL_SECONDS)


async def gather(watch: AsyncIterator[Event], count: int) -> list[Event]:
    """Read the next `count` events of a watch; the deadline fails the test."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        return [await anext(watch) for _ in range(count)]


@asynccontextmanager
async def relaying(redis: Redis | None = None) -> AsyncIterator[Relay]:
    """Run a relay that holds the lease."""
    relay = Relay(redis)
    relay.start()
    try:
        await until(lambda: relay.is_holder)
        yield relay
    finally:
        await relay.stop()


@asynccontextmanager
async def hub_of(redis: Redis | None = None) -> AsyncIterator[Hub]:
    """Run a hub that knows where it is."""
    hub = Hub(redis)
    hub.start()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await hub.ready()
        yield hub
    finally:
        await hub.stop()


async def place_all() -> list[Event]:
    """Do a relay's work once."""
    assert await lease.hold(line.JOB, holder="test")
    events = await line.place("test")
    await lease.release(line.JOB, holder="test")
    return events


def versions(events: list[Event]) -> list[int]:
    """Give the versions of the things that changed, in order."""
    return [found.version for found in events]


async def count(table: str) -> int:
    """Count the rows of a table."""
    row = await db.fetch_one(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - a test's words
    assert row
    return int(row["rows"])


async def write(thing_id: int, versions: int) -> None:
    """Commit versions 1 to `versions` of a thing."""
    for version in range(1, versions + 1):
        await change(thing_id, version)


async def is_placed(position: int) -> bool:
    """Say whether the line has come to a position."""
    return await event.last_position() >= position
