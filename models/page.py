"""Pages of a list by keyset: a cursor says after which item of which query a page begins."""

import hashlib
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from models.errors import Invalid

FIRST_DEFAULT = 20
FIRST_MOST = 100
CURSOR_LENGTH_MOST = 200
DIGEST_BYTES = 6

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

Item = TypeVar("Item")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list in order, the cursor of each, and whether more follow."""

    items: tuple[Item, ...]
    cursors: tuple[str, ...]
    has_next_page: bool

    def map(self, change: Callable[[Item], Other]) -> "Page[Other]":
        """Give the page with its items changed."""
        return Page(tuple(map(change, self.items)), self.cursors, self.has_next_page)


def size(first: int) -> int:
    """Give the checked size of a page; raises Invalid."""
    if not 1 <= first <= FIRST_MOST:
        raise Invalid(f"每页数量须在 1 到 {FIRST_MOST} 之间")
    return first


def digest(*query: object) -> str:
    """Name a query by what it asks, so that its cursors serve no other."""
    asked = orjson.dumps(query, default=str)
    return hashlib.blake2s(asked, digest_size=DIGEST_BYTES).hexdigest()


def cursor(query: str, *key: object) -> str:
    """Write the opaque cursor of the item with sort key `key` in the query named `query`."""
    # A page writes one for each item: the urlsafe_ function would take as long again.
    written = b2a_base64(orjson.dumps((query, *key)), newline=False)
    return written.translate(_URL_SAFE, b"=").decode()


def cut(
    found: Sequence[Item], first: int, query: str, key: Callable[[Item], tuple[object, ...]]
) -> Page[Item]:
    """Make the page of `first` items from one more than that; `key` gives an item's sort key."""
    items = tuple(found[:first])
    return Page(items, tuple(cursor(query, *key(item)) for item in items), len(found) > first)


def key_after(after: str, query: str, *kinds: type) -> tuple[Any, ...]:
    """Read the sort key that `cursor` wrote; raises Invalid if it is not of this query."""
    key = _read(after)
    if len(key) != len(kinds) + 1 or key[0] != query:
        raise Invalid("游标不属于这个查询")
    if not all(type(part) is kind for part, kind in zip(key[1:], kinds, strict=True)):
        raise Invalid("游标不属于这个查询")
    return tuple(key[1:])


def _read(after: str) -> list[object]:
    if len(after) > CURSOR_LENGTH_MOST:
        raise Invalid("游标过长")
    try:
        key = orjson.loads(urlsafe_b64decode(after.encode() + b"=" * (-len(after) % 4)))
    except ValueError:
        raise Invalid("游标无法识别") from None
    if not isinstance(key, list):
        raise Invalid("游标无法识别")
    return key
