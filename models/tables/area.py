"""Areas: one tree of city, town, village, grid and micro-grid, whose code is the path."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Area(Model):
    """A node of the tree. Codes are COLLATE "C", so that a subtree is a range of the index."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(16, unique=True)
    parent_code = fields.CharField(16, null=True)
    level = fields.CharField(16)
    kind = fields.CharField(16, null=True)
    name = fields.CharField(64)
    initials = fields.CharField(64)
    terms = ArrayField("text")
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    boundary: fields.JSONField[object] = fields.JSONField(null=True)
    households = fields.IntField(default=0)
    population = fields.IntField(default=0)
    party_organisation = fields.CharField(64, null=True)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        """Name and comment are pinned: a docstring would become the table's comment."""

        table = "area"
        table_description = "Areas of the city, one tree"
        indexes = (("parent_code",), ("level", "initials"))


class AreaSuccessor(Model):
    """That an area which was merged or split goes on in another one."""

    id = fields.BigIntField(primary_key=True)
    area_code = fields.CharField(16)
    successor_code = fields.CharField(16)

    class Meta:
        """Name and comment are pinned."""

        table = "area_successor"
        table_description = "What became of areas that were merged or split"
        unique_together = (("area_code", "successor_code"),)
        indexes = (("successor_code",),)
