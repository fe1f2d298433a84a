"""A bounded memory that forgets what has not been used for a while.

It holds two generations. What is used moves to the young one; when that is full it becomes the
old one, and what was old and not used since is dropped. A hit costs one look-up, and a flood of
things used once can't push out what is used all the time.
"""

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Generations(Generic[Thing]):
    """Things by key: at most twice `most` of them, and at most twice `most_bytes`."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._young: dict[str, tuple[Thing, int]] = {}
        self._old: dict[str, tuple[Thing, int]] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: str) -> Thing | None:
        """Give the thing kept under `key`, or None."""
        held = self._young.get(key)
        if held is None:
            held = self._old.pop(key, None)
            if held is None:
                return None
            self.keep(key, *held)
        return held[0]

    def keep(self, key: str, thing: Thing, size: int) -> None:
        """Keep `thing` of about `size` bytes under `key`; one too big by itself is not kept."""
        if size > self._most_bytes:
            return
        if len(self._young) >= self._most or self._bytes + size > self._most_bytes:
            self._old, self._young, self._bytes = self._young, {}, 0
        self._bytes += size
        self._young[key] = (thing, size)
