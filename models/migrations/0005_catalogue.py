from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

from models.tables import guards

TOPICS = "'ticket', 'wish', 'station', 'person', 'area', 'unit'"


class Migration(migrations.Migration):
    dependencies = [("models", "0004_people_guards")]

    initial = False

    operations = guards.joined(
        ops.CreateModel(
            name="Catalogue",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("name", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
                ("body", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("digest", fields.BinaryField()),
                ("imported_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "catalogue",
                "app": "models",
                "unique_together": (("name", "version", "valid_from"),),
                "pk_attr": "id",
                "table_description": "Immutable versions of the city's rules",
            },
            bases=["Model"],
        ),
        guards.identity("catalogue"),
        guards.default("catalogue", "imported_at", "now()"),
        guards.check("catalogue", "version", "version >= 1"),
        guards.check("catalogue", "validity", "valid_to IS NULL OR valid_to >= valid_from"),
        guards.append_only("catalogue"),
        guards.sql(
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            f" CHECK (topic IN ({TOPICS}, 'catalogue'))",
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            f" CHECK (topic IN ({TOPICS}))",
        ),
    )
