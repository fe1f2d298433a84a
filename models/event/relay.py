"""The relay: gives every event its position, then tells the stream.

One works at a time, by a lease; any number may stand by, and one of them takes over within
seconds. PostgreSQL is never kept waiting by Redis: placing and telling are tasks of their own,
and each survives the loss of its server.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from uuid import uuid4

import structlog
from redis.asyncio import Redis

from models import tasks
from models.errors import Unavailable
from models.event import feed, lease, line
from models.event.backoff import Backoff
from models.event.entry import Event
from models.event.stream import LOST, STREAM_LENGTH, Stream

SWEEP_SECONDS = 0.2
CHECK_SECONDS = 1.0
PRUNE_SECONDS = 60.0
STOP_SECONDS = 2.0
UNTOLD_MOST = 2_000

log = structlog.get_logger()


class Relay:
    """One relay of a process; `start` it, `wake` it after a commit, `stop` it.

    Without `redis` it only places. It holds connections of the process's pool (models/db.py) for
    single statements.

    Whoever `hears` it is called with the events that it has placed, as soon as they are, and with
    none when it begins or ceases to be the one who places.
    """

    def __init__(self, redis: Redis | None = None) -> None:
        self.holder = uuid4().hex
        self.is_holder = False
        self.hears: Callable[[list[Event]], None] | None = None
        self.wakes = 0
        self._redis = redis
        self._stream: Stream | None = None
        self._told: int | None = None
        self._untold: list[Event] = []
        self._woken = asyncio.Event()
        self._placed = asyncio.Event()
        self._renew_at = self._prune_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to work, or to stand by, until `stop`."""
        assert not self._tasks, "a relay is started once"
        jobs = {"place": self._place}
        if self._redis:
            jobs |= {"tell": self._tell, "listen": self._listen}
        self._tasks = [
            asyncio.create_task(self._keep_at(job, name), name=f"relay {name}")
            for name, job in jobs.items()
        ]

    async def stop(self) -> None:
        """Stop, and give the lease back so that another takes over at once."""
        running, self._tasks = self._tasks, []
        await tasks.end(running)
        self._is_to_place(False)
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await lease.release(line.JOB, holder=self.holder)

    def wake(self) -> None:
        """Say that something was committed; without it the sweep finds it 200 ms later."""
        self.wakes += 1
        self._woken.set()

    async def _keep_at(self, job: Callable[[], Awaitable[None]], name: str) -> None:
        backoff = Backoff()
        while True:
            try:
                await job()
            except (Unavailable, *LOST) as lost:
                if backoff.is_first:
                    log.warning("relay_interrupted", job=name, reason=str(lost))
                await backoff.wait()
            except Exception:
                log.exception("relay_failed", job=name)
                await backoff.wait()
            else:
                backoff.reset()

    async def _place(self) -> None:
        if time.monotonic() >= self._renew_at:
            await self._renew()
        if not self.is_holder:
            await asyncio.sleep(lease.RENEW_SECONDS)
            return
        self._woken.clear()
        events = await line.place(self.holder)
        self._pass_on(events)
        if len(events) < line.PLACE_MOST:
            await self._prune()
            await _wait(self._woken, SWEEP_SECONDS)

    async def _renew(self) -> None:
        was_holder = self.is_holder
        try:
            self._is_to_place(await lease.hold(line.JOB, holder=self.holder))
        except Unavailable:
            # What the last answer promised may be over.
            self._is_to_place(False)
            raise
        if self.is_holder:
            self._renew_at = time.monotonic() + lease.RENEW_SECONDS
        if self.is_holder != was_holder:
            self._told = None
            self._placed.set()
            log.info("relay_lease", held=self.is_holder, holder=self.holder)

    def _is_to_place(self, is_holder: bool) -> None:
        has_changed, self.is_holder = self.is_holder != is_holder, is_holder
        if has_changed and self.hears:
            self.hears([])

    async def _prune(self) -> None:
        if time.monotonic() < self._prune_at:
            return
        is_done = await line.prune() < line.PRUNE_MOST
        self._prune_at = time.monotonic() + (PRUNE_SECONDS if is_done else 0)

    def _pass_on(self, events: list[Event]) -> None:
        if not events:
            return
        if self.hears:
            self.hears(events)
        if not self._redis:
            return
        # Past the limit the stream is filled from PostgreSQL instead.
        room = UNTOLD_MOST - len(self._untold)
        self._untold += events[:room]
        self._placed.set()

    async def _tell(self) -> None:
        await _wait(self._placed, CHECK_SECONDS)
        self._placed.clear()
        events, self._untold = self._untold, []
        if not self.is_holder:
            return
        told, self._told = self._told, None
        stream = await self._the_stream()
        if told is not None and events and _follows(events, told):
            self._told = await stream.append(events, after=told)
            if self._told == events[-1].position:
                return
        self._told = await complete(stream)

    async def _listen(self) -> None:
        if not self._redis or not self.is_holder:
            await asyncio.sleep(lease.RENEW_SECONDS)
            return
        stream = await self._the_stream()
        async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(stream.channel)
            while self.is_holder:
                message = await subscription.get_message(timeout=lease.RENEW_SECONDS)
                if message is not None:
                    self.wake()

    async def _the_stream(self) -> Stream:
        assert self._redis
        if self._stream is None:
            self._stream = Stream(self._redis, name=await feed.line_name())
        return self._stream


async def complete(stream: Stream) -> int:
    """Append what the stream lacks, after a crash, a flush or a failover; give where it ends.

    A stream that ends where the line has never been, or too far behind, begins anew.
    """
    ends = await stream.position()
    last = await feed.last_position()
    start = ends or max(0, last - STREAM_LENGTH)
    if not last - STREAM_LENGTH <= start <= last:
        log.warning("stream_begins_anew", stream=ends, line=last)
        await stream.clear()
        ends, start = 0, max(0, last - STREAM_LENGTH)
    while start < last:
        events = await feed.read(start)
        start = events[-1].position
        ends = await stream.append(events, after=ends)
        if ends != start:
            break
    return ends


def _follows(events: list[Event], told: int) -> bool:
    positions = [told, *(event.position for event in events)]
    return all(after == before + 1 for before, after in pairwise(positions))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
