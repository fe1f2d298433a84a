from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0012_tickets_guards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("kind", fields.CharField(max_length=16)),
                ("name", fields.CharField(max_length=64)),
                ("owner_area_code", fields.CharField(max_length=16)),
                ("budget_cents", fields.BigIntField(default=0)),
                ("cents_per_point", fields.IntField()),
                ("lot_months", fields.IntField()),
                ("year_grant", fields.IntField(default=0)),
                ("joiners", fields.CharField(max_length=16)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "programme",
                "app": "models",
                "indexes": [Index(fields=["owner_area_code"])],
                "pk_attr": "id",
                "table_description": "Schemes of points",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Account",
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
                        related_name="accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("merchant_id", fields.BigIntField(null=True)),
                ("merit", fields.BigIntField(default=0)),
                ("points", fields.BigIntField(default=0)),
                ("held", fields.BigIntField(default=0)),
                ("debt", fields.BigIntField(default=0)),
                ("version", fields.IntField(default=1)),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "account",
                "app": "models",
                "indexes": [Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "Accounts of people, and the system's own",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProgrammeArea",
            fields=[
                (
                    "area_code",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16),
                ),
                (
                    "programme",
                    fields.ForeignKeyField(
                        "models.Programme",
                        source_field="programme_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="areas",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "programme_area",
                "app": "models",
                "indexes": [Index(fields=["programme_id"])],
                "pk_attr": "area_code",
                "table_description": "The villages of each programme",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Rule",
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
                        related_name="rules",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
                ("name", fields.CharField(max_length=64)),
                ("source", fields.CharField(max_length=16)),
                ("points_least", fields.IntField()),
                ("points_most", fields.IntField()),
                ("beneficiary", fields.CharField(max_length=16)),
                ("needs_evidence", fields.BooleanField()),
                ("reviewer_role", fields.CharField(null=True, max_length=24)),
                ("day_cap", fields.IntField(null=True)),
                ("month_cap", fields.IntField(null=True)),
                ("year_cap", fields.IntField(null=True)),
                ("cooldown_days", fields.IntField(default=0)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
            ],
            options={
                "table": "rule",
                "app": "models",
                "unique_together": (("programme_id", "code", "version"),),
                "pk_attr": "id",
                "table_description": "What earns and costs points, in versions",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("digest", fields.BinaryField()),
                ("transactions", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "seal",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The chain of seals over the ledger, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Transaction",
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
                        related_name="transactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="transactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "rule",
                    fields.ForeignKeyField(
                        "models.Rule",
                        source_field="rule_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="transactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reverses",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reversals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("source", fields.CharField(null=True, max_length=16)),
                ("source_id", fields.BigIntField(null=True)),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="transactions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("business_day", fields.DateField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "transaction",
                "app": "models",
                "indexes": [
                    Index(fields=["programme_id", "business_day"]),
                    Index(fields=["rule_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Movements of points, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "transaction",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="transaction_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
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
                        related_name="entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("asset", fields.CharField(max_length=8)),
                ("amount", fields.BigIntField()),
                ("business_day", fields.DateField()),
                ("business_month", fields.CharField(max_length=7)),
                ("rule_code", fields.CharField(null=True, max_length=32)),
                ("household_id", fields.BigIntField(null=True)),
                ("grant_year", fields.IntField(null=True)),
            ],
            options={
                "table": "entry",
                "app": "models",
                "indexes": [Index(fields=["transaction_id"]), Index(fields=["account_id", "id"])],
                "pk_attr": "id",
                "table_description": "Legs of transactions, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="holds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount", fields.BigIntField()),
                ("state", fields.CharField(max_length=16)),
                (
                    "transaction",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="transaction_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="holds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "hold",
                "app": "models",
                "indexes": [Index(fields=["account_id", "state"])],
                "pk_attr": "id",
                "table_description": "Points put aside",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lot",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lots",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "transaction",
                    fields.ForeignKeyField(
                        "models.Transaction",
                        source_field="transaction_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lots",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount", fields.BigIntField()),
                ("remaining", fields.BigIntField()),
                ("expires_on", fields.DateField()),
            ],
            options={
                "table": "lot",
                "app": "models",
                "indexes": [Index(fields=["transaction_id"])],
                "pk_attr": "id",
                "table_description": "Points by when they expire",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LotUse",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "lot",
                    fields.ForeignKeyField(
                        "models.Lot",
                        source_field="lot_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount", fields.BigIntField()),
                (
                    "hold",
                    fields.ForeignKeyField(
                        "models.Hold",
                        source_field="hold_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="uses",
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
                        related_name="uses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "lot_use",
                "app": "models",
                "indexes": [
                    Index(fields=["lot_id"]),
                    Index(fields=["hold_id"]),
                    Index(fields=["transaction_id"]),
                ],
                "pk_attr": "id",
                "table_description": "What was taken of lots and given back, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Sealed",
            fields=[
                (
                    "transaction_id",
                    fields.BigIntField(
                        generated=False, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "seal",
                    fields.ForeignKeyField(
                        "models.Seal",
                        source_field="seal_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="covers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "sealed",
                "app": "models",
                "indexes": [Index(fields=["seal_id", "transaction_id"])],
                "pk_attr": "transaction_id",
                "table_description": "The seal of each transaction, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Unsealed",
            fields=[
                (
                    "transaction_id",
                    fields.BigIntField(
                        generated=False, primary_key=True, unique=True, db_index=True
                    ),
                ),
            ],
            options={
                "table": "unsealed",
                "app": "models",
                "pk_attr": "transaction_id",
                "table_description": "Transactions that wait for their seal",
            },
            bases=["Model"],
        ),
    ]
