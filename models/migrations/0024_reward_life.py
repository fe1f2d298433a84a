"""Who owns a merchant, drafts, what came of odd vouchers, and budgets that were told of."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.tables import guards

TOPICS = (
    "'ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy',"
    " 'notification', 'points', 'reward', 'programme'"
)
TOPIC_RULE = (
    "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known CHECK"
)
STATE_RULE = "ALTER TABLE reward DROP CONSTRAINT reward_state_known, ADD CONSTRAINT reward_state_known CHECK"
# Whoever asked for a merchant owns it, else whoever acts for it longest.
OWNERS = """
UPDATE merchant_member SET is_owner = id IN (
    SELECT DISTINCT ON (merchant_id) member.id FROM merchant_member AS member
    JOIN merchant ON merchant.id = merchant_id
    ORDER BY merchant_id, person_id IS NOT DISTINCT FROM applied_by_id DESC, member.id
)
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0023_points_rules")]

    initial = False

    operations = guards.joined(
        ops.AddField(
            model_name="MerchantMember",
            name="is_owner",
            field=fields.BooleanField(default=False, null=True),
        ),
        guards.sql(OWNERS, "SELECT"),
        ops.AlterField(
            model_name="MerchantMember",
            name="is_owner",
            field=fields.BooleanField(default=False),
        ),
        guards.default("merchant_member", "is_owner", "false"),
        guards.index(
            "merchant_member_owner",
            "merchant_member (merchant_id) WHERE is_owner",
            unique=True,
        ),
        guards.sql(
            f"{STATE_RULE} (state IN ('DRAFT', 'PENDING', 'OPEN', 'REFUSED', 'CLOSED'))",
            f"{STATE_RULE} (state IN ('PENDING', 'OPEN', 'REFUSED', 'CLOSED'))",
        ),
        guards.index("reward_waiting", "reward (id) WHERE state = 'PENDING'"),
        guards.sql(
            f"{TOPIC_RULE} (topic IN ({TOPICS}, 'merchant', 'voucher'))",
            f"{TOPIC_RULE} (topic IN ({TOPICS}))",
        ),
        guards.index("voucher_of_shop", "voucher (merchant_id) WHERE state = 'ISSUED'"),
        ops.CreateModel(
            name="VoucherReview",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "voucher",
                    fields.ForeignKeyField(
                        "models.Voucher",
                        source_field="voucher_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="voucher_reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("outcome", fields.CharField(max_length=16)),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="voucher_reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "voucher_review",
                "app": "models",
                "indexes": [Index(fields=["person_id"]), Index(fields=["content_id"])],
                "pk_attr": "id",
                "table_description": "Who looked into odd uses of vouchers, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BudgetAlarm",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "programme",
                    fields.ForeignKeyField(
                        "models.Programme",
                        source_field="programme_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="budget_alarms",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("year", fields.IntField()),
                ("budget_cents", fields.BigIntField()),
                ("alarm", fields.CharField(max_length=16)),
                ("used_percent", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "budget_alarm",
                "app": "models",
                "unique_together": (("programme_id", "year", "budget_cents", "alarm"),),
                "pk_attr": "id",
                "table_description": "Budgets that were told of, once a threshold, immutable",
            },
            bases=["Model"],
        ),
        guards.identity("voucher_review"),
        guards.default("voucher_review", "at", "now()"),
        guards.known("voucher_review", "outcome", "HARMLESS", "FRAUD"),
        guards.index("voucher_review_of", "voucher_review (voucher_id)", unique=True),
        guards.append_only("voucher_review"),
        guards.identity("budget_alarm"),
        guards.default("budget_alarm", "at", "now()"),
        guards.known("budget_alarm", "alarm", "NOTICE", "WARNING", "EXCEEDED"),
        guards.append_only("budget_alarm"),
    )
