"""The audit: whether the ledger proves itself, and which rows don't.

Every statement gives the rows that break one promise; of a clean ledger none gives any. The
chain of seals is read and computed anew from its beginning.
"""

from dataclasses import dataclass

from models import access, db
from models.access import Action
from models.points.seal import GENESIS, covered, digest

FINDINGS_MOST = 100
STATEMENT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks a promise: which promise, which row, and what is wrong with it."""

    promise: str
    row: str
    said: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit looked at, and the first FINDINGS_MOST rows that are wrong."""

    transactions: int
    entries: int
    seals: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every promise holds."""
        return not self.findings


async def audit_for(viewer_id: int) -> Audit | None:
    """Look at the whole ledger for somebody; None for who is no auditor."""
    held = await access.rights_of(viewer_id)
    return await audit() if held.may(Action.POINTS_AUDIT) else None


async def audit() -> Audit:
    """Look at the whole ledger in one consistent moment."""
    async with db.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        findings: list[Finding] = []
        for promise, sql in PROMISES.items():
            rows = await connection.fetch(sql, timeout=STATEMENT_SECONDS)
            findings += [Finding(promise, row["place"], row["said"]) for row in rows]
        findings += await _seals(connection)
        counts = await connection.fetchrow(_COUNTS, timeout=STATEMENT_SECONDS)
        assert counts, "counts are one row"
        return Audit(
            counts["transactions"],
            counts["entries"],
            counts["seals"],
            tuple(findings[:FINDINGS_MOST]),
        )


async def _seals(connection: db.Connection) -> list[Finding]:
    findings: list[Finding] = []
    previous = GENESIS
    for row in await connection.fetch("SELECT id, digest, transactions FROM seal ORDER BY id"):
        rows = await covered(connection, row["id"])
        if len(rows) != row["transactions"]:
            said = f"covers {len(rows)} transactions where {row['transactions']} were sealed"
            findings.append(Finding("seals cover what they sealed", f"seal {row['id']}", said))
        if digest(previous, rows) != row["digest"]:
            findings.append(
                Finding(
                    "seals are the digests of what they cover",
                    f"seal {row['id']}",
                    "the chain breaks here",
                )
            )
        previous = row["digest"]
    return findings


PROMISES = {
    "the entries of a transaction add up to nothing": """
        SELECT 'transaction ' || transaction_id AS place,
            asset || ' adds up to ' || sum(amount) AS said
        FROM entry GROUP BY transaction_id, asset HAVING sum(amount) <> 0 LIMIT 100""",
    "the sum of an account's entries is its balance": """
        SELECT 'account ' || account.id AS place, format(
            'merit %s, points %s, debt %s; entries say %s, %s, %s', merit, points, debt,
            coalesce(sums.merits, 0), coalesce(sums.spendable, 0), coalesce(owed.sum, 0)) AS said
        FROM account
        LEFT JOIN (
            SELECT account_id, sum(amount) FILTER (WHERE asset = 'MERIT') AS merits,
                sum(amount) FILTER (WHERE asset = 'POINT') AS spendable
            FROM entry GROUP BY account_id
        ) AS sums ON sums.account_id = account.id
        LEFT JOIN (
            SELECT programme_id, person_id, -sum(amount) AS sum
            FROM entry JOIN account ON account.id = account_id WHERE kind = 'DEBT'
            GROUP BY programme_id, person_id
        ) AS owed ON owed.programme_id = account.programme_id
            AND owed.person_id = account.person_id
        WHERE kind = 'PERSON' AND (merit, points, debt) IS DISTINCT FROM
            (coalesce(sums.merits, 0), coalesce(sums.spendable, 0), coalesce(owed.sum, 0))
        LIMIT 100""",
    "the sum of an account's lots is what it may spend": """
        SELECT 'account ' || account.id AS place, format('points %s less held %s; lots hold %s',
            points, held, coalesce(sums.remaining, 0)) AS said
        FROM account LEFT JOIN (
            SELECT account_id, sum(remaining) AS remaining FROM lot GROUP BY account_id
        ) AS sums ON sums.account_id = account.id
        WHERE kind = 'PERSON' AND points - held <> coalesce(sums.remaining, 0) LIMIT 100""",
    "what was taken of a lot is missing from it": """
        SELECT 'lot ' || lot.id AS place, format('%s of %s are left; uses took %s', remaining,
            amount, coalesce(used.taken, 0)) AS said
        FROM lot LEFT JOIN (
            SELECT lot_id, sum(amount) AS taken FROM lot_use GROUP BY lot_id
        ) AS used ON used.lot_id = lot.id
        WHERE amount - remaining <> coalesce(used.taken, 0) LIMIT 100""",
    "the lots of a transaction are the points it gave": """
        SELECT 'transaction ' || transaction_id AS place,
            format('lots of %s on account %s; entries gave %s', amount, account_id,
                coalesce(given, 0)) AS said
        FROM (
            SELECT transaction_id, account_id, sum(amount) AS amount, (
                SELECT sum(entry.amount) FROM entry
                WHERE entry.transaction_id = lot.transaction_id
                    AND entry.account_id = lot.account_id AND asset = 'POINT'
            ) AS given FROM lot GROUP BY transaction_id, account_id
        ) AS made WHERE amount IS DISTINCT FROM given LIMIT 100""",
    "the sum of the open holds is what is held": """
        SELECT 'account ' || account.id AS place, format('held %s; open holds %s', held,
            coalesce(sums.held_by, 0)) AS said
        FROM account LEFT JOIN (
            SELECT account_id, sum(amount) AS held_by FROM hold WHERE state = 'OPEN'
            GROUP BY account_id
        ) AS sums ON sums.account_id = account.id
        WHERE kind = 'PERSON' AND held <> coalesce(sums.held_by, 0) LIMIT 100""",
    "what was taken for a hold is its amount, or nothing once it is released": """
        SELECT 'hold ' || hold.id AS place, format('%s of %s; uses took %s', state, amount,
            coalesce(used.taken, 0)) AS said
        FROM hold LEFT JOIN (
            SELECT hold_id, sum(amount) AS taken FROM lot_use WHERE hold_id IS NOT NULL
            GROUP BY hold_id
        ) AS used ON used.hold_id = hold.id
        WHERE coalesce(used.taken, 0) <> CASE WHEN state = 'RELEASED' THEN 0 ELSE amount END
        LIMIT 100""",
    "no points leave their programme": """
        SELECT 'transaction ' || transaction.id AS place,
            'account ' || account.id || ' is of another programme' AS said
        FROM entry JOIN transaction ON transaction.id = transaction_id
        JOIN account ON account.id = account_id
        WHERE account.programme_id <> transaction.programme_id LIMIT 100""",
    "every transaction has a seal or waits for one": """
        SELECT 'transaction ' || id AS place, 'neither sealed nor waiting' AS said
        FROM transaction WHERE NOT EXISTS (SELECT FROM sealed WHERE transaction_id = id)
            AND NOT EXISTS (SELECT FROM unsealed WHERE transaction_id = id) LIMIT 100""",
}
"""Each promise in words, and the statement that finds what breaks it."""

_COUNTS = """
SELECT (SELECT count(*) FROM transaction) AS transactions,
    (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM seal) AS seals
"""
