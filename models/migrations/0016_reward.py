from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0015_points_events")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Merchant",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("name", fields.CharField(max_length=64)),
                ("address", fields.CharField(max_length=128)),
                (
                    "station",
                    fields.ForeignKeyField(
                        "models.Station",
                        source_field="station_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="merchants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("state", fields.CharField(max_length=16)),
                (
                    "applied_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="applied_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="merchants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "merchant",
                "app": "models",
                "indexes": [
                    Index(fields=["area_code", "id"]),
                    Index(fields=["station_id"]),
                    Index(fields=["applied_by_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Who takes points",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MerchantMember",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "merchant",
                    fields.ForeignKeyField(
                        "models.Merchant",
                        source_field="merchant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
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
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "merchant_member",
                "app": "models",
                "unique_together": (("merchant_id", "person_id"),),
                "indexes": [Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "Who acts for a merchant",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Reward",
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
                        related_name="rewards",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "merchant",
                    fields.ForeignKeyField(
                        "models.Merchant",
                        source_field="merchant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rewards",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("channel", fields.CharField(max_length=8)),
                ("title", fields.CharField(max_length=64)),
                ("price_points", fields.IntField()),
                ("stock", fields.IntField()),
                ("stocked", fields.BigIntField()),
                ("person_limit", fields.IntField(null=True)),
                ("opens_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("state", fields.CharField(max_length=16)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "reward",
                "app": "models",
                "indexes": [Index(fields=["programme_id"]), Index(fields=["merchant_id"])],
                "pk_attr": "id",
                "table_description": "What is offered for points",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Settlement",
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
                        related_name="settlements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "merchant",
                    fields.ForeignKeyField(
                        "models.Merchant",
                        source_field="merchant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="settlements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.CharField(max_length=7)),
                ("points", fields.BigIntField()),
                ("cents", fields.BigIntField()),
                (
                    "transaction",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="transaction_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="settlements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "settlement",
                "app": "models",
                "unique_together": (("programme_id", "merchant_id", "month"),),
                "indexes": [Index(fields=["merchant_id"]), Index(fields=["transaction_id"])],
                "pk_attr": "id",
                "table_description": "What merchants were paid, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "reward",
                    fields.ForeignKeyField(
                        "models.Reward",
                        source_field="reward_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "merchant",
                    fields.ForeignKeyField(
                        "models.Merchant",
                        source_field="merchant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vouchers",
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
                        related_name="vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "hold",
                    fields.ForeignKeyField(
                        "models.Hold",
                        source_field="hold_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code_digest", fields.BinaryField()),
                ("price_points", fields.IntField()),
                ("state", fields.CharField(max_length=16)),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "used_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="used_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="verified_vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "transaction",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="transaction_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="vouchers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "voucher",
                "app": "models",
                "indexes": [
                    Index(fields=["person_id", "id"]),
                    Index(fields=["account_id"]),
                    Index(fields=["reward_id", "person_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Rights to offers",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VoucherAttempt",
            fields=[
                (
                    "person_id",
                    fields.BigIntField(
                        generated=False, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField()),
            ],
            options={
                "table": "voucher_attempt",
                "app": "models",
                "pk_attr": "person_id",
                "table_description": "Wrong codes, counted by person",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VoucherFlag",
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
                        related_name="flags",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "voucher_flag",
                "app": "models",
                "unique_together": (("voucher_id", "kind"),),
                "pk_attr": "id",
                "table_description": "What was odd when a voucher was used, immutable",
            },
            bases=["Model"],
        ),
    ]
