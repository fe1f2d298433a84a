"""People, and the offices they hold."""

from tortoise import fields
from tortoise.models import Model


class Person(Model):
    """Somebody the city knows; `development_key` marks those made for development."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(64)
    is_party_member = fields.BooleanField(default=False)
    development_key = fields.CharField(64, null=True, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "person"
        table_description = "People"


class Appointment(Model):
    """A role in an area, from one day to another."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="appointments", on_delete=fields.RESTRICT
    )
    role = fields.CharField(24)
    area_code = fields.CharField(16)
    started_on = fields.DateField()
    ended_on = fields.DateField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "appointment"
        table_description = "Roles that people hold in areas"
        indexes = (("area_code", "role"), ("person_id",))
