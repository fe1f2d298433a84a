"""Areas know their version and what became of them; appointments may never have held a day."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.tables import guards

DATES = "ALTER TABLE {0} DROP CONSTRAINT {0}_{1}, ADD CONSTRAINT {0}_{1} CHECK ({2})"


class Migration(migrations.Migration):
    dependencies = [("models", "0006_session")]

    operations = guards.joined(
        ops.CreateModel(
            name="AreaSuccessor",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("successor_code", fields.CharField(max_length=16)),
            ],
            options={
                "table": "area_successor",
                "app": "models",
                "unique_together": (("area_code", "successor_code"),),
                "indexes": [Index(fields=["successor_code"])],
                "pk_attr": "id",
                "table_description": "What became of areas that were merged or split",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="Area", name="version", field=fields.IntField(default=1)),
        guards.default("area", "version", "1"),
        guards.check("area", "version", "version >= 1"),
        guards.identity("area_successor"),
        guards.area_code("area_successor"),
        guards.area_code("area_successor", "successor_code"),
        guards.check("area_successor", "other", "area_code <> successor_code"),
        # What is made in the morning can be merged in the afternoon.
        guards.sql(
            DATES.format("area", "validity", "valid_to IS NULL OR valid_to >= valid_from"),
            DATES.format("area", "validity", "valid_to IS NULL OR valid_to > valid_from"),
        ),
        # The last day is the one before the first where an appointment ended before it held.
        guards.sql(
            DATES.format("appointment", "dates", "ended_on IS NULL OR ended_on >= started_on - 1"),
            DATES.format("appointment", "dates", "ended_on IS NULL OR ended_on >= started_on"),
        ),
        guards.index("appointment_of_area", "appointment (area_code, id)"),
    )
