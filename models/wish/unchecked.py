"""Wishes that wait for the verdict of a check.

A wish that is SUBMITTED is the whole memory of that: whoever asks and dies leaves it waiting, and
it is asked for again. Its words don't change while it waits.
"""

from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from models import cipher, db
from models.content import Verdict
from models.wish.checking import found
from models.wish.move import check
from models.wish.store import OVER_RANK


class Place(NamedTuple):
    """Where a wish stands among those that wait, the oldest first."""

    rank: int
    id: int


START = Place(OVER_RANK, 0)
"""Before the oldest."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A wish that waits; `openid` is that of who submitted it, None if WeChat knows none."""

    place: Place
    title: str
    text: str
    has_photos: bool
    openid: str | None


async def unchecked(*, first: int, after: Place = START) -> list[Unchecked]:
    """Give some of the wishes that wait behind a place, the oldest first; raises Unavailable."""
    rows = await db.fetch(_WAITING, after.rank, after.id, first)
    return [_unchecked(row) for row in rows]


async def settle(waiting: Unchecked, verdict: Verdict) -> bool:
    """Take the verdict over a wish; says whether it still waited for it. Raises Unavailable."""
    return await check(waiting.place.id, found(verdict))


def _unchecked(row: asyncpg.Record) -> Unchecked:
    sealed, author_id = row["openid"], row["author_id"]
    return Unchecked(
        place=Place(row["rank"], row["id"]),
        title=row["title"],
        text=row["text"],
        has_photos=row["has_photos"],
        openid=cipher.unseal(sealed, place=f"person.openid:{author_id}") if sealed else None,
    )


_WAITING = """
SELECT wish.id, wish.rank, wish.title, wish.text, author.id AS author_id, author.openid,
    EXISTS (
        SELECT FROM wish_photo WHERE wish_id = wish.id AND version = wish.written_version
    ) AS has_photos
FROM wish
LEFT JOIN event ON event.topic = 'wish' AND event.thing_id = wish.id
    AND event.version = wish.version
LEFT JOIN person AS author ON author.id = event.actor_id
WHERE wish.state = 'SUBMITTED' AND (wish.rank, wish.id) < ($1, $2)
ORDER BY wish.rank DESC, wish.id DESC LIMIT $3
"""
