"""Stations: the places where the city serves people."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from models.tables.file import File
from models.tables.person import Person


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


class StationPhoto(Model):
    """A photo of a station; those of one station are shown in the order of `place`."""

    id = fields.BigIntField(primary_key=True)
    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="photos", on_delete=fields.RESTRICT
    )
    file: fields.OneToOneRelation[File] = fields.OneToOneField(
        "models.File", related_name="station_photo", on_delete=fields.RESTRICT
    )
    place = fields.SmallIntField()

    class Meta:
        """Name and comment are pinned."""

        table = "station_photo"
        table_description = "Photos of stations"
        unique_together = (("station_id", "place"),)


class StationOccupancy(Model):
    """How many people are checked in at a station: the row that check-ins lock.

    `version` grows with every check-in and check-out; `is_told` once an event has told of it.
    """

    id = fields.BigIntField(primary_key=True)
    station: fields.OneToOneRelation[Station] = fields.OneToOneField(
        "models.Station", related_name="occupancy", on_delete=fields.RESTRICT
    )
    people = fields.IntField(default=0)
    version = fields.IntField(default=0)
    is_told = fields.BooleanField(default=True)

    class Meta:
        """Name and comment are pinned."""

        table = "station_occupancy"
        table_description = "How many people are checked in at a station"


class StationVisit(Model):
    """That somebody checked in at a station; it ends by itself at `ends_at`."""

    id = fields.BigIntField(primary_key=True)
    station: fields.ForeignKeyRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="visits", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="visits", on_delete=fields.RESTRICT
    )
    entered_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "station_visit"
        table_description = "Check-ins of people at stations"
        indexes = (("person_id",), ("left_at",))


class StationImport(Model):
    """That somebody imported a table of stations, and how many of its rows did what."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="station_imports", on_delete=fields.RESTRICT
    )
    rows = fields.IntField()
    created = fields.IntField()
    changed = fields.IntField()
    moved = fields.IntField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "station_import"
        table_description = "Imports of tables of stations"
