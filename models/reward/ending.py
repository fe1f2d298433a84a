"""How a voucher ends unused, or is taken back: the same lots get their points again."""

from typing import Any

from models import access, db, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.points import ledger
from models.points.lot import Use
from models.points.posting import Balance, Leg, Posting
from models.points.words import AccountKind, Asset, TransactionKind
from models.reward import telling
from models.reward.verify import check_usable
from models.reward.words import VoucherState

EXPIRE_MOST = 50
UNDO_MINUTES = 15
REASON_LENGTH_MOST = 200


async def cancel(*, actor_id: int, voucher_id: int, key: str) -> int:
    """Give a voucher of one's own back, unused; give its id.

    Raises Refusal: NOT_FOUND, ALREADY_USED, EXPIRED, ILLEGAL_MOVE.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await _locked(connection, voucher_id)
        if row is None or not rights.may(Action.VOUCHER_CANCEL, Thing(owner_id=row["person_id"])):
            raise _not_found()
        check_usable(VoucherState(row["state"]), is_over=row["is_over"])
        await _release(connection, row, VoucherState.CANCELLED, actor_id=actor_id)
        return voucher_id

    asked = {"voucherId": voucher_id}
    return await once(act, person_id=actor_id, operation="voucherCancel", key=key, asked=asked)


async def expire_vouchers() -> int:
    """End some vouchers whose time is over, or whose shop closed; give how many, 0 for none."""
    rows = await db.fetch(_OVER, EXPIRE_MOST)
    for row in rows:
        async with db.transaction() as connection:
            found = await _locked(connection, row["id"])
            if found and found["state"] == VoucherState.ISSUED:
                over = VoucherState.EXPIRED if found["is_over"] else VoucherState.CANCELLED
                await _release(connection, found, over, actor_id=None)
    return len(rows)


async def undo(*, actor_id: int, voucher_id: int, reason: str, key: str) -> int:
    """Take a verification back within UNDO_MINUTES, by who acts for the merchant; give its id.

    Raises Refusal: NOT_FOUND, INVALID, ILLEGAL_MOVE for what is not used, TOO_LATE.
    """

    async def act(connection: Connection) -> int:
        said = text.line(reason, name="原因", field="reason", most=REASON_LENGTH_MOST)
        rights = await access.rights(connection, actor_id)
        row = await _locked(connection, voucher_id)
        is_mine = row is not None and await connection.fetchval(
            _IS_MINE, row["merchant_id"], actor_id
        )
        owner = Thing(owner_id=actor_id if is_mine else None)
        if row is None or not rights.may(Action.VOUCHER_UNDO, owner):
            raise _not_found()
        if VoucherState(row["state"]) is not VoucherState.USED:
            raise Refusal(Code.ILLEGAL_MOVE, "该兑换券未核销，不能撤销", "voucherId")
        if row["minutes"] >= UNDO_MINUTES:
            raise Refusal(Code.TOO_LATE, f"核销超过 {UNDO_MINUTES} 分钟，不能撤销", "voucherId")
        await _give_back(connection, row, actor_id=actor_id, reason=said)
        return voucher_id

    asked = {"voucherId": voucher_id, "reason": reason}
    return await once(act, person_id=actor_id, operation="voucherUndo", key=key, asked=asked)


async def _locked(connection: Connection, voucher_id: int) -> Any:  # noqa: ANN401 - a row
    """Lock a voucher's account, then read the voucher: under the lock it stays as it is."""
    await connection.execute(_LOCK, voucher_id)
    return await connection.fetchrow(_VOUCHER, voucher_id)


async def _release(
    connection: Connection,
    row: Any,  # noqa: ANN401 - _VOUCHER
    state: VoucherState,
    *,
    actor_id: int | None,
) -> None:
    released = await connection.fetchval(_RELEASE, row["id"], state, actor_id)
    assert released, "an issued voucher under the lock can be released"
    await _tell(connection, row, state, actor_id)


async def _tell(
    connection: Connection,
    row: Any,  # noqa: ANN401 - _VOUCHER
    state: VoucherState,
    actor_id: int | None,
) -> None:
    await telling.voucher_ended(
        connection,
        row["id"],
        person_id=row["person_id"],
        price_points=row["price_points"],
        state=state,
        area_code=row["owner_area_code"],
        actor_id=actor_id,
    )


