"""Wishes, who claims them, the photos beside them, and what is offered for them."""

from tortoise import fields
from tortoise.models import Model

from models.tables.file import File
from models.tables.person import Person, Unit


class Wish(Model):
    """A wish as it stands now; its history is in its events.

    `phone` and `address`, by which the claimant reaches the wisher, are encrypted
    (models/cipher.py). `box` is the square of the map it lies in, `rank` its place in lists,
    `written_version` the version that brought its present words and photos.
    """

    id = fields.BigIntField(primary_key=True)
    state = fields.CharField(16)
    version = fields.IntField()
    written_version = fields.IntField()
    checked = fields.CharField(16)
    category = fields.CharField(16)
    beneficiary = fields.CharField(16)
    title = fields.CharField(64)
    text = fields.TextField()
    budget_cents = fields.IntField(null=True)
    deadline_on = fields.DateField()
    area_code = fields.CharField(16)
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    box = fields.BigIntField()
    wisher: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="wishes", on_delete=fields.RESTRICT
    )
    helper: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="helped_wishes", null=True, on_delete=fields.RESTRICT
    )
    phone = fields.BinaryField(null=True)
    address = fields.BinaryField(null=True)
    is_thanked = fields.BooleanField(default=False)
    rank = fields.BigIntField()
    due_at = fields.DatetimeField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)
    fulfilled_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "wish"
        table_description = "Wishes"
        indexes = (
            ("rank", "id"),
            ("state", "rank", "id"),
            ("wisher_id", "rank", "id"),
            ("area_code", "state"),
        )


class WishClaim(Model):
    """A claim of a wish by a person, for themself or for a unit; one is active at a time."""

    id = fields.BigIntField(primary_key=True)
    wish: fields.ForeignKeyRelation[Wish] = fields.ForeignKeyField(
        "models.Wish", related_name="claims", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="claimed_wishes", on_delete=fields.RESTRICT
    )
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="claimed_wishes", null=True, on_delete=fields.RESTRICT
    )
    claimed_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(16, null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "wish_claim"
        table_description = "Who claimed which wish"
        indexes = (("wish_id", "id"), ("person_id", "wish_id"))


class WishPhoto(Model):
    """A photo that came with a version of a wish."""

    id = fields.BigIntField(primary_key=True)
    wish: fields.ForeignKeyRelation[Wish] = fields.ForeignKeyField(
        "models.Wish", related_name="photos", on_delete=fields.RESTRICT
    )
    version = fields.IntField()
    file: fields.ForeignKeyRelation[File] = fields.ForeignKeyField(
        "models.File", related_name="wish_photos", on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "wish_photo"
        table_description = "Photos of wishes"
        unique_together = (("wish_id", "version", "file_id"),)
        indexes = (("file_id",),)


class Resource(Model):
    """What somebody offers to those who wish for it."""

    id = fields.BigIntField(primary_key=True)
    state = fields.CharField(16)
    version = fields.IntField()
    category = fields.CharField(16)
    title = fields.CharField(64)
    text = fields.TextField()
    area_code = fields.CharField(16)
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    box = fields.BigIntField()
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="resources", on_delete=fields.RESTRICT
    )
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="resources", null=True, on_delete=fields.RESTRICT
    )
    until_on = fields.DateField()
    rank = fields.BigIntField()
    offered_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "resource"
        table_description = "What is offered for wishes"
        indexes = (("rank", "id"), ("person_id", "rank", "id"))
