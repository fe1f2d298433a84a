"""One client's place in a feed: what it gets by itself, and when it goes along with all others.

It is *live* while it gets what all get. Before that, and whenever it could not keep up, it reads
what it lacks from PostgreSQL, by itself, from the last position that it was given: so it needs no
long memory, misses nothing, and gets nothing twice.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

import structlog

from models import event
from models.errors import Unavailable
from models.event import Backoff, Event
from resolvers.errors import INTERNAL_TEXT, EdgeCode, EdgeError

if TYPE_CHECKING:
    from resolvers.live.feed import Feed

QUEUE_LENGTH_MOST = 256

log = structlog.get_logger()


class Outlet(Protocol):
    """Where a follower's items go: one subscription of a socket, or a stream of an answer."""

    @property
    def is_clogged(self) -> bool:
        """Whether the client has yet to take what was written."""

    def put(self, payload: bytes) -> None:
        """Write an item."""

    async def drained(self) -> None:
        """Wait until it is not clogged."""

    def end(self, error: EdgeError) -> None:
        """Tell the client that no more items come, and why."""


class Follower:
    """One client that follows a feed; `begin` it, `flush` it when its outlet drains, `leave`."""

    __slots__ = ("_catching_up", "_feed", "_is_live", "_is_lost", "_outlet", "_seen", "_waiting")

    def __init__(self, feed: "Feed", outlet: Outlet) -> None:
        self._feed = feed
        self._outlet = outlet
        self._seen = 0
        self._is_live = self._is_lost = False
        self._waiting: deque[tuple[int, bytes]] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        feed.add(self)

    async def begin(self, *, after: int | None) -> None:
        """Send the item CURRENT, or all that came after a position; then go with the others.

        Raises Unavailable, EdgeError.
        """
        if after is None:
            await self._put_standing(*await self._feed.current())
        else:
            self._seen = after
        await self._catch_up()

    def offer(self, position: int, payload: bytes) -> None:
        """Take an item that all get; a client that does not keep up gets it later."""
        if not self._is_live or position <= self._seen:
            return
        if self._waiting or self._outlet.is_clogged:
            self._keep(position, payload)
        else:
            self._put(position, payload)

    def flush(self) -> None:
        """Write what waits, as far as the outlet takes it."""
        while self._waiting and not self._outlet.is_clogged:
            self._put(*self._waiting.popleft())
        if not self._waiting:
            self._waiting = None

    def hold(self) -> None:
        """Take nothing more until `catch_up`; what was not written yet is read again then."""
        self._is_live = False
        self._waiting = None
        if self._catching_up:
            self._catching_up.cancel()
            self._catching_up = None

    def catch_up(self, feed: "Feed | None" = None) -> None:
        """Read what is lacking since the last item, and then go with the others of `feed`."""
        self.hold()
        if feed is not None and feed is not self._feed:
            feed.add(self)
            self._feed.remove(self)
            self._feed = feed
        self._catching_up = asyncio.create_task(self._keep_catching_up(), name="catch up")

    def begin_anew(self) -> None:
        """Send how things stand, since what was seen never was."""
        self._is_lost = True
        self.catch_up()

    def leave(self) -> None:
        """Follow no more."""
        self.hold()
        self._feed.remove(self)

    def end(self, error: EdgeError) -> None:
        """Tell the client that it is over; the feed knows it already."""
        self.hold()
        self._outlet.end(error)

    def _put(self, position: int, payload: bytes) -> None:
        self._seen = position
        self._outlet.put(payload)

    def _keep(self, position: int, payload: bytes) -> None:
        if self._waiting is None:
            self._waiting = deque()
        if not self._feed.source.keeps_all:
            self._waiting.clear()
        if len(self._waiting) < QUEUE_LENGTH_MOST:
            self._waiting.append((position, payload))
        else:
            self.catch_up()

    async def _keep_catching_up(self) -> None:
        backoff = Backoff()
        while not self._is_live:
            try:
                await self._catch_up()
            except Unavailable:
                await backoff.wait()
            except EdgeError as over:
                self._give_up(over)
                return
            except Exception:
                log.exception("follower_failed", scope=self._feed.source.scope)
                self._give_up(EdgeError(EdgeCode.INTERNAL, INTERNAL_TEXT))
                return
        self._catching_up = None

    def _give_up(self, error: EdgeError) -> None:
        self._catching_up = None
        self._feed.remove(self)
        self._outlet.end(error)

    async def _catch_up(self) -> None:
        """Send what was missed until nothing is, and be live from that very moment."""
        if self._is_lost or await self._feed.is_beyond(self._seen):
            await self._resync()
        while self._seen < self._feed.position:
            await self._outlet.drained()
            goal = self._feed.position
            events = await event.replay(self._feed.source.scope, after=self._seen)
            if await event.first_position() > self._seen + 1:
                await self._resync()
                continue
            await self._put_made(events)
            if len(events) < event.PAGE_MOST:
                self._seen = max(self._seen, goal)
        self._is_live = True

    async def _put_made(self, events: list[Event]) -> None:
        async for made in self._feed.made(events):
            await self._outlet.drained()
            if made.payload is None:
                self._seen = made.position
            else:
                self._put(made.position, made.payload)

    async def _resync(self) -> None:
        await self._put_standing(*await self._feed.resync())
        self._is_lost = False

    async def _put_standing(self, position: int, payload: bytes) -> None:
        await self._outlet.drained()
        self._put(position, payload)
