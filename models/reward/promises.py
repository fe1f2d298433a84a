"""What else must hold of the ledger once points are redeemed; the audit looks at it too."""

from models.points.audit import PROMISES, Audit
from models.points.audit import audit as audit_points


async def audit() -> Audit:
    """Let the ledger prove itself, vouchers and settlements too."""
    return await audit_points()


PROMISES.update(
    {
        "a voucher and its points stand alike": """
        SELECT 'voucher ' || voucher.id AS place,
            format('%s, its hold is %s of %s', voucher.state, hold.state, hold.amount) AS said
        FROM voucher JOIN hold ON hold.id = voucher.hold_id
        WHERE hold.amount <> voucher.price_points OR hold.account_id <> voucher.account_id
            OR hold.transaction_id IS DISTINCT FROM voucher.transaction_id
            OR hold.state <> CASE WHEN voucher.state = 'ISSUED' THEN 'OPEN'
                WHEN voucher.state IN ('USED', 'UNDONE') THEN 'POSTED' ELSE 'RELEASED' END
        LIMIT 100""",
        "what an offer lacks of its stock are its vouchers": """
        SELECT 'reward ' || reward.id AS place, format('%s of %s are left; %s are out',
            stock, stocked, coalesce(out.count, 0)) AS said
        FROM reward LEFT JOIN (
            SELECT reward_id, count(*) FROM voucher WHERE state IN ('ISSUED', 'USED')
            GROUP BY reward_id
        ) AS out ON out.reward_id = reward.id
        WHERE stocked - stock <> coalesce(out.count, 0) LIMIT 100""",
        "what a merchant is owed, or was paid, are its vouchers": """
        SELECT 'merchant ' || merchant.id AS place, format('%s in the ledger; vouchers of %s',
            coalesce(moved.sum, 0), coalesce(used.sum, 0)) AS said
        FROM merchant LEFT JOIN (
            SELECT merchant_id, sum(amount) FROM account JOIN entry ON account_id = account.id
            WHERE kind IN ('PAYABLE', 'SETTLED') GROUP BY merchant_id
        ) AS moved ON moved.merchant_id = merchant.id LEFT JOIN (
            SELECT merchant_id, sum(price_points) FROM voucher WHERE state = 'USED'
            GROUP BY merchant_id
        ) AS used ON used.merchant_id = merchant.id
        WHERE coalesce(moved.sum, 0) <> coalesce(used.sum, 0) LIMIT 100""",
        "a settlement is what the ledger paid": """
        SELECT 'settlement ' || settlement.id AS place,
            format('%s where the ledger says %s', points, coalesce(paid.sum, 0)) AS said
        FROM settlement LEFT JOIN (
            SELECT transaction_id, merchant_id, sum(amount) FROM account
            JOIN entry ON account_id = account.id WHERE kind = 'SETTLED'
            GROUP BY transaction_id, merchant_id
        ) AS paid ON paid.transaction_id = settlement.transaction_id
            AND paid.merchant_id = settlement.merchant_id
        WHERE points IS DISTINCT FROM paid.sum LIMIT 100""",
    }
)
