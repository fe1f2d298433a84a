"""What the table classes can't say of rewards: states, sums that hold, and what is found how."""

from tortoise import migrations

from models.tables import guards

IDENTITIES = ("merchant", "merchant_member", "reward", "settlement", "voucher", "voucher_flag")
DEFAULTS = (
    ("merchant", "version", "1"),
    ("merchant", "created_at", "now()"),
    ("reward", "version", "1"),
    ("reward", "created_at", "now()"),
    ("settlement", "at", "now()"),
    ("voucher", "issued_at", "now()"),
    ("voucher_flag", "at", "now()"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0016_reward")]

    operations = guards.joined(
        *(guards.identity(table) for table in IDENTITIES),
        *(guards.default(*column) for column in DEFAULTS),
        guards.area_code("merchant"),
        guards.known("merchant", "state", "APPLIED", "APPROVED", "REFUSED", "CLOSED"),
        guards.check(
            "merchant",
            "point_on_earth",
            "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90",
        ),
        guards.known("reward", "channel", "ONLINE", "OFFLINE"),
        guards.known("reward", "state", "PENDING", "OPEN", "REFUSED", "CLOSED"),
        guards.check(
            "reward",
            "figures",
            "price_points > 0 AND stock BETWEEN 0 AND stocked"
            " AND (person_limit IS NULL OR person_limit > 0)"
            " AND (opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at)",
        ),
        guards.index("reward_open", "reward (programme_id, id) WHERE state = 'OPEN'"),
        guards.known("voucher", "state", "ISSUED", "USED", "CANCELLED", "EXPIRED", "UNDONE"),
        guards.check(
            "voucher",
            "end",
            "price_points > 0 AND (state = 'ISSUED') = (ended_at IS NULL)"
            " AND (state IN ('USED', 'UNDONE')) ="
            " (used_by_id IS NOT NULL AND transaction_id IS NOT NULL)",
        ),
        guards.index("voucher_of_hold", "voucher (hold_id)", unique=True),
        guards.index("voucher_of_code", "voucher (code_digest)", unique=True),
        guards.index("voucher_to_expire", "voucher (expires_at, id) WHERE state = 'ISSUED'"),
        guards.index(
            "voucher_of_merchant",
            "voucher (merchant_id, ended_at, id) WHERE state IN ('USED', 'UNDONE')",
        ),
        guards.known(
            "voucher_flag",
            "kind",
            "MEMBER",
            "HOUSEHOLD",
            "VELOCITY",
            "BURST",
            "FAR",
            "DAY_CAP",
        ),
        guards.check("voucher_attempt", "attempts", "attempts >= 1"),
        guards.check("settlement", "figures", "points > 0 AND cents > 0"),
        guards.sql(
            "ALTER TABLE account ADD CONSTRAINT account_merchant_id_fkey"
            " FOREIGN KEY (merchant_id) REFERENCES merchant ON DELETE RESTRICT",
            "ALTER TABLE account DROP CONSTRAINT account_merchant_id_fkey",
        ),
        guards.append_only("voucher_flag"),
        guards.append_only("settlement"),
    )
