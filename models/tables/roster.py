"""Which rosters were brought."""

from tortoise import fields
from tortoise.models import Model

from models.tables.person import Person


class RosterImport(Model):
    """That somebody imported the roster of an area, and how many came by it."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="roster_imports", on_delete=fields.RESTRICT
    )
    area_code = fields.CharField(16)
    rows = fields.IntField()
    people = fields.IntField()
    households = fields.IntField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "roster_import"
        table_description = "Imports of rosters"
