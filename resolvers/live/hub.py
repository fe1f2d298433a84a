"""One reader a process, which hands every event to those who watch it here."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable

import structlog
from redis.asyncio import Redis

from models import event, tasks
from models.errors import Unavailable
from models.event import Backoff, Event, Scope, Stream, Topic
from resolvers.live.watch import Watch

log = structlog.get_logger()

LATE_SECONDS = 0.25
"""How long an answer of the stream may be overdue before the line itself is asked."""

Callback = Callable[[list[Event]], Awaitable[None]]


class Hub:
    """One for each process: `start` it once the pool is open, `stop` it before the pool closes.

    Its position is known once it is `ready`; what happens after that reaches every watch.
    """

    def __init__(self, redis: Redis | None = None) -> None:
        self.position: int | None = None
        self._redis = redis
        self._stream: Stream | None = None
        self._stream_backoff = Backoff()
        self._stream_rests_until = 0.0
        self._stream_is_behind = False
        self._reading: asyncio.Task[list[Event]] | None = None
        self._watches: dict[Scope, set[Watch]] = {}
        self._marks: Counter[object] = Counter()
        self._callbacks: list[tuple[Watch, Callback]] = []
        self._began_at = 0
        self._rewinds = 0
        self._is_ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to read, until `stop`."""
        assert not self._tasks, "a hub is started once"
        self._tasks.append(asyncio.create_task(self._keep_reading(), name="hub"))
        for watch, callback in self._callbacks:
            self._begin_serving(watch, callback)

    async def stop(self) -> None:
        """Stop, and end every watch."""
        running, self._tasks = self._tasks, []
        await tasks.end(running)
        if self._reading:
            await tasks.end([self._reading])
        for watches in list(self._watches.values()):
            for watch in list(watches):
                watch.close()

    async def ready(self) -> None:
        """Wait until the hub knows where it begins; a snapshot read after that misses nothing."""
        await self._is_ready.wait()

    def watch(self, topic: Topic, thing_id: int) -> Watch:
        """Watch one thing."""
        return self.watch_scope(Scope(topic, thing_id))

    def watch_area(self, prefix: str, *, topic: Topic | None = None) -> Watch:
        """Watch an area and all below it, one topic or every; raises Invalid."""
        event.check_area(prefix)
        return self.watch_scope(Scope(topic, None, prefix))

    def watch_scope(self, scope: Scope) -> Watch:
        """Watch a thing, an area or a topic."""
        watch = Watch(scope, leave=self._leave)
        if scope not in self._watches:
            self._watches[scope] = set()
            self._marks[_mark(scope)] += 1
        self._watches[scope].add(watch)
        return watch

    def on(self, topic: Topic, callback: Callback) -> None:
        """Call `callback` with the events of a topic, some at a time, in order.

        While it raises Unavailable it is called again with the same events; any other exception
        is logged and the next events follow.
        """
        watch = self.watch_scope(Scope(topic))
        if self._tasks:
            self._begin_serving(watch, callback)
        else:
            self._callbacks.append((watch, callback))

    async def follow(
        self, watch: Watch, *, after: int, is_caught_up: bool = False
    ) -> AsyncGenerator[list[Event], None]:
        """Give everything that `watch` gets after position `after`: in order, each once.

        What was before the watch, or did not fit into it, is read from PostgreSQL in pages, so
        this raises Unavailable; a caller comes back with the last position it saw. Nothing was
        before the watch if it `is_caught_up`: made when the hub was at `after`.
        """
        rewinds = self._rewinds
        while not watch.is_closed:
            watch.reopen()
            if self._rewinds != rewinds:
                rewinds, after = self._rewinds, min(after, self._next - 1)
            while not is_caught_up and (events := await event.replay(watch.scope, after=after)):
                after = events[-1].position
                yield events
            is_caught_up = False
            while events := await watch.take():
                if fresh := [found for found in events if found.position > after]:
                    after = fresh[-1].position
                    yield fresh

    def _leave(self, watch: Watch) -> None:
        watches = self._watches.get(watch.scope)
        if watches is None:
            return
        watches.discard(watch)
        if not watches:
            del self._watches[watch.scope]
            mark = _mark(watch.scope)
            self._marks[mark] -= 1
            if not self._marks[mark]:
                del self._marks[mark]

    def _begin_serving(self, watch: Watch, callback: Callback) -> None:
        # Counted from now, not from when the task runs: what comes between is in the watch.
        serving = self._serve(watch, callback, after=self.position)
        self._tasks.append(asyncio.create_task(serving, name=f"hub on {watch.scope.topic}"))

    async def _serve(self, watch: Watch, callback: Callback, *, after: int | None) -> None:
        await self.ready()
        backoff = Backoff()
        after = self._began_at if after is None else after
        while not watch.is_closed:
            try:
                async for events in self.follow(watch, after=after):
                    await _until_available(callback, events)
                    after = events[-1].position
                    backoff.reset()
            except Unavailable:
                await backoff.wait()
            except Exception:
                log.exception("hub_callback_interrupted", topic=watch.scope.topic)
                await backoff.wait()

    async def _keep_reading(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._read()
            except Unavailable as lost:
                if backoff.is_first:
                    log.warning("hub_interrupted", reason=str(lost))
                await backoff.wait()
            except Exception:
                log.exception("hub_failed")
                await backoff.wait()
            else:
                backoff.reset()

    async def _read(self) -> None:
        if self.position is None:
            await self._begin()
        before = self._next - 1
        events = await self._news(before)
        if events is None:
            await self._catch_up()
            await asyncio.sleep(event.SWEEP_SECONDS)
        elif events:
            await self._advance(events)
            if self.position == before:
                # The stream says what the line does not know: the relay will begin it anew.
                await asyncio.sleep(event.SWEEP_SECONDS)
        else:
            await self._check()
            if self.position != before:
                self._stream_is_behind = True

    async def _begin(self) -> None:
        if self._redis:
            self._stream = Stream(self._redis, name=await event.line_name())
        self.position = self._began_at = await event.last_position()
        self._is_ready.set()

    async def _news(self, after: int) -> list[Event] | None:
        """Read the stream; None without one, and nothing if it does not say anything in time.

        A stream that hangs, or that the relay can't reach, is asked on, and the line is swept
        meanwhile.
        """
        if self._stream is None or time.monotonic() < self._stream_rests_until:
            return None
        if self._reading is None:
            self._reading = asyncio.create_task(self._stream.read(after=after), name="stream")
        patience = event.READ_SECONDS + LATE_SECONDS
        if self._stream_is_behind:
            patience = event.SWEEP_SECONDS
        await asyncio.wait([self._reading], timeout=patience)
        self._stream_is_behind = not self._reading.done()
        if self._stream_is_behind:
            return []
        reading, self._reading = self._reading, None
        try:
            events = reading.result()
        except event.LOST as lost:
            if self._stream_backoff.is_first:
                log.warning("hub_without_stream", reason=str(lost))
            self._stream_rests_until = time.monotonic() + self._stream_backoff.next_seconds()
            return None
        if not self._stream_backoff.is_first:
            log.info("hub_with_stream")
        self._stream_backoff.reset()
        return events

    async def _advance(self, events: list[Event]) -> None:
        for found in events:
            if found.position > self._next:
                await self._catch_up()
            if found.position == self._next:
                self._hand_out(found)

    async def _check(self) -> None:
        # Once a quiet second: a stream that the relay can't reach is quiet, too. Without
        # PostgreSQL nothing new can have happened, and the stream still gives what did.
        try:
            await self._catch_up()
        except Unavailable:
            log.debug("hub_without_check")

    async def _catch_up(self) -> None:
        last = await event.last_position()
        if last < self._next - 1:
            self._rewind(last)
        while self._next <= last and (events := await event.read(self._next - 1)):
            for found in events:
                self._hand_out(found)

    @property
    def _next(self) -> int:
        assert self.position is not None, "a hub that reads knows where it is"
        return self.position + 1

    def _hand_out(self, found: Event) -> None:
        self.position = found.position
        if not self._may_be_watched(found):
            return
        for scope in found.scopes():
            for watch in self._watches.get(scope, ()):
                watch.offer(found)

    def _may_be_watched(self, found: Event) -> bool:
        """Say whether it is worth to look at all scopes: nobody watches most of what happens."""
        marks, code = self._marks, found.line_area_code
        if found.thing_id in marks or found.topic in marks:
            return True
        for length in event.CODE_LENGTHS:  # noqa: SIM110 - half the time of any()
            if code[:length] in marks:
                return True
        return False

    def _rewind(self, last: int) -> None:
        log.error("line_was_put_back", hub=self.position, line=last)
        self.position = last
        self._rewinds += 1
        for watches in self._watches.values():
            for watch in watches:
                watch.cut()


def _mark(scope: Scope) -> object:
    """Give the part of a scope by which most events that are not in it are told apart."""
    if scope.thing_id is not None:
        return scope.thing_id
    return scope.area_code or scope.topic


async def _until_available(callback: Callback, events: list[Event]) -> None:
    backoff = Backoff()
    while True:
        try:
            await callback(events)
        except Unavailable:
            await backoff.wait()
        except Exception:
            log.exception("callback_failed")
            return
        else:
            return
