"""Expiry: what nobody spent by its last day leaves the accounts, some of them at a time."""

from collections import defaultdict

from models import db
from models.points import ledger
from models.points.lot import Use
from models.points.posting import Balance, Leg, Posting
from models.points.words import Asset, TransactionKind

ACCOUNTS_MOST = 100


async def expire(*, accounts_most: int = ACCOUNTS_MOST) -> int:
    """Expire what is due of some accounts of one programme; give of how many, 0 when done."""
    async with db.transaction() as connection:
        programme_id = await connection.fetchval(_PROGRAMME)
        if programme_id is None:
            return 0
        # Locked first, then read: what was spent meanwhile is no longer there.
        ids = [row["id"] for row in await connection.fetch(_LOCK, programme_id, accounts_most)]
        due: dict[int, list[Use]] = defaultdict(list)
        for row in await connection.fetch(_DUE, ids):
            due[row["account_id"]].append(Use(row["id"], row["remaining"]))
        if not due:
            return len(ids)
        sums = {account: sum(use.amount for use in uses) for account, uses in due.items()}
        expired_id = (await ledger.system(connection, programme_id)).expired_id
        legs = [Leg(account, Asset.POINT, -amount) for account, amount in sums.items()]
        await ledger.post(
            connection,
            Posting(
                programme_id=programme_id,
                kind=TransactionKind.EXPIRY,
                day=await ledger.today(connection),
                legs=(*legs, Leg(expired_id, Asset.POINT, sum(sums.values()))),
                balances=tuple(Balance(account, 0, -amount) for account, amount in sums.items()),
                uses=tuple(use for uses in due.values() for use in uses),
            ),
        )
        return len(ids)


_TODAY = db.TODAY
_PROGRAMME = f"""
SELECT programme_id FROM lot JOIN account ON account.id = lot.account_id
WHERE remaining > 0 AND expires_on < {_TODAY} ORDER BY expires_on, lot.id LIMIT 1
"""  # noqa: S608 - constants
_LOCK = f"""
SELECT id FROM account WHERE id IN (
    SELECT account_id FROM lot JOIN account ON account.id = lot.account_id
    WHERE remaining > 0 AND expires_on < {_TODAY} AND programme_id = $1
    ORDER BY expires_on, lot.id LIMIT $2
) ORDER BY id FOR UPDATE
"""  # noqa: S608 - constants
_DUE = f"""
SELECT id, account_id, remaining FROM lot
WHERE account_id = ANY($1) AND remaining > 0 AND expires_on < {_TODAY} ORDER BY id
"""  # noqa: S608 - constants
