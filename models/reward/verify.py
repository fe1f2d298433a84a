"""Verifying a voucher at the counter: the points are spent, and the merchant is owed for them."""

from typing import Any

from models import access, db
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.geo import Point
from models.once import once
from models.points import ledger
from models.points.posting import Balance, Leg, Posting
from models.points.words import AccountKind, Asset, TransactionKind
from models.reward import code as codes
from models.reward import flags, telling
from models.reward.words import MerchantState, VoucherState

WRONG_MOST = 10
WRONG_MINUTES = 60


async def verify(*, actor_id: int, code: str, point: Point | None, key: str) -> int:
    """Use a voucher by its code, for the merchant that the actor acts for; give its id.

    Raises Refusal: NOT_FOUND for a code that is none, LIMIT_REACHED after WRONG_MOST of them in
    an hour, NOT_ALLOWED at another merchant's, ALREADY_USED, EXPIRED, ILLEGAL_MOVE.
    """

    async def act(connection: Connection) -> int:
        if (await connection.fetchval(_WRONG, actor_id, WRONG_MINUTES) or 0) >= WRONG_MOST:
            raise Refusal(Code.LIMIT_REACHED, "核销码错误次数过多，请稍后再试", "code")
        read = codes.read(code)
        row = await connection.fetchrow(_FIND, codes.digest(read), actor_id) if read else None
        if row is None:
            raise Refusal(Code.NOT_FOUND, "核销码无效", "code")
        rights = await access.rights(connection, actor_id)
        owner = Thing(owner_id=actor_id if row["is_mine"] else None)
        if not rights.may(Action.VOUCHER_VERIFY, owner):
            raise Refusal(Code.NOT_ALLOWED, "该兑换券不属于您的商户", "code")
        if row["merchant_state"] != MerchantState.APPROVED:
            raise Refusal(Code.ILLEGAL_MOVE, "该商户已停业，兑换券已作废", "code")
        return await _use(connection, row, rights, point)

    asked = {"code": code, "point": point}
    try:
        return await once(act, person_id=actor_id, operation="voucherVerify", key=key, asked=asked)
    except Refusal as refusal:
        if refusal.code in {Code.NOT_FOUND, Code.NOT_ALLOWED}:
            # Counted by itself: what was refused is rolled back.
            await db.execute(_COUNT_WRONG, actor_id, WRONG_MINUTES)
        raise


async def _use(connection: Connection, row: Any, rights: Rights, point: Point | None) -> int:  # noqa: ANN401 - _FIND
    key: int = row["id"]
    account = await ledger.lock(
        connection, programme_id=row["programme_id"], person_id=row["person_id"]
    )
    assert account, "who has a voucher has an account"
    # Every change of a voucher holds its account's lock, so what is read now stays.
    standing = await connection.fetchrow(_STANDING, key)
    assert standing, "vouchers are never deleted"
    check_usable(VoucherState(standing["state"]), is_over=standing["is_over"])
    payable = await ledger.merchant_account(
        connection,
        programme_id=row["programme_id"],
        merchant_id=row["merchant_id"],
        kind=AccountKind.PAYABLE,
    )
    price: int = row["price_points"]
    transaction_id = await ledger.post(
        connection,
        Posting(
            programme_id=row["programme_id"],
            kind=TransactionKind.REDEMPTION,
            day=await ledger.today(connection),
            legs=(Leg(account.id, Asset.POINT, -price), Leg(payable, Asset.POINT, price)),
            balances=(Balance(account.id, points=-price, held=-price),),
            actor_id=rights.person_id,
        ),
    )
    used = await connection.fetchval(_USE, key, rights.person_id, transaction_id)
    assert used, "a voucher that could be used was"
    await flags.note(connection, voucher_id=key, household_id=rights.household_id, at=point)
    await telling.voucher_ended(
        connection,
        key,
        person_id=row["person_id"],
        price_points=price,
        state=VoucherState.USED,
        area_code=row["owner_area_code"],
        actor_id=rights.person_id,
    )
    return key


def check_usable(state: VoucherState, *, is_over: bool) -> None:
    """Accept a voucher that can be used; raises Refusal."""
    if state is VoucherState.USED:
        raise Refusal(Code.ALREADY_USED, "该兑换券已核销")
    if state is VoucherState.EXPIRED or (state is VoucherState.ISSUED and is_over):
        raise Refusal(Code.EXPIRED, "该兑换券已过期")
    if state is not VoucherState.ISSUED:
        raise Refusal(Code.ILLEGAL_MOVE, f"该兑换券{state.chinese}")


_FIND = """
SELECT voucher.id, voucher.person_id, voucher.merchant_id, voucher.price_points,
    account.programme_id, programme.owner_area_code, merchant.state AS merchant_state, EXISTS (
        SELECT FROM merchant_member WHERE merchant_member.merchant_id = voucher.merchant_id
            AND merchant_member.person_id = $2
    ) AS is_mine
FROM voucher JOIN account ON account.id = voucher.account_id
JOIN programme ON programme.id = account.programme_id
JOIN merchant ON merchant.id = voucher.merchant_id
WHERE code_digest = $1
"""
_STANDING = "SELECT state, expires_at <= now() AS is_over FROM voucher WHERE id = $1"
_USE = """
WITH used AS (
    UPDATE voucher SET state = 'USED', ended_at = now(), used_by_id = $2, transaction_id = $3
    WHERE id = $1 AND state = 'ISSUED' RETURNING id, hold_id
), spent AS (
    UPDATE hold SET state = 'POSTED', transaction_id = $3 FROM used WHERE hold.id = used.hold_id
)
SELECT id FROM used
"""
_WRONG = """
SELECT attempts FROM voucher_attempt
WHERE person_id = $1 AND since > now() - make_interval(mins => $2)
"""
_COUNT_WRONG = """
INSERT INTO voucher_attempt (person_id, since, attempts) VALUES ($1, now(), 1)
ON CONFLICT (person_id) DO UPDATE SET
    attempts = CASE WHEN voucher_attempt.since > now() - make_interval(mins => $2)
        THEN voucher_attempt.attempts + 1 ELSE 1 END,
    since = CASE WHEN voucher_attempt.since > now() - make_interval(mins => $2)
        THEN voucher_attempt.since ELSE now() END
"""
