"""Reading the city's line of events in this process: each event once, in order, none left out.

Three say what is new, the fastest first: the relay of this very process, the stream, and the line
itself in PostgreSQL, which is asked where the others leave a gap or say nothing for a second.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.asyncio import Redis

from models import event, tasks
from models.errors import Unavailable
from models.event import Backoff, Event, Relay, Stream

log = structlog.get_logger()

LATE_SECONDS = 0.25
"""How long an answer of the stream may be overdue before the line itself is asked."""


class Reader:
    """Gives each event to `take`; calls `rewound` if the line was put back to an older state.

    Its position is known once it is `ready`. While `relay` places events in this process, it
    hears of them from there, and asks no stream.
    """

    def __init__(
        self,
        redis: Redis | None,
        relay: Relay | None,
        *,
        take: Callable[[Event], None],
        rewound: Callable[[], None],
    ) -> None:
        self.position: int | None = None
        self.began_at = 0
        self._redis = redis
        self._relay = relay
        self._take = take
        self._rewound = rewound
        self._stream: Stream | None = None
        self._stream_backoff = Backoff()
        self._stream_rests_until = 0.0
        self._stream_is_behind = False
        self._reading: asyncio.Task[list[Event]] | None = None
        self._relay_has_said = asyncio.Event()
        self._is_ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read, until `stop`."""
        assert self._task is None, "a reader is started once"
        if self._relay:
            self._relay.hears = self._hear
        self._task = asyncio.create_task(self._keep_reading(), name="hub")

    async def stop(self) -> None:
        """Stop."""
        if self._relay:
            self._relay.hears = None
        running = [task for task in (self._task, self._reading) if task]
        self._task = self._reading = None
        await tasks.end(running)

    async def ready(self) -> None:
        """Wait until it is known where it begins; a snapshot read after that misses nothing."""
        await self._is_ready.wait()

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
        if self._relay and self._relay.is_holder:
            await self._listen()
            return
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
        self.position = self.began_at = await event.last_position()
        self._is_ready.set()

    def _hear(self, events: list[Event]) -> None:
        """Take what the relay of this process has placed, unless something is missing before."""
        if self.position is None:
            return
        for found in events:
            if found.position == self._next:
                self._hand_on(found)
        if not events or events[-1].position > self.position:
            self._relay_has_said.set()

    async def _listen(self) -> None:
        """Let the relay speak, and look after the line once a second or where it left a gap."""
        with suppress(TimeoutError):
            async with asyncio.timeout(event.READ_SECONDS):
                await self._relay_has_said.wait()
        self._relay_has_said.clear()
        await self._check()

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
                self._hand_on(found)

    async def _check(self) -> None:
        # Once a quiet second: a stream that the relay can't reach is quiet, too. Without
        # PostgreSQL nothing new can have happened, and the stream still gives what did.
        try:
            await self._catch_up()
        except Unavailable:
            log.debug("hub_without_check")

    async def _catch_up(self) -> None:
        # What the relay says meanwhile moves on.
        before = self._next - 1
        last = await event.last_position()
        if last < before:
            log.error("line_was_put_back", hub=before, line=last)
            self.position = last
            self._rewound()
        while self._next <= last and (events := await event.read(self._next - 1)):
            for found in events:
                if found.position == self._next:
                    self._hand_on(found)

    @property
    def _next(self) -> int:
        assert self.position is not None, "a hub that reads knows where it is"
        return self.position + 1

    def _hand_on(self, found: Event) -> None:
        self.position = found.position
        self._take(found)
