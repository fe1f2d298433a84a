from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0008_homes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="File",
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
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                ("content_type", fields.CharField(max_length=96)),
                ("bytes", fields.IntField()),
                ("digest", fields.CharField(null=True, max_length=64)),
                ("width", fields.IntField(null=True)),
                ("height", fields.IntField(null=True)),
                ("is_public", fields.BooleanField(default=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("stored_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "claimed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "file",
                "app": "models",
                "indexes": [Index(fields=["digest"]), Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "Files that people uploaded",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StationImport",
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
                        related_name="station_imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rows", fields.IntField()),
                ("created", fields.IntField()),
                ("changed", fields.IntField()),
                ("moved", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "station_import",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Imports of tables of stations",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StationOccupancy",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "station",
                    fields.OneToOneField(
                        "models.Station",
                        source_field="station_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="occupancy",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("people", fields.IntField(default=0)),
                ("version", fields.IntField(default=0)),
                ("is_told", fields.BooleanField(default=True)),
            ],
            options={
                "table": "station_occupancy",
                "app": "models",
                "pk_attr": "id",
                "table_description": "How many people are checked in at a station",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StationPhoto",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "station",
                    fields.ForeignKeyField(
                        "models.Station",
                        source_field="station_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "file",
                    fields.OneToOneField(
                        "models.File",
                        source_field="file_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="station_photo",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("place", fields.SmallIntField()),
            ],
            options={
                "table": "station_photo",
                "app": "models",
                "unique_together": (("station_id", "place"),),
                "pk_attr": "id",
                "table_description": "Photos of stations",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StationVisit",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "station",
                    fields.ForeignKeyField(
                        "models.Station",
                        source_field="station_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="visits",
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
                        related_name="visits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("entered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "station_visit",
                "app": "models",
                "indexes": [Index(fields=["person_id"]), Index(fields=["left_at"])],
                "pk_attr": "id",
                "table_description": "Check-ins of people at stations",
            },
            bases=["Model"],
        ),
    ]
