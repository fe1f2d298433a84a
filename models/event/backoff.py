"""Waiting for a server that is away: longer each time, never longer than a named limit."""

import asyncio

FIRST_SECONDS = 0.1
MOST_SECONDS = 2.0


class Backoff:
    """Waits that double, until something works again."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    @property
    def is_first(self) -> bool:
        """Whether nothing has failed since it last worked: the time to log."""
        return self._seconds == FIRST_SECONDS

    def reset(self) -> None:
        """Say that it worked."""
        self._seconds = FIRST_SECONDS

    def next_seconds(self) -> float:
        """Say that it failed; give how long to leave it alone."""
        seconds, self._seconds = self._seconds, min(self._seconds * 2, MOST_SECONDS)
        return seconds

    async def wait(self) -> None:
        """Say that it failed, and wait."""
        await asyncio.sleep(self.next_seconds())
