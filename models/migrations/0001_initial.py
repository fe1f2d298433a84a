from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Area",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=16)),
                ("parent_code", fields.CharField(null=True, max_length=16)),
                ("level", fields.CharField(max_length=16)),
                ("kind", fields.CharField(null=True, max_length=16)),
                ("name", fields.CharField(max_length=64)),
                ("initials", fields.CharField(max_length=64)),
                ("terms", ArrayField(element_type="TEXT")),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("boundary", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("households", fields.IntField(default=0)),
                ("population", fields.IntField(default=0)),
                ("party_organisation", fields.CharField(null=True, max_length=64)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
            ],
            options={
                "table": "area",
                "app": "models",
                "indexes": [Index(fields=["parent_code"]), Index(fields=["level", "initials"])],
                "pk_attr": "id",
                "table_description": "Areas of the city, one tree",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Content",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("body", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "redacted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "content",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Texts that events refer to",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Lease",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("holder", fields.CharField(max_length=64)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lease",
                "app": "models",
                "pk_attr": "name",
                "table_description": "Jobs that one process does at a time",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("name", fields.CharField(max_length=64)),
                ("is_party_member", fields.BooleanField(default=False)),
                ("development_key", fields.CharField(null=True, unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "person",
                "app": "models",
                "pk_attr": "id",
                "table_description": "People",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Appointment",
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
                        related_name="appointments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.CharField(max_length=24)),
                ("area_code", fields.CharField(max_length=16)),
                ("started_on", fields.DateField()),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "appointment",
                "app": "models",
                "indexes": [Index(fields=["area_code", "role"]), Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "Roles that people hold in areas",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("topic", fields.CharField(max_length=16)),
                ("thing_id", fields.BigIntField()),
                ("area_code", fields.CharField(max_length=16)),
                ("version", fields.IntField()),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                ("facts", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "event",
                "app": "models",
                "unique_together": (("topic", "thing_id", "version"),),
                "pk_attr": "id",
                "table_description": "Immutable record of every change",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Feed",
            fields=[
                (
                    "position",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="feed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("topic", fields.CharField(max_length=16)),
                ("area_code", fields.CharField(max_length=16)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "feed",
                "app": "models",
                "indexes": [
                    Index(fields=["area_code", "position"]),
                    Index(fields=["event_id"]),
                    Index(fields=["at"]),
                ],
                "pk_attr": "position",
                "table_description": "Events in the order in which they are delivered",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Outbox",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="outbox",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
            ],
            options={
                "table": "outbox",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Events waiting for their position; one row for each area they touch",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Station",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("area_code", fields.CharField(max_length=16)),
                ("kind", fields.CharField(max_length=24)),
                ("name", fields.CharField(max_length=64)),
                ("address", fields.CharField(max_length=128)),
                ("longitude", fields.FloatField()),
                ("latitude", fields.FloatField()),
                ("phone", fields.CharField(null=True, max_length=32)),
                ("opening_hours", fields.CharField(null=True, max_length=256)),
                ("services", ArrayField(element_type="TEXT")),
                ("facilities", ArrayField(element_type="TEXT")),
                ("audience", ArrayField(element_type="TEXT")),
                ("capacity", fields.IntField(null=True)),
                ("is_accessible", fields.BooleanField(default=False)),
                ("status", fields.CharField(default="OPEN", max_length=16)),
                (
                    "verified_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "station",
                "app": "models",
                "indexes": [Index(fields=["area_code", "kind"])],
                "pk_attr": "id",
                "table_description": "Stations",
            },
            bases=["Model"],
        ),
    ]
