"""The working process: the relay, and everything that happens by itself."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from api import checking, messages
from api.jobs import JOBS, Jobs
from api.server import STOP_SIGNALS
from api.settings import Settled
from models import catalogue, cipher, db, event, file, tasks
from models.errors import Unavailable
from models.event import Relay

if TYPE_CHECKING:
    from api.wechat.client import WeChat

RULES_SECONDS = 10.0
"""So old at most are the rules by which it works: it follows no news."""

log = structlog.get_logger()


async def work(settled: Settled, *, wechat: "WeChat | None" = None) -> None:
    """Work until cancelled or stopped by a signal; raises Unavailable at the start."""
    stopped = asyncio.Event()
    # An exception out of a signal's handler would strike whatever runs at that moment.
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    file.keep_in(settled.data_dir / "files", secret=settled.token_secret)
    cipher.use(cipher.read_keys(settled.data_keys))
    await db.connect(settled.database_url)
    await catalogue.load()
    redis = event.connect_redis(settled.redis_url) if settled.redis_url else None
    relay, jobs = Relay(redis), Jobs((*JOBS, *messages.jobs(wechat), *checking.jobs(wechat)))
    if wechat:
        wechat.use(redis)
    relay.start()
    jobs.start()
    following = asyncio.create_task(_follow_rules(), name="rules")
    try:
        async with event.waking(redis, relay):
            await stopped.wait()
    finally:
        await tasks.end([following])
        await jobs.stop()
        await relay.stop()
        if wechat:
            await wechat.close()
        if redis:
            await redis.aclose()
        await db.close()


async def _follow_rules() -> None:
    while True:
        await asyncio.sleep(RULES_SECONDS)
        try:
            await catalogue.load()
        except Unavailable:
            continue
        except Exception:
            log.exception("rules_failed")
