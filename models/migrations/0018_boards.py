from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0017_reward_guards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Board",
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
                        related_name="boards",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.CharField(max_length=7)),
                ("state", fields.CharField(max_length=16)),
                ("digest", fields.BinaryField()),
                ("lines", fields.IntField()),
                ("frozen_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "objections_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "board",
                "app": "models",
                "unique_together": (("programme_id", "month"),),
                "pk_attr": "id",
                "table_description": "Rankings of months",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BoardLine",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "board",
                    fields.ForeignKeyField(
                        "models.Board",
                        source_field="board_id",
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
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.IntField()),
                ("rank", fields.IntField()),
                ("merit", fields.BigIntField()),
            ],
            options={
                "table": "board_line",
                "app": "models",
                "unique_together": (("board_id", "place"), ("account_id", "board_id")),
                "pk_attr": "id",
                "table_description": "Lines of rankings, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Inspection",
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
                        related_name="inspections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("month", fields.CharField(max_length=7)),
                ("natural_village", fields.CharField(max_length=64)),
                (
                    "inspector",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="inspector_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="inspections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=16)),
                (
                    "reviewer",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="reviewer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("submitted_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "reviewed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "inspection",
                "app": "models",
                "indexes": [
                    Index(fields=["area_code", "id"]),
                    Index(fields=["programme_id"]),
                    Index(fields=["inspector_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Sheets of inspectors",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InspectionItem",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "inspection",
                    fields.ForeignKeyField(
                        "models.Inspection",
                        source_field="inspection_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
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
                        related_name="inspected",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rule_code", fields.CharField(max_length=32)),
                ("points", fields.IntField()),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="inspection_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("photo_ids", ArrayField(element_type="BIGINT")),
            ],
            options={
                "table": "inspection_item",
                "app": "models",
                "indexes": [Index(fields=["inspection_id"]), Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "Items of sheets, immutable",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "board",
                    fields.ForeignKeyField(
                        "models.Board",
                        source_field="board_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="objections",
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
                        related_name="objections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="objections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answer",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="answer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answered",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answered_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="answered_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "objection",
                "app": "models",
                "unique_together": (("board_id", "person_id"),),
                "pk_attr": "id",
                "table_description": "Objections to rankings",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("rule_code", fields.CharField(max_length=32)),
                ("served_on", fields.DateField()),
                ("minutes", fields.IntField()),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=16)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decided_services",
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
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "service",
                "app": "models",
                "indexes": [
                    Index(fields=["person_id", "id"]),
                    Index(fields=["area_code", "state", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Hours of voluntary service",
            },
            bases=["Model"],
        ),
    ]
