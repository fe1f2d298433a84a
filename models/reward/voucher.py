"""Vouchers as their owner, and the merchant, may see them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models import db, page
from models.db import Connection
from models.page import Page
from models.reward import record
from models.reward.record import IS_MINE, VOUCHER_COLUMNS, VOUCHER_SOURCES, VOUCHER_WIDTH, Voucher
from models.reward.words import VoucherState

DAY_MOST = 500


@dataclass(frozen=True, slots=True)
class Day:
    """What a merchant verified on a day of the city; `vouchers` are the latest DAY_MOST."""

    on: date
    count: int
    points: int
    vouchers: tuple[Voucher, ...]


async def voucher(key: int, *, viewer_id: int | None) -> Voucher | None:
    """Give a voucher to its owner, and to who acts for its merchant; None for others."""
    # Whoever moved it reads it next, and has waited for a turn already.
    row = await db.fetch_one(_VOUCHER, key, viewer_id, seconds=db.TURN_SECONDS)
    return _made(row, viewer_id) if row else None


async def read(connection: Connection, key: int, *, viewer_id: int) -> Voucher:
    """Give a voucher of the viewer's own inside an action's transaction."""
    row = await connection.fetchrow(_VOUCHER, key, viewer_id)
    assert row, "what was issued is there"
    return _made(row, viewer_id)


async def vouchers(
    person_id: int, *, state: VoucherState | None, first: int, after: str | None
) -> Page[Voucher]:
    """Give a page of somebody's own vouchers, the newest first; raises Invalid."""
    asked = page.digest("vouchers", person_id, state)
    last = page.key_after(after, asked, int)[0] if after else _KEY_MOST
    rows = await db.fetch(_VOUCHERS, person_id, state, last, page.size(first) + 1)
    found = [_made(row, person_id) for row in rows]
    return page.cut(found, first, asked, lambda one: (one.id,))


async def day(merchant_id: int, *, on: date | None, viewer_id: int) -> Day | None:
    """Give a merchant's day, by default today; None for who doesn't act for the merchant."""
    row = await db.fetch_one(_DAY, merchant_id, viewer_id, on)
    if row is None or not row["is_mine"]:
        return None
    rows = await db.fetch(_VOUCHERS_OF_DAY, merchant_id, row["day"], DAY_MOST)
    found = tuple(_made(one, None) for one in rows)
    return Day(row["day"], row["count"], row["points"], found)


def _made(row: Any, viewer_id: int | None) -> Voucher:  # noqa: ANN401 - a row of vouchers
    return record.voucher(row[:VOUCHER_WIDTH], viewer_id=viewer_id, now=row["now"])


_KEY_MOST = 2**63 - 1
_VOUCHER = f"""
SELECT {VOUCHER_COLUMNS}, now() AS now FROM {VOUCHER_SOURCES}
WHERE voucher.id = $1 AND (voucher.person_id = $2 OR {IS_MINE.format(viewer="$2")})
"""  # noqa: S608 - constants
_VOUCHERS = f"""
SELECT {VOUCHER_COLUMNS}, now() AS now FROM {VOUCHER_SOURCES}
WHERE voucher.person_id = $1 AND voucher.id < $3 AND ($2::text IS NULL OR CASE
    WHEN voucher.state = 'ISSUED' AND voucher.expires_at <= now() THEN 'EXPIRED'
    ELSE voucher.state END = $2)
ORDER BY voucher.id DESC LIMIT $4
"""  # noqa: S608 - constants
_ON_DAY = """voucher.merchant_id = $1 AND voucher.state = 'USED'
    AND voucher.ended_at >= ({day}::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND voucher.ended_at < ({day}::timestamp + interval '1 day') AT TIME ZONE 'Asia/Shanghai'"""
_DAY = f"""
SELECT asked.day, {IS_MINE.format(viewer="$2")} AS is_mine, used.count, used.points
FROM merchant CROSS JOIN (SELECT coalesce($3::date, {db.TODAY}) AS day) AS asked
CROSS JOIN LATERAL (
    SELECT count(*) AS count, coalesce(sum(price_points), 0)::bigint AS points FROM voucher
    WHERE {_ON_DAY.format(day="asked.day")}
) AS used
WHERE merchant.id = $1
"""  # noqa: S608 - constants
_VOUCHERS_OF_DAY = f"""
SELECT {VOUCHER_COLUMNS}, now() AS now FROM {VOUCHER_SOURCES}
WHERE {_ON_DAY.format(day="$2::date")} ORDER BY voucher.ended_at DESC, voucher.id DESC LIMIT $3
"""  # noqa: S608 - constants
