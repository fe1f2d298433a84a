"""One stream of items for all who may see the same: each item is made once, for all of them.

A feed watches its source's scope while anybody follows it. Who joins is a `Follower`, which first
gets what it alone needs (follower.py), and then what all get.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from typing import NamedTuple, TypeAlias

import structlog

from models import event
from models.errors import Unavailable
from models.event import Backoff, Event, Topic
from resolvers.errors import INTERNAL_TEXT, EdgeCode, EdgeError
from resolvers.live.follower import Follower
from resolvers.live.hub import Callback, Hub
from resolvers.live.source import HIDDEN, Source, Update, UpdateKind

FOLLOWERS_AT_ONCE = 500
"""To how many an item is handed before others get their turn."""

log = structlog.get_logger()

Encode: TypeAlias = Callable[[Update], Awaitable[bytes]]
"""Makes what is sent of an item; raises Unavailable if it must be tried again."""


class Made(NamedTuple):
    """An item at its position; None where this right may not see it."""

    position: int
    payload: bytes | None


class Feed:
    """The stream of one source as `encode` writes it; `leave` is called when nobody follows."""

    def __init__(
        self, hub: Hub, source: Source, encode: Encode, leave: "Callable[[Feed], None]"
    ) -> None:
        assert hub.position is not None, "a feed begins once the hub knows where it is"
        self.source = source
        # Nothing comes between these two lines: what happens later is in the watch.
        self.position = hub.position
        self._watch = hub.watch_scope(source.scope)
        self._hub = hub
        self._encode = encode
        self._leave = leave
        self._followers: set[Follower] = set()
        self._standing: asyncio.Task[tuple[int, bytes]] | None = None
        self._next_standing: asyncio.Task[tuple[int, bytes]] | None = None
        self._task = asyncio.create_task(self._keep_telling(), name="feed")

    def add(self, follower: Follower) -> None:
        """Let somebody follow."""
        self._followers.add(follower)

    def remove(self, follower: Follower) -> None:
        """Let somebody go; a feed without followers is over."""
        self._followers.discard(follower)
        if not self._followers:
            self.close()

    def close(self) -> None:
        """End, whoever follows."""
        self._watch.close()
        self._task.cancel()
        self._leave(self)

    async def current(self) -> tuple[int, bytes]:
        """Give the present position and the item CURRENT of it; raises Unavailable, EdgeError.

        Those who ask while one is being read share the one that is read next: it is no older than
        their question.
        """
        if self._next_standing is None:
            reading = self._read_after(self._standing)
            self._next_standing = asyncio.create_task(reading, name="current item")
            self._next_standing.add_done_callback(_look_at)
        return await asyncio.shield(self._next_standing)

    async def resync(self) -> tuple[int, bytes]:
        """Give the present position and the item RESYNC of it; raises Unavailable, EdgeError."""
        return await self._stand(UpdateKind.RESYNC)

    async def made(self, events: Sequence[Event]) -> AsyncIterator[Made]:
        """Make the items of events, in order; raises Unavailable, EdgeError."""
        things = await self.source.read(events)
        for found, thing in zip(events, things, strict=True):
            if thing is HIDDEN:
                yield Made(found.position, None)
            else:
                update = Update(UpdateKind.CHANGE, found.position, thing, found)
                yield Made(found.position, await self._encode(update))

    async def is_beyond(self, position: int) -> bool:
        """Say whether the line has not come to a position yet: it was put back since then."""
        return position > self._now and position > await event.last_position()

    async def _read_after(
        self, previous: "asyncio.Task[tuple[int, bytes]] | None"
    ) -> tuple[int, bytes]:
        if previous and not previous.done():
            await asyncio.wait([previous])
        self._standing, self._next_standing = self._next_standing, None
        return await self._stand(UpdateKind.CURRENT)

    async def _stand(self, kind: UpdateKind) -> tuple[int, bytes]:
        # The position is taken first: what happens during the read comes once more, never not.
        position = self._now
        thing = await self.source.current()
        return position, await self._encode(Update(kind, position, thing, None))

    @property
    def _now(self) -> int:
        assert self._hub.position is not None, "a hub does not forget where it is"
        return self._hub.position

    async def _keep_telling(self) -> None:
        backoff = Backoff()
        is_caught_up = True
        while not self._watch.is_closed:
            after = min(self.position, self._now)
            news = self._hub.follow(self._watch, after=after, is_caught_up=is_caught_up)
            is_caught_up = False
            try:
                async with aclosing(news):
                    async for events in news:
                        await self._tell(events)
                        backoff.reset()
            except Unavailable:
                await backoff.wait()
            except EdgeError as over:
                self._end(over)
            except Exception:
                log.exception("feed_failed", scope=self.source.scope)
                self._end(EdgeError(EdgeCode.INTERNAL, INTERNAL_TEXT))

    async def _tell(self, events: list[Event]) -> None:
        if events[0].position <= self.position:
            self._begin_anew(events[0].position - 1)
        async for made in self.made(events):
            # First, so that who joins from here on knows that this one is not for them.
            self.position = made.position
            if made.payload is not None:
                await self._hand_out(made.position, made.payload)

    async def _hand_out(self, position: int, payload: bytes) -> None:
        for number, follower in enumerate(tuple(self._followers), 1):
            # One whose right has changed in the meantime follows another feed.
            if follower in self._followers:
                follower.offer(position, payload)
            if number % FOLLOWERS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _begin_anew(self, position: int) -> None:
        """Follow a line that was put back to an older state: all must read anew."""
        self.position = position
        for follower in tuple(self._followers):
            follower.begin_anew()

    def _end(self, error: EdgeError) -> None:
        followers = tuple(self._followers)
        self.close()
        for follower in followers:
            follower.end(error)


class Feeds:
    """The feeds of this process by what they have alike; opened once the hub knows its place."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._on_person: list[Callback] = []
        self._feeds: dict[Hashable, Feed] = {}

    def __len__(self) -> int:
        return len(self._feeds)

    def open(self, hub: Hub) -> None:
        """Serve from now on, by this hub."""
        self._hub = hub
        for callback in self._on_person:
            hub.on(Topic.PERSON, callback)

    def on_change_of_person(self, callback: Callback) -> None:
        """Call `callback` with what happens to people, whose rights may change by it."""
        self._on_person.append(callback)

    def close(self) -> None:
        """End every feed."""
        self._hub = None
        for feed in tuple(self._feeds.values()):
            feed.close()

    def of(self, key: Hashable, source: Source, encode: Encode) -> Feed:
        """Give the feed of `key`, made of `source` if it is the first; raises Unavailable.

        Whoever takes it adds a follower before they wait for anything.
        """
        if self._hub is None or self._hub.position is None:
            raise Unavailable("the hub is not ready")
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(
                self._hub, source, encode, lambda over: self._forget(key, over)
            )
        return feed

    def _forget(self, key: Hashable, over: Feed) -> None:
        if self._feeds.get(key) is over:
            del self._feeds[key]


def _look_at(done: "asyncio.Task[tuple[int, bytes]]") -> None:
    """Take note of a failure, so that nobody hears of one that was meant for who is gone."""
    if not done.cancelled():
        done.exception()
