"""Waking the relay after a commit: what happened gets its position at once, not at the next sweep.

The relay may work in this process or in another one. Nothing depends on being woken: whatever is
lost on the way is found by the sweep.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from models import db, tasks
from models.errors import Unavailable
from models.event import feed
from models.event.backoff import Backoff
from models.event.relay import Relay
from models.event.stream import LOST, Stream


@asynccontextmanager
async def waking(redis: Redis | None, relay: Relay | None = None) -> AsyncIterator[None]:
    """Let every commit of this process that has events wake the relay, until the block ends.

    `relay` is that of this process, if it has one; whoever else holds the lease is told by Redis.
    """
    woken = asyncio.Event()

    def wake() -> None:
        if relay and relay.is_holder:
            relay.wake()
        else:
            woken.set()

    calling = [asyncio.create_task(_call(redis, woken), name="wake relay")] if redis else []
    with db.calling_after_news(wake):
        try:
            yield
        finally:
            await tasks.end(calling)


async def _call(redis: Redis, woken: asyncio.Event) -> None:
    """Tell the relay of another process, once for all who ask while it is being told."""
    backoff = Backoff()
    stream: Stream | None = None
    while True:
        await woken.wait()
        woken.clear()
        try:
            stream = stream or Stream(redis, name=await feed.line_name())
            await stream.wake()
        except (Unavailable, *LOST):
            await backoff.wait()
        else:
            backoff.reset()
