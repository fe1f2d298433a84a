"""Settlement: what a merchant is owed for a month, out of the ledger."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from models import access, db, page
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.page import Page
from models.points import ledger
from models.points.posting import Leg, Posting
from models.points.words import AccountKind, Asset, TransactionKind
from models.reward.record import IS_MINE

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Settlement:
    """That a merchant was paid for a month."""

    id: int
    month: str
    programme_name: str
    points: int
    cents: int
    at: datetime


async def settle(
    *, actor_id: int, merchant_id: int, programme_id: int, month: str, key: str
) -> int:
    """Say that a merchant was paid for a month that is over; give the settlement's id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for one's own, INVALID for no month, ILLEGAL_MOVE for
    one that isn't over or in which nothing is owed, ALREADY_USED the second time.
    """

    async def act(connection: Connection) -> int:
        check_month(month)
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_PROGRAMME, programme_id, merchant_id, month, actor_id)
        if row is None or not rights.may(
            Action.POINTS_SETTLE, Thing(area_code=row["owner_area_code"])
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
        if row["is_mine"]:
            raise Refusal(Code.NOT_ALLOWED, "不能结算本人的商户", "merchantId")
        if not row["is_over"]:
            raise Refusal(Code.ILLEGAL_MOVE, "该月尚未结束，不能结算", "month")
        try:
            return await _settle(connection, row, programme_id, merchant_id, month, actor_id)
        except asyncpg.UniqueViolationError:
            raise Refusal(Code.ALREADY_USED, "该月已结算", "month") from None

    asked = {"merchantId": merchant_id, "programmeId": programme_id, "month": month}
    return await once(act, person_id=actor_id, operation="merchantSettle", key=key, asked=asked)


async def _settle(  # noqa: PLR0913, PLR0917 - the sides of one settlement
    connection: Connection,
    row: Any,  # noqa: ANN401 - _PROGRAMME
    programme_id: int,
    merchant_id: int,
    month: str,
    actor_id: int,
) -> int:
    owed: int = row["owed"]
    if row["is_settled"]:
        raise Refusal(Code.ALREADY_USED, "该月已结算", "month")
    if owed <= 0:
        raise Refusal(Code.ILLEGAL_MOVE, "该月没有应结算的积分", "month")
    payable, settled = [
        await ledger.merchant_account(
            connection, programme_id=programme_id, merchant_id=merchant_id, kind=kind
        )
        for kind in (AccountKind.PAYABLE, AccountKind.SETTLED)
    ]
    transaction_id = await ledger.post(
        connection,
        Posting(
            programme_id=programme_id,
            kind=TransactionKind.SETTLEMENT,
            day=await ledger.today(connection),
            legs=(Leg(payable, Asset.POINT, -owed), Leg(settled, Asset.POINT, owed)),
            actor_id=actor_id,
        ),
    )
    key: int = await connection.fetchval(
        _SETTLED, programme_id, merchant_id, month, owed, row["cents_per_point"], transaction_id
    )
    return key


def check_month(month: str) -> None:
    """Accept a month like 2026-11; raises Refusal INVALID."""
    if not MONTH.fullmatch(month):
        raise Refusal(Code.INVALID, "月份格式不正确，例如 2026-11", "month")


async def settlements(
    merchant_id: int, *, viewer_id: int, first: int, after: str | None
) -> Page[Settlement] | None:
    """Give a page of a merchant's settlements, the newest first; None for who may not see them.

    Seen by who acts for the merchant and by those in charge of its area. Raises Invalid.
    """
    asked = page.digest("settlements", merchant_id)
    last = page.key_after(after, asked, int)[0] if after else 2**63 - 1
    seen = await db.fetch_one(_SEEN, merchant_id, viewer_id)
    if seen is None or not _may_see(seen):
        return None
    rows = await db.fetch(_SETTLEMENTS, merchant_id, last, page.size(first) + 1)
    return page.cut([Settlement(*row) for row in rows], first, asked, lambda one: (one.id,))


def _may_see(row: Any) -> bool:  # noqa: ANN401 - _SEEN
    thing = Thing(area_code=row["area_code"])
    return row["is_mine"] or access.read(row["rights"]).may(Action.POINTS_SETTLE, thing)


# What merchants are owed for a month are all movements of that month but payments.
OWED_IN_MONTH = """
    SELECT coalesce(sum(amount), 0)::bigint AS points,
        count(*) FILTER (WHERE transaction.kind = 'REDEMPTION') AS count
    FROM account JOIN entry ON entry.account_id = account.id
    JOIN transaction ON transaction.id = entry.transaction_id
    WHERE account.programme_id = $1 AND account.kind = 'PAYABLE'
        AND account.person_id IS NULL AND account.merchant_id = {merchant}
        AND entry.business_month = {month} AND transaction.kind <> 'SETTLEMENT'
"""
# An hour later than midnight, so that whatever began before it is committed.
_PROGRAMME = f"""
SELECT owner_area_code, cents_per_point,
    $3 < to_char((now() - interval '1 hour') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS is_over,
    owed.points AS owed, EXISTS (
        SELECT FROM settlement WHERE programme_id = $1 AND merchant_id = $2 AND month = $3
    ) AS is_settled, {IS_MINE.format(viewer="$4")} AS is_mine
FROM programme CROSS JOIN merchant CROSS JOIN LATERAL (
    {OWED_IN_MONTH.format(merchant="$2", month="$3")}
) AS owed
WHERE programme.id = $1 AND merchant.id = $2
"""  # noqa: S608 - constants
_SETTLED = """
INSERT INTO settlement (programme_id, merchant_id, month, points, cents, transaction_id)
VALUES ($1, $2, $3, $4, $4::bigint * $5, $6) RETURNING id
"""
_SEEN = f"""
SELECT area_code, {IS_MINE.format(viewer="$2")} AS is_mine, {access.rights_sql("$2")} AS rights
FROM merchant WHERE id = $1
"""  # noqa: S608 - constants
_SETTLEMENTS = """
SELECT settlement.id, month, programme.name, points, cents, at
FROM settlement JOIN programme ON programme.id = settlement.programme_id
WHERE merchant_id = $1 AND settlement.id < $2 ORDER BY settlement.id DESC LIMIT $3
"""
