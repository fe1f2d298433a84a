from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="reader_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reads",
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
                        related_name="accesses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("columns", fields.CharField(max_length=64)),
                (
                    "content",
                    fields.ForeignKeyField(
                        "models.Content",
                        source_field="content_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="accesses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "access",
                "app": "models",
                "indexes": [Index(fields=["person_id", "id"]), Index(fields=["reader_id", "id"])],
                "pk_attr": "id",
                "table_description": "Immutable log of reads of protected columns",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Household",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("area_code", fields.CharField(max_length=16)),
                ("address", fields.BinaryField(null=True)),
                (
                    "head",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="head_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="households",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "household",
                "app": "models",
                "indexes": [Index(fields=["area_code", "code"]), Index(fields=["head_id"])],
                "pk_attr": "id",
                "table_description": "Homes",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Once",
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
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("operation", fields.CharField(max_length=48)),
                ("key", fields.CharField(max_length=255)),
                ("asked", fields.BinaryField()),
                ("result_id", fields.BigIntField(null=True)),
                ("refusal", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "once",
                "app": "models",
                "unique_together": (("person_id", "operation", "key"),),
                "indexes": [Index(fields=["at"])],
                "pk_attr": "id",
                "table_description": "Requests that are carried out once only",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Residence",
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
                        related_name="residences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="residences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("state", fields.CharField(max_length=16)),
                ("started_on", fields.DateField(null=True)),
                ("ended_on", fields.DateField(null=True)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decided_residences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decided_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "residence",
                "app": "models",
                "indexes": [Index(fields=["household_id"]), Index(fields=["decided_by_id"])],
                "pk_attr": "id",
                "table_description": "Who lives where, with history",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Unit",
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
                ("area_code", fields.CharField(max_length=16)),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "models.Unit",
                        source_field="parent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="children",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("duties", ArrayField(element_type="TEXT")),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "unit",
                "app": "models",
                "indexes": [
                    Index(fields=["parent_id", "code"]),
                    Index(fields=["area_code", "kind"]),
                ],
                "pk_attr": "id",
                "table_description": "Bodies that serve the city",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="Appointment",
            options={
                "table": "appointment",
                "app": "models",
                "indexes": [
                    Index(fields=["area_code", "role"]),
                    Index(fields=["person_id"]),
                    Index(fields=["unit_id", "role"]),
                ],
                "pk_attr": "id",
                "table_description": "Roles that people hold in areas and units",
            },
        ),
        ops.AddField(
            model_name="Appointment",
            name="ended_by",
            field=fields.ForeignKeyField(
                "models.Person",
                source_field="ended_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="ended_appointments",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="started_by",
            field=fields.ForeignKeyField(
                "models.Person",
                source_field="started_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="started_appointments",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="unit",
            field=fields.ForeignKeyField(
                "models.Unit",
                source_field="unit_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="appointments",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Appointment",
            index=Index(fields=["unit_id", "role"]),
        ),
        ops.AddField(
            model_name="Person",
            name="banned_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Person",
            name="claimed_by",
            field=fields.ForeignKeyField(
                "models.Person",
                source_field="claimed_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="claims",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Person",
            name="identity_number",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="identity_number_index",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="openid",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="openid_index",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="phone",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="phone_index",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Person",
            name="phone_verified_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Person",
            name="version",
            field=fields.IntField(default=1),
        ),
    ]