async def _give_back(
    connection: Connection,
    row: Any,  # noqa: ANN401 - _VOUCHER
    *,
    actor_id: int,
    reason: str,
) -> None:
    payable = await ledger.merchant_account(
        connection,
        programme_id=row["programme_id"],
        merchant_id=row["merchant_id"],
        kind=AccountKind.PAYABLE,
    )
    price: int = row["price_points"]
    uses = await connection.fetch(_USES, row["hold_id"])
    await ledger.post(
        connection,
        Posting(
            programme_id=row["programme_id"],
            kind=TransactionKind.REVERSAL,
            # On the day of the redemption, so that the merchant's month adds up to what is owed.
            day=await connection.fetchval(_REDEEMED_ON, row["transaction_id"]),
            legs=(
                Leg(row["account_id"], Asset.POINT, price),
                Leg(payable, Asset.POINT, -price),
            ),
            balances=(Balance(row["account_id"], points=price),),
            uses=tuple(Use(use["lot_id"], -use["amount"]) for use in uses),
            actor_id=actor_id,
            reverses_id=row["transaction_id"],
            content={"reason": reason},
        ),
    )
    await connection.execute(_UNDONE, row["id"])
    await _tell(connection, row, VoucherState.UNDONE, actor_id)


def _not_found() -> Refusal:
    return Refusal(Code.NOT_FOUND, "未找到该兑换券", "voucherId")


_REDEEMED_ON = "SELECT business_day FROM transaction WHERE id = $1"
_LOCK = """
SELECT FROM account WHERE id = (SELECT account_id FROM voucher WHERE id = $1) FOR UPDATE
"""
_VOUCHER = """
SELECT voucher.id, voucher.person_id, voucher.merchant_id, voucher.account_id, voucher.hold_id,
    voucher.transaction_id, voucher.price_points, voucher.state, account.programme_id,
    voucher.expires_at <= now() AS is_over,
    extract(epoch FROM now() - voucher.ended_at) / 60 AS minutes, programme.owner_area_code
FROM voucher JOIN account ON account.id = voucher.account_id
JOIN programme ON programme.id = account.programme_id WHERE voucher.id = $1
"""
_OVER = """
(SELECT id FROM voucher WHERE state = 'ISSUED' AND expires_at <= now()
    ORDER BY expires_at, id LIMIT $1)
UNION
(SELECT voucher.id FROM merchant JOIN voucher ON voucher.merchant_id = merchant.id
        AND voucher.state = 'ISSUED'
    WHERE merchant.state = 'CLOSED' LIMIT $1)
"""
_IS_MINE = "SELECT true FROM merchant_member WHERE merchant_id = $1 AND person_id = $2"
_USES = "SELECT lot_id, sum(amount)::bigint AS amount FROM lot_use WHERE hold_id = $1 GROUP BY 1"
_RELEASE = """
WITH ended AS (
    UPDATE voucher SET state = $2, ended_at = now() WHERE id = $1 AND state = 'ISSUED'
    RETURNING id, hold_id, account_id, reward_id, price_points, person_id
), released AS (
    UPDATE hold SET state = 'RELEASED' FROM ended WHERE hold.id = ended.hold_id
), given AS (
    SELECT lot_id, hold_id, sum(amount) AS amount FROM lot_use
    WHERE hold_id = (SELECT hold_id FROM ended) GROUP BY lot_id, hold_id
), back AS (
    UPDATE lot SET remaining = remaining + given.amount FROM given WHERE lot.id = given.lot_id
), noted AS (
    INSERT INTO lot_use (lot_id, amount, hold_id) SELECT lot_id, -amount, hold_id FROM given
), weighed AS (
    UPDATE account SET held = held - ended.price_points, version = version + 1
    FROM ended WHERE account.id = ended.account_id
    RETURNING account.id, account.version, account.programme_id
), restocked AS (
    UPDATE reward SET stock = stock + 1 FROM ended WHERE reward.id = ended.reward_id
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts)
    SELECT 'points', weighed.id, programme.owner_area_code, weighed.version, $3, 'RELEASE',
        jsonb_build_object('voucher', ended.id)
    FROM ended, weighed JOIN programme ON programme.id = weighed.programme_id
    RETURNING id, area_code
), told AS (
    INSERT INTO outbox (event_id, area_code) SELECT id, area_code FROM happened
)
SELECT id FROM ended
"""
_UNDONE = """
WITH undone AS (
    UPDATE voucher SET state = 'UNDONE', ended_at = now() WHERE id = $1 AND state = 'USED'
    RETURNING reward_id
)
UPDATE reward SET stock = stock + 1 FROM undone WHERE reward.id = undone.reward_id
"""
