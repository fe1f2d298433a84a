"""Rules as data: every version of every catalogue."""

from tortoise import fields
from tortoise.models import Model


class Catalogue(Model):
    """An edition of a version: what it says from one day to another, both included."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(32)
    version = fields.IntField()
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    body: fields.JSONField[object] = fields.JSONField()
    digest = fields.BinaryField()
    imported_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "catalogue"
        table_description = "Immutable versions of the city's rules"
        unique_together = (("name", "version", "valid_from"),)
