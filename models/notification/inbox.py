"""Reading one's inbox, and marking what was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from models import db, page
from models.errors import Code, Refusal
from models.page import Page

MARKED_MOST = 100


@dataclass(frozen=True, slots=True)
class Notification:
    """What somebody was told, about which thing of which topic."""

    id: int
    topic: str
    thing_id: int
    title: str
    at: datetime
    read_at: datetime | None


async def notifications(person_id: int, *, first: int, after: str | None) -> Page[Notification]:
    """Give a page of somebody's inbox, newest first; raises Invalid."""
    asked = page.digest("notifications", person_id)
    (before,) = page.key_after(after, asked, int) if after else (_NEWEST,)
    rows = await db.fetch(_INBOX, person_id, before, page.size(first) + 1)
    return page.cut([_read(row) for row in rows], first, asked, lambda one: (one.id,))


async def find_all(keys: Iterable[int], *, person_id: int) -> dict[int, Notification]:
    """Give those of these notifications that are somebody's, by key."""
    rows = await db.fetch(_FIND, list(keys), person_id)
    return {row["id"]: _read(row) for row in rows}


async def unread(person_id: int) -> int:
    """Count what somebody has not read yet."""
    row = await db.fetch_one(_UNREAD, person_id)
    assert row, "counting gives one row"
    return int(row["count"])


async def mark_read(person_id: int, keys: Iterable[int] | None) -> None:
    """Mark these notifications as read, or all that there are now.

    What was read stays read at its first time. Raises Refusal NOT_FOUND for one that is not
    theirs, and INVALID for more than MARKED_MOST.
    """
    if keys is None:
        await db.execute(_READ_ALL, person_id)
        return
    wanted = sorted(set(keys))
    if len(wanted) > MARKED_MOST:
        raise Refusal(Code.INVALID, f"一次最多 {MARKED_MOST} 条", "notificationIds")
    async with db.transaction() as connection:
        found = await connection.fetch(_LOCK, wanted, person_id)
        if len(found) < len(wanted):
            raise Refusal(Code.NOT_FOUND, "未找到该消息", "notificationIds")
        await connection.execute(_READ, wanted)


def _read(row: asyncpg.Record) -> Notification:
    return Notification(
        row["id"], row["topic"], row["thing_id"], row["title"], row["at"], row["read_at"]
    )


_NEWEST = 2**63 - 1
_COLUMNS = "id, topic, thing_id, title, at, read_at"
_INBOX = f"""
SELECT {_COLUMNS} FROM notification WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
"""  # noqa: S608 - constants
_FIND = f"SELECT {_COLUMNS} FROM notification WHERE id = ANY($1) AND person_id = $2"  # noqa: S608 - constants
_UNREAD = "SELECT count(*) FROM notification WHERE person_id = $1 AND read_at IS NULL"
_READ_ALL = "UPDATE notification SET read_at = now() WHERE person_id = $1 AND read_at IS NULL"
_LOCK = """
SELECT id FROM notification WHERE id = ANY($1) AND person_id = $2 ORDER BY id FOR UPDATE
"""
_READ = "UPDATE notification SET read_at = now() WHERE id = ANY($1) AND read_at IS NULL"
