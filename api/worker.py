"""The working process: the relay, and everything that happens by itself."""

import asyncio

from api.jobs import Jobs
from api.settings import Settled
from models import cipher, db, event, file
from models.event import Relay


async def work(settled: Settled) -> None:
    """Work until cancelled or stopped by a signal; raises Unavailable at the start."""
    file.keep_in(settled.data_dir / "files", secret=settled.token_secret)
    cipher.use(cipher.read_keys(settled.data_keys))
    await db.connect(settled.database_url)
    redis = event.connect_redis(settled.redis_url) if settled.redis_url else None
    relay, jobs = Relay(redis), Jobs()
    relay.start()
    jobs.start()
    try:
        await asyncio.Event().wait()
    finally:
        await jobs.stop()
        await relay.stop()
        if redis:
            await redis.aclose()
        await db.close()
