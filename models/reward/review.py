"""Odd uses of vouchers, for those who look into them; and that somebody has.

Nobody reviews what they redeemed or verified themself, nor what their own merchant did.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import access, db, page, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.page import Page
from models.reward import record
from models.reward.record import (
    IS_MINE,
    MERCHANT_COLUMNS,
    MERCHANT_WIDTH,
    VOUCHER_COLUMNS,
    VOUCHER_WIDTH,
    Merchant,
    Voucher,
)
from models.reward.words import FlagKind, FlagOutcome

NOTE_LENGTH_MOST = 500


@dataclass(frozen=True, slots=True)
class Review:
    """What came of looking into it; `note` is free text."""

    outcome: FlagOutcome
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Flagged:
    """A voucher in whose use something was odd; `review` is None until somebody looked."""

    voucher: Voucher
    merchant: Merchant
    person_id: int
    used_by_id: int
    kinds: tuple[FlagKind, ...]
    review: Review | None


async def flagged(
    *, viewer_id: int, is_reviewed: bool | None, first: int, after: str | None
) -> Page[Flagged]:
    """Give a page of odd uses in the programmes whose uses the viewer reviews, newest first.

    Raises Invalid.
    """
    asked = page.digest("flagged", viewer_id, is_reviewed)
    last = page.key_after(after, asked, int)[0] if after else _KEY_MOST
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.VOUCHER_REVIEW))
    rows = await db.fetch(_FLAGGED, viewer_id, areas, last, is_reviewed, page.size(first) + 1)
    return page.cut([_made(row) for row in rows], first, asked, lambda one: (one.voucher.id,))


async def find_flagged(voucher_id: int, *, viewer_id: int) -> Flagged | None:
    """Give an odd use to who reviews it."""
    row = await db.fetch_one(_ONE, voucher_id, viewer_id, seconds=db.TURN_SECONDS)
    return _made(row) if row and _may(access.read(row["rights"]), row) else None


async def review(
    *, actor_id: int, voucher_id: int, outcome: FlagOutcome, note: str, key: str
) -> int:
    """Say what came of looking into an odd use, once and for all; give the voucher's id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for what one had a hand in, ILLEGAL_MOVE the second
    time, INVALID.
    """

    async def act(connection: Connection) -> int:
        said = text.lines(note, name="复核说明", field="note", most=NOTE_LENGTH_MOST)
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_TO_REVIEW, voucher_id, actor_id)
        if row is None or not _may(rights, row):
            raise Refusal(Code.NOT_FOUND, "未找到该异常核销", "voucherId")
        if row["has_hand_in"]:
            raise Refusal(Code.NOT_ALLOWED, "不能复核与本人有关的核销", "voucherId")
        if not await connection.fetchval(_REVIEW, voucher_id, actor_id, outcome, said):
            raise Refusal(Code.ILLEGAL_MOVE, "该异常核销已复核", "voucherId")
        return voucher_id

    asked = {"voucherId": voucher_id, "outcome": outcome, "note": note}
    return await once(act, person_id=actor_id, operation="voucherReview", key=key, asked=asked)


def _may(rights: Rights, row: Any) -> bool:  # noqa: ANN401 - a row with owner_area_code
    return rights.may(Action.VOUCHER_REVIEW, Thing(area_code=row["owner_area_code"]))


def _made(row: Any) -> Flagged:  # noqa: ANN401 - _FLAGGED
    merchant = row[VOUCHER_WIDTH : VOUCHER_WIDTH + MERCHANT_WIDTH]
    said = None
    if row["outcome"] is not None:
        said = Review(FlagOutcome(row["outcome"]), row["note"], row["reviewed_at"])
    return Flagged(
        record.voucher(row[:VOUCHER_WIDTH], viewer_id=None, now=row["now"]),
        record.merchant(merchant, is_mine=row["is_mine"]),
        row["owner_id"],
        row["used_by_id"],
        tuple(map(FlagKind, row["kinds"])),
        said,
    )


_KEY_MOST = 2**63 - 1
_COLUMNS = f"""{VOUCHER_COLUMNS}, {MERCHANT_COLUMNS},
    {IS_MINE.format(viewer="{viewer}")} AS is_mine, voucher.person_id AS owner_id,
    voucher.used_by_id, odd.kinds, voucher_review.outcome,
    coalesce(content.body->>'note', '') AS note, voucher_review.at AS reviewed_at,
    programme.owner_area_code, now() AS now"""
_SOURCES = """JOIN voucher ON voucher.id = odd.voucher_id
    JOIN reward ON reward.id = voucher.reward_id
    JOIN merchant ON merchant.id = voucher.merchant_id
    JOIN programme ON programme.id = reward.programme_id
    LEFT JOIN voucher_review ON voucher_review.voucher_id = voucher.id
    LEFT JOIN content ON content.id = voucher_review.content_id"""
_KINDS = "SELECT voucher_id, array_agg(kind ORDER BY id) AS kinds FROM voucher_flag"
# By the index of flags on their voucher, backwards: as far as the page needs.
_FLAGGED = f"""
SELECT {_COLUMNS.format(viewer="$1")} FROM (
    {_KINDS} WHERE voucher_id < $3 GROUP BY voucher_id
) AS odd {_SOURCES}
WHERE ($4::boolean IS NULL OR (voucher_review.id IS NOT NULL) = $4) AND EXISTS (
    SELECT FROM unnest($2::text[]) AS reached (code)
    WHERE starts_with(programme.owner_area_code, reached.code)
)
ORDER BY odd.voucher_id DESC LIMIT $5
"""  # noqa: S608 - constants
_ONE = f"""
SELECT {_COLUMNS.format(viewer="$2")}, {access.rights_sql("$2")} AS rights
FROM ({_KINDS} WHERE voucher_id = $1 GROUP BY voucher_id) AS odd {_SOURCES}
"""  # noqa: S608 - constants
_TO_REVIEW = f"""
SELECT programme.owner_area_code, (voucher.person_id = $2 OR voucher.used_by_id = $2
    OR {IS_MINE.format(viewer="$2")}) AS has_hand_in
FROM voucher JOIN reward ON reward.id = voucher.reward_id
JOIN merchant ON merchant.id = voucher.merchant_id
JOIN programme ON programme.id = reward.programme_id
WHERE voucher.id = $1 AND EXISTS (SELECT FROM voucher_flag WHERE voucher_id = voucher.id)
"""  # noqa: S608 - constants
_REVIEW = """
WITH written AS (
    INSERT INTO content (body) VALUES (jsonb_build_object('note', $4::text)) RETURNING id
)
INSERT INTO voucher_review (voucher_id, person_id, outcome, content_id)
SELECT $1, $2, $3, id FROM written ON CONFLICT (voucher_id) DO NOTHING RETURNING true
"""
