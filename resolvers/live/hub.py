"""One reader a process, which hands every event to those who watch it here."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable

import structlog
from redis.asyncio import Redis

from models import event, tasks
from models.errors import Unavailable
from models.event import Backoff, Event, Relay, Scope, Topic
from resolvers.live.reader import Reader
from resolvers.live.watch import Watch

log = structlog.get_logger()

Callback = Callable[[list[Event]], Awaitable[None]]


class Hub:
    """One for each process: `start` it once the pool is open, `stop` it before the pool closes.

    Its position is known once it is `ready`; what happens after that reaches every watch. `relay`
    is that of this process, if it has one.
    """

    def __init__(self, redis: Redis | None = None, relay: Relay | None = None) -> None:
        self._reader = Reader(redis, relay, take=self._hand_out, rewound=self._rewound)
        self._watches: dict[Scope, set[Watch]] = {}
        self._marks: Counter[object] = Counter()
        self._callbacks: list[tuple[Watch, Callback]] = []
        self._rewinds = 0
        self._is_started = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def position(self) -> int | None:
        """The position of the newest event that was handed out; None before it is `ready`."""
        return self._reader.position

    def start(self) -> None:
        """Begin to read, until `stop`."""
        self._reader.start()
        self._is_started = True
        for watch, callback in self._callbacks:
            self._begin_serving(watch, callback)

    async def stop(self) -> None:
        """Stop, and end every watch."""
        running, self._tasks = self._tasks, []
        await tasks.end(running)
        await self._reader.stop()
        for watches in list(self._watches.values()):
            for watch in list(watches):
                watch.close()

    async def ready(self) -> None:
        """Wait until the hub knows where it begins; a snapshot read after that misses nothing."""
        await self._reader.ready()

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
        if self._is_started:
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
                rewinds, after = self._rewinds, min(after, self.position or 0)
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
        after = self._reader.began_at if after is None else after
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

    def _hand_out(self, found: Event) -> None:
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

    def _rewound(self) -> None:
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
