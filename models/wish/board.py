"""Pages of the board as everybody sees them, kept while nothing changes.

A process that hears of every change (`hear`, then `change`) reads each page once between two
changes. What was being read while something changed is not kept, so that no page is older than
the news, and none is older than SECONDS: photos have addresses that expire.
"""

import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from models.page import Page
from models.wish.record import Wish

PAGES_MOST = 512
SECONDS = 30.0

Key: TypeAlias = tuple[str, int, str | None]

_is_heard = False
_changes = 0
_pages: dict[Key, tuple[float, Page[Wish]]] = {}


def hear() -> None:
    """Begin to keep pages: from now on `change` is called after every change."""
    global _is_heard
    _is_heard = True


def forget() -> None:
    """Keep nothing any more."""
    global _is_heard
    _is_heard = False
    change()


def change() -> None:
    """Drop what is kept: a wish of the board, or an area, is not what it was."""
    global _changes
    _changes += 1
    _pages.clear()


async def kept(key: Key, read: Callable[[], Awaitable[Page[Wish]]]) -> Page[Wish]:
    """Give the page of a query, read only if it is not kept."""
    found = _pages.get(key)
    now = time.monotonic()
    if found and now < found[0]:
        return found[1]
    before = _changes
    page = await read()
    if _is_heard and _changes == before:
        if len(_pages) >= PAGES_MOST:
            _pages.clear()
        _pages[key] = (now + SECONDS, page)
    return page
