"""The working process: the relay, and later everything that happens by itself."""

import asyncio

from api.settings import Settled
from models import db, event
from models.event import Relay


async def work(settled: Settled) -> None:
    """Work until cancelled or stopped by a signal; raises Unavailable at the start."""
    await db.connect(settled.database_url)
    redis = event.connect_redis(settled.redis_url) if settled.redis_url else None
    relay = Relay(redis)
    relay.start()
    try:
        await asyncio.Event().wait()
    finally:
        await relay.stop()
        if redis:
            await redis.aclose()
        await db.close()
