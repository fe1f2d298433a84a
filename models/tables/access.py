"""Who read what is protected, and which requests were answered already."""

from tortoise import fields
from tortoise.models import Model

from models.tables.event import Content
from models.tables.person import Person


class Access(Model):
    """That somebody read what is protected of a person, for ever; the reason is in `content`."""

    id = fields.BigIntField(primary_key=True)
    reader: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="reads", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="accesses", on_delete=fields.RESTRICT
    )
    columns = fields.CharField(64)
    content: fields.ForeignKeyRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="accesses", on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "access"
        table_description = "Immutable log of reads of protected columns"
        indexes = (("person_id", "id"), ("reader_id", "id"))


class Once(Model):
    """An idempotency key, what was asked with it, and the answer: a result's id or a refusal."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="requests", on_delete=fields.RESTRICT
    )
    operation = fields.CharField(48)
    key = fields.CharField(255)
    asked = fields.BinaryField()
    result_id = fields.BigIntField(null=True)
    refusal: fields.JSONField[object] = fields.JSONField(null=True)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "once"
        table_description = "Requests that are carried out once only"
        unique_together = (("person_id", "operation", "key"),)
        indexes = (("at",),)
