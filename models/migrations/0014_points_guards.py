"""What the table classes can't say of points: a ledger that is only added to, and never torn."""

from tortoise import migrations

from models.tables import guards

IDENTITIES = (
    "account",
    "entry",
    "hold",
    "lot",
    "lot_use",
    "programme",
    "rule",
    "seal",
    "transaction",
)
DEFAULTS = (
    ("account", "merit", "0"),
    ("account", "points", "0"),
    ("account", "held", "0"),
    ("account", "debt", "0"),
    ("account", "version", "1"),
    ("account", "opened_at", "now()"),
    ("hold", "at", "now()"),
    ("programme", "budget_cents", "0"),
    ("programme", "year_grant", "0"),
    ("programme", "version", "1"),
    ("programme", "created_at", "now()"),
    ("rule", "cooldown_days", "0"),
    ("seal", "at", "now()"),
    ("transaction", "at", "now()"),
)
BY_TRANSACTION = ("sealed", "unsealed")
APPEND_ONLY = ("entry", "lot_use", "rule", "seal", "sealed", "transaction")


class Migration(migrations.Migration):
    dependencies = [("models", "0013_points")]

    operations = guards.joined(
        *(guards.identity(table) for table in IDENTITIES),
        *(guards.default(*column) for column in DEFAULTS),
        *(
            guards.sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_transaction_id_fkey"
                " FOREIGN KEY (transaction_id) REFERENCES transaction ON DELETE RESTRICT",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_transaction_id_fkey",
            )
            for table in BY_TRANSACTION
        ),
        guards.area_code("programme", "owner_area_code"),
        guards.area_code("programme_area"),
        guards.known("programme", "kind", "VILLAGE", "TOWN", "COURIER"),
        guards.known("programme", "joiners", "WHOLE", "BY_MONTH", "NEXT_YEAR"),
        guards.check(
            "programme",
            "figures",
            "budget_cents >= 0 AND cents_per_point > 0 AND lot_months > 0 AND year_grant >= 0",
        ),
        guards.known("rule", "source", "RULE", "HOURS", "TICKET", "WISH", "INSPECTION"),
        guards.known("rule", "beneficiary", "PERSON", "HOUSEHOLD"),
        guards.check(
            "rule",
            "range",
            "points_least <= points_most AND (points_least > 0 OR points_most < 0)",
        ),
        guards.check("rule", "validity", "valid_to IS NULL OR valid_to >= valid_from"),
        guards.known(
            "account", "kind", "PERSON", "DEBT", "ISSUANCE", "PAYABLE", "EXPIRED", "SETTLED"
        ),
        guards.check(
            "account",
            "owner",
            "(kind IN ('PERSON', 'DEBT')) = (person_id IS NOT NULL)"
            " AND (kind IN ('PAYABLE', 'SETTLED')) = (merchant_id IS NOT NULL)",
        ),
        # POINT never falls below nothing, and what is held can't be spent.
        guards.check("account", "balance", "held >= 0 AND points >= held AND debt >= 0"),
        guards.index(
            "account_of_person",
            "account (programme_id, person_id, kind) WHERE person_id IS NOT NULL",
            unique=True,
        ),
        guards.index(
            "account_of_system",
            "account (programme_id, kind, coalesce(merchant_id, 0)) WHERE person_id IS NULL",
            unique=True,
        ),
        guards.index(
            "account_board",
            "account (programme_id, merit DESC, id) WHERE kind = 'PERSON'",
        ),
        guards.known(
            "transaction",
            "kind",
            "AWARD",
            "PENALTY",
            "YEAR_GRANT",
            "REDEMPTION",
            "REVERSAL",
            "EXPIRY",
            "SETTLEMENT",
        ),
        guards.index(
            "transaction_reversed_once",
            "transaction (reverses_id) WHERE reverses_id IS NOT NULL",
            unique=True,
        ),
        # A closed ticket, a service record or a sheet's item is rewarded once.
        guards.index(
            "transaction_of_source",
            "transaction (source, source_id) WHERE source_id IS NOT NULL AND kind <> 'REVERSAL'",
            unique=True,
        ),
        guards.known("entry", "asset", "MERIT", "POINT"),
        guards.check("entry", "amount", "amount <> 0"),
        guards.index(
            "entry_granted_once",
            "entry (account_id, grant_year) WHERE grant_year IS NOT NULL",
            unique=True,
        ),
        guards.index(
            "entry_by_rule",
            "entry (account_id, rule_code, business_day) WHERE rule_code IS NOT NULL",
        ),
        guards.index(
            "entry_by_household",
            "entry (household_id, rule_code, business_day) WHERE household_id IS NOT NULL",
        ),
        guards.check("lot", "remaining", "amount > 0 AND remaining BETWEEN 0 AND amount"),
        guards.index("lot_to_spend", "lot (account_id, expires_on, id) WHERE remaining > 0"),
        guards.index("lot_to_expire", "lot (expires_on, id) WHERE remaining > 0"),
        guards.known("hold", "state", "OPEN", "POSTED", "RELEASED"),
        guards.check(
            "hold", "posted", "amount > 0 AND (state = 'POSTED') = (transaction_id IS NOT NULL)"
        ),
        guards.check(
            "lot_use",
            "taker",
            "amount <> 0 AND (hold_id IS NULL) <> (transaction_id IS NULL)",
        ),
        *(guards.append_only(table) for table in APPEND_ONLY),
    )
