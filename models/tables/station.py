"""Stations: the places where the city serves people."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Station(Model):
    """A place with a kind, a point (GCJ-02, degrees) and opening hours (OSM opening_hours)."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    area_code = fields.CharField(16)
    kind = fields.CharField(24)
    name = fields.CharField(64)
    address = fields.CharField(128)
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    phone = fields.CharField(32, null=True)
    opening_hours = fields.CharField(256, null=True)
    services = ArrayField("text")
    facilities = ArrayField("text")
    audience = ArrayField("text")
    capacity = fields.IntField(null=True)
    is_accessible = fields.BooleanField(default=False)
    status = fields.CharField(16, default="OPEN")
    verified_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    changed_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "station"
        table_description = "Stations"
        indexes = (("area_code", "kind"),)
