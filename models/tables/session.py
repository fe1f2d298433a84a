"""Where people are signed in."""

from tortoise import fields
from tortoise.models import Model

from models.tables.person import Person


class Session(Model):
    """A sign-in on one device; its row is deleted when it ends.

    Its refresh tokens are one family: of what they have in common only the SHA-256 is kept, and
    `generation` counts how often they were renewed.
    """

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="sessions", on_delete=fields.RESTRICT
    )
    family_hash = fields.BinaryField()
    generation = fields.IntField(default=1)
    device = fields.CharField(128)
    started_at = fields.DatetimeField()
    used_at = fields.DatetimeField()

    class Meta:
        """Name and comment are pinned."""

        table = "session"
        table_description = "Where people are signed in"
        indexes = (("person_id", "id"),)
