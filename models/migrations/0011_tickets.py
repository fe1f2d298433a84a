from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0010_stations_kept_guards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Notification",
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
                        related_name="notifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("topic", fields.CharField(max_length=16)),
                ("thing_id", fields.BigIntField()),
                ("title", fields.CharField(max_length=128)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification",
                "app": "models",
                "indexes": [Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "What people were told",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=15)),
                ("state", fields.CharField(max_length=16)),
                ("version", fields.IntField()),
                ("round", fields.IntField()),
                ("category", fields.CharField(max_length=32)),
                ("urgency", fields.CharField(max_length=16)),
                ("source", fields.CharField(max_length=16)),
                ("area_code", fields.CharField(max_length=16)),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("box", fields.BigIntField()),
                ("address", fields.CharField(null=True, max_length=128)),
                ("text", fields.TextField(unique=False)),
                ("terms", ArrayField(element_type="TEXT")),
                ("is_anonymous", fields.BooleanField()),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.Unit",
                        source_field="unit_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="assignee_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assigned_tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "resolver",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="resolver_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="resolved_tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "merged_into",
                    fields.ForeignKeyField(
                        "models.Ticket",
                        source_field="merged_into_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="merged",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("returns", fields.IntField()),
                ("is_bound", fields.BooleanField()),
                ("is_appealed", fields.BooleanField()),
                ("extension", fields.CharField(null=True, max_length=16)),
                ("extension_days", fields.IntField(null=True)),
                ("calls", fields.IntField()),
                ("rank", fields.BigIntField()),
                ("submitted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "resolve_due_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("paused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "contacted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "resolved_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("urged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_solved", fields.BooleanField(null=True)),
                ("satisfaction", fields.IntField(null=True)),
            ],
            options={
                "table": "ticket",
                "app": "models",
                "indexes": [
                    Index(fields=["category", "box", "submitted_at"]),
                    Index(fields=["rank", "id"]),
                    Index(fields=["state", "rank", "id"]),
                    Index(fields=["category", "rank", "id"]),
                    Index(fields=["unit_id", "rank", "id"]),
                    Index(fields=["submitted_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Tickets",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TicketPhoto",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "models.Ticket",
                        source_field="ticket_id",
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
                        related_name="ticket_photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "ticket_photo",
                "app": "models",
                "unique_together": (("ticket_id", "version", "file_id"),),
                "indexes": [Index(fields=["file_id"])],
                "pk_attr": "id",
                "table_description": "Photos of tickets",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TicketReporter",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "ticket",
                    fields.ForeignKeyField(
                        "models.Ticket",
                        source_field="ticket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reporters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_first", fields.BooleanField()),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reported_tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sealed", fields.BinaryField(null=True)),
                ("sealed_index", fields.BinaryField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "ticket_reporter",
                "app": "models",
                "unique_together": (("ticket_id", "person_id"), ("ticket_id", "sealed_index")),
                "indexes": [
                    Index(fields=["person_id", "ticket_id"]),
                    Index(fields=["sealed_index", "ticket_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Who reported a ticket",
            },
            bases=["Model"],
        ),
    ]
