from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0025_ticket_reads")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Resource",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("state", fields.CharField(max_length=16)),
                ("version", fields.IntField()),
                ("category", fields.CharField(max_length=16)),
                ("title", fields.CharField(max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("area_code", fields.CharField(max_length=16)),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("box", fields.BigIntField()),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="resources",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.Unit",
                        source_field="unit_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="resources",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("until_on", fields.DateField()),
                ("rank", fields.BigIntField()),
                ("offered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "resource",
                "app": "models",
                "indexes": [
                    Index(fields=["rank", "id"]),
                    Index(fields=["person_id", "rank", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "What is offered for wishes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Wish",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("state", fields.CharField(max_length=16)),
                ("version", fields.IntField()),
                ("written_version", fields.IntField()),
                ("checked", fields.CharField(max_length=16)),
                ("category", fields.CharField(max_length=16)),
                ("beneficiary", fields.CharField(max_length=16)),
                ("title", fields.CharField(max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("budget_cents", fields.IntField(null=True)),
                ("deadline_on", fields.DateField()),
                ("area_code", fields.CharField(max_length=16)),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("box", fields.BigIntField()),
                (
                    "wisher",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="wisher_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="wishes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "helper",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="helper_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="helped_wishes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("phone", fields.BinaryField(null=True)),
                ("address", fields.BinaryField(null=True)),
                ("is_thanked", fields.BooleanField(default=False)),
                ("rank", fields.BigIntField()),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "submitted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "published_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "fulfilled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "wish",
                "app": "models",
                "indexes": [
                    Index(fields=["rank", "id"]),
                    Index(fields=["state", "rank", "id"]),
                    Index(fields=["wisher_id", "rank", "id"]),
                    Index(fields=["area_code", "state"]),
                ],
                "pk_attr": "id",
                "table_description": "Wishes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WishClaim",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "wish",
                    fields.ForeignKeyField(
                        "models.Wish",
                        source_field="wish_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
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
                        related_name="claimed_wishes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.Unit",
                        source_field="unit_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claimed_wishes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("claimed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(null=True, max_length=16)),
            ],
            options={
                "table": "wish_claim",
                "app": "models",
                "indexes": [
                    Index(fields=["wish_id", "id"]),
                    Index(fields=["person_id", "wish_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Who claimed which wish",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WishPhoto",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "wish",
                    fields.ForeignKeyField(
                        "models.Wish",
                        source_field="wish_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField()),
                (
                    "file",
                    fields.ForeignKeyField(
                        "models.File",
                        source_field="file_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="wish_photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "wish_photo",
                "app": "models",
                "unique_together": (("wish_id", "version", "file_id"),),
                "indexes": [Index(fields=["file_id"])],
                "pk_attr": "id",
                "table_description": "Photos of wishes",
            },
            bases=["Model"],
        ),
    ]
