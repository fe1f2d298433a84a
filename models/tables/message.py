"""Messages to phones, and the consents that they use up."""

from tortoise import fields
from tortoise.models import Model

from models.tables.notification import Notification
from models.tables.person import Person


class MessageConsent(Model):
    """That a person takes one message of a template; `used_at` once one was planned for it."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="message_consents", on_delete=fields.RESTRICT
    )
    template = fields.CharField(32)
    at = fields.DatetimeField(auto_now_add=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "message_consent"
        table_description = "Consents to one message each"


class Message(Model):
    """A message that tells a person on the phone of a notification."""

    id = fields.BigIntField(primary_key=True)
    notification: fields.OneToOneRelation[Notification] = fields.OneToOneField(
        "models.Notification", related_name="message", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="messages", on_delete=fields.RESTRICT
    )
    template = fields.CharField(32)
    consent: fields.OneToOneNullableRelation[MessageConsent] = fields.OneToOneField(
        "models.MessageConsent", related_name="message", null=True, on_delete=fields.RESTRICT
    )
    state = fields.CharField(16)
    due_at = fields.DatetimeField()
    taken_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    attempts = fields.IntField()
    errcode = fields.IntField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "message"
        table_description = "Messages to phones"
        indexes = (("person_id",),)
