from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

from models.tables import guards


class Migration(migrations.Migration):
    dependencies = [("models", "0005_catalogue")]

    initial = False

    operations = guards.joined(
        ops.CreateModel(
            name="Session",
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
                        related_name="sessions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("family_hash", fields.BinaryField()),
                ("generation", fields.IntField(default=1)),
                ("device", fields.CharField(max_length=128)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "indexes": [Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "Where people are signed in",
            },
            bases=["Model"],
        ),
        guards.identity("session"),
        guards.default("session", "generation", "1"),
        guards.index("session_family", "session (family_hash)", unique=True),
        guards.check("session", "family", "octet_length(family_hash) = 32"),
        guards.check("session", "generation", "generation >= 1"),
        guards.check("session", "dates", "used_at >= started_at"),
    )
