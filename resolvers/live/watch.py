"""One watcher's queue of events: bounded, so that who is slow overflows only for themself."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from models.event import Event, Scope

WATCH_LENGTH_MOST = 256


class Watch:
    """What one watcher has yet to read, oldest first.

    Iterating gives event by event and ends when the watch is closed, or when it has overflowed
    and what it still holds is read. Use it in a `with` block, or `close` it.
    """

    def __init__(self, scope: Scope, *, leave: "Callable[[Watch], None]") -> None:
        self.scope = scope
        self.is_closed = False
        self.overflowed = False
        self._leave = leave
        self._queue: deque[Event] = deque()
        self._changed = asyncio.Event()

    def offer(self, found: Event) -> None:
        """Take an event in; a full watch takes no more until it is `reopen`ed."""
        if len(self._queue) >= WATCH_LENGTH_MOST:
            self.overflowed = True
        if not self.overflowed:
            self._queue.append(found)
        self._changed.set()

    async def take(self) -> list[Event]:
        """Wait for events and give all there are; an empty list is the end, as in iterating."""
        await self._news()
        taken = list(self._queue)
        self._queue.clear()
        return taken

    def reopen(self) -> None:
        """Take events in again after an overflow; what was missed is for `replay`."""
        self.overflowed = False

    def cut(self) -> None:
        """Overflow: from here on the watcher must read anew."""
        self.overflowed = True
        self._changed.set()

    def close(self) -> None:
        """Leave the hub; who waits is released."""
        self._leave(self)
        self.is_closed = True
        self._changed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        await self._news()
        if not self._queue:
            raise StopAsyncIteration
        return self._queue.popleft()

    async def _news(self) -> None:
        while not (self._queue or self.is_closed or self.overflowed):
            self._changed.clear()
            await self._changed.wait()
