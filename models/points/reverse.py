"""Reversal: the one opposite transaction of an award, once; what was spent becomes a debt."""

import asyncpg

from models import access, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.points import ledger, posting
from models.points.award import NOTE_LENGTH_MOST, subject_of
from models.points.lot import Lot, Use
from models.points.posting import Posting, Written
from models.points.words import TransactionKind

REVERSIBLE = {TransactionKind.AWARD, TransactionKind.PENALTY, TransactionKind.YEAR_GRANT}


async def reverse(*, actor_id: int, transaction_id: int, reason: str, key: str) -> int:
    """Reverse an award to one person; give the id of the opposite transaction.

    Raises Refusal: NOT_FOUND where the actor can't see it, NOT_ALLOWED for one's own,
    ILLEGAL_MOVE for what can't be reversed, ALREADY_USED the second time.
    """

    async def act(connection: Connection) -> int:
        said = text.line(reason, name="原因", field="reason", most=NOTE_LENGTH_MOST)
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_AWARD, transaction_id)
        if row is None or not rights.may(
            Action.POINTS_REVERSE, Thing(area_code=row["owner_area_code"])
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该笔积分", "transactionId")
        if TransactionKind(row["kind"]) not in REVERSIBLE or row["people"] != 1:
            raise Refusal(Code.ILLEGAL_MOVE, "该笔记录不能冲正", "transactionId")
        if row["person_id"] == rights.person_id:
            raise Refusal(Code.NOT_ALLOWED, "不能冲正本人的积分", "transactionId")
        subject = await subject_of(connection, row["person_id"])
        home = subject.household_id if subject else None
        if home is not None and home == rights.household_id:
            raise Refusal(Code.NOT_ALLOWED, "不能冲正家庭成员的积分", "transactionId")
        written = Written(row["merit"], row["points"], row["debt"])
        try:
            return await _opposite(
                connection,
                row["programme_id"],
                row["person_id"],
                transaction_id,
                written,
                actor_id=actor_id,
                reason=said,
            )
        except asyncpg.UniqueViolationError as twice:
            if not ledger.is_about(twice, "transaction_reversed_once"):
                raise
            raise Refusal(Code.ALREADY_USED, "该笔记录已冲正", "transactionId") from None

    asked = {"transactionId": transaction_id, "reason": reason}
    return await once(act, person_id=actor_id, operation="pointsReverse", key=key, asked=asked)


async def _opposite(  # noqa: PLR0913 - the sides of one transaction
    connection: Connection,
    programme_id: int,
    person_id: int,
    transaction_id: int,
    written: Written,
    *,
    actor_id: int,
    reason: str,
) -> int:
    account = await ledger.lock_or_open(connection, programme_id=programme_id, person_id=person_id)
    debit = posting.take_back(account, await ledger.system(connection, programme_id), written)
    own = set(await connection.fetchval(_OWN_LOTS, transaction_id) or ())
    return await ledger.post(
        connection,
        Posting(
            programme_id=programme_id,
            kind=TransactionKind.REVERSAL,
            day=await ledger.today(connection),
            legs=debit.legs,
            balances=(debit.balance,),
            uses=taken_back(await ledger.lots(connection, account.id), debit.spend, own=own),
            actor_id=actor_id,
            reverses_id=transaction_id,
            content={"reason": reason},
        ),
    )


def taken_back(lots: list[Lot], amount: int, *, own: set[int]) -> tuple[Use, ...]:
    """Take points out of the lots that the reversed transaction made, then the oldest ones.

    What has expired and is not swept yet is taken as well: it is there.
    """
    uses = []
    for lot in sorted(lots, key=lambda lot: (lot.id not in own, lot.expires_on, lot.id)):
        taken = min(amount, lot.remaining)
        if taken:
            uses.append(Use(lot.id, taken))
            amount -= taken
    assert amount == 0, "the lots hold what the account may spend"
    return tuple(uses)


_AWARD = """
SELECT transaction.kind, transaction.programme_id, programme.owner_area_code,
    count(DISTINCT account.person_id) AS people, min(account.person_id) AS person_id,
    coalesce(sum(amount) FILTER (WHERE asset = 'MERIT'), 0)::bigint AS merit,
    coalesce(sum(amount) FILTER (WHERE asset = 'POINT' AND account.kind = 'PERSON'), 0)::bigint
        AS points,
    coalesce(sum(amount) FILTER (WHERE account.kind = 'DEBT'), 0)::bigint AS debt
FROM transaction JOIN programme ON programme.id = transaction.programme_id
JOIN entry ON entry.transaction_id = transaction.id
JOIN account ON account.id = entry.account_id AND account.person_id IS NOT NULL
WHERE transaction.id = $1
GROUP BY transaction.id, programme.id
"""
_OWN_LOTS = "SELECT array_agg(id) FROM lot WHERE transaction_id = $1"
