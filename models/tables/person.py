"""People, where they live, and the offices they hold in areas and units."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Person(Model):
    """Somebody the city knows; `development_key` marks those made for development.

    Who signs in by WeChat has an openid, who only stands in a roster has none. Openid, phone and
    identity number are encrypted (models/cipher.py), and found by their blind indexes. A roster
    row that somebody claimed is `claimed_by` that person, and is nobody any more.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(64)
    is_party_member = fields.BooleanField(default=False)
    development_key = fields.CharField(64, null=True, unique=True)
    openid = fields.BinaryField(null=True)
    openid_index = fields.BinaryField(null=True)
    phone = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    phone_verified_at = fields.DatetimeField(null=True)
    identity_number = fields.BinaryField(null=True)
    identity_number_index = fields.BinaryField(null=True)
    claimed_by: fields.ForeignKeyNullableRelation["Person"] = fields.ForeignKeyField(
        "models.Person", related_name="claims", null=True, on_delete=fields.RESTRICT
    )
    banned_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "person"
        table_description = "People"


class Household(Model):
    """A home in a micro-grid; its address is encrypted."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    area_code = fields.CharField(16)
    address = fields.BinaryField(null=True)
    head: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="households", null=True, on_delete=fields.RESTRICT
    )
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "household"
        table_description = "Homes"
        indexes = (("area_code", "code"), ("head_id",))


class Residence(Model):
    """That a person lives, or lived, in a micro-grid: asked for, then confirmed or refused.

    While it is pending it holds what was asked for: the name, and the encrypted address and
    identity number. A decision moves them to the person and the household, or clears them.
    """

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="residences", on_delete=fields.RESTRICT
    )
    household: fields.ForeignKeyNullableRelation[Household] = fields.ForeignKeyField(
        "models.Household", related_name="residences", null=True, on_delete=fields.RESTRICT
    )
    area_code = fields.CharField(16)
    state = fields.CharField(16)
    name = fields.CharField(64, null=True)
    address = fields.BinaryField(null=True)
    identity_number = fields.BinaryField(null=True)
    reason = fields.CharField(200, null=True)
    started_on = fields.DateField(null=True)
    ended_on = fields.DateField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="decided_residences", null=True, on_delete=fields.RESTRICT
    )
    decided_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "residence"
        table_description = "Who lives where, with history"
        indexes = (("household_id",), ("decided_by_id",))


class Unit(Model):
    """A department, a town's office, a stationed unit, a village or another body, in one tree."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    kind = fields.CharField(16)
    name = fields.CharField(64)
    area_code = fields.CharField(16)
    parent: fields.ForeignKeyNullableRelation["Unit"] = fields.ForeignKeyField(
        "models.Unit", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    duties = ArrayField("text")
    closed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "unit"
        table_description = "Bodies that serve the city"
        indexes = (("parent_id", "code"), ("area_code", "kind"))


class Appointment(Model):
    """A role in an area, or in a unit and its area, from one day to another."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="appointments", on_delete=fields.RESTRICT
    )
    role = fields.CharField(24)
    area_code = fields.CharField(16)
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="appointments", null=True, on_delete=fields.RESTRICT
    )
    started_on = fields.DateField()
    ended_on = fields.DateField(null=True)
    started_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="started_appointments", null=True, on_delete=fields.RESTRICT
    )
    ended_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="ended_appointments", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "appointment"
        table_description = "Roles that people hold in areas and units"
        indexes = (("area_code", "role"), ("person_id",), ("unit_id", "role"))
