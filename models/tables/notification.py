"""The inbox: what people were told."""

from tortoise import fields
from tortoise.models import Model

from models.tables.person import Person


class Notification(Model):
    """That a person was told of a change; the text is ours and quotes nobody."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="notifications", on_delete=fields.RESTRICT
    )
    topic = fields.CharField(16)
    thing_id = fields.BigIntField()
    title = fields.CharField(128)
    at = fields.DatetimeField(auto_now_add=True)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "notification"
        table_description = "What people were told"
        indexes = (("person_id", "id"),)
