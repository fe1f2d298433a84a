"""Which rosters were brought by whom."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.tables import guards


class Migration(migrations.Migration):
    dependencies = [("models", "0019_boards_guards")]

    operations = guards.joined(
        ops.CreateModel(
            name="RosterImport",
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
                        related_name="roster_imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_code", fields.CharField(max_length=16)),
                ("rows", fields.IntField()),
                ("people", fields.IntField()),
                ("households", fields.IntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "roster_import",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Imports of rosters",
            },
            bases=["Model"],
        ),
        guards.area_code("roster_import"),
        guards.identity("roster_import"),
        guards.default("roster_import", "at", "now()"),
    )
