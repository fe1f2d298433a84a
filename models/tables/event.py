"""Events, the texts they refer to, and the way they take to those who watch."""

from tortoise import fields
from tortoise.models import Model

from models.tables.person import Person


class Content(Model):
    """Free text and personal data of an event; the only part that can be redacted."""

    id = fields.BigIntField(primary_key=True)
    body: fields.JSONField[object] = fields.JSONField(null=True)
    redacted_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "content"
        table_description = "Texts that events refer to"


class Event(Model):
    """One change, for ever: a trigger refuses to update, delete or truncate."""

    id = fields.BigIntField(primary_key=True)
    topic = fields.CharField(16)
    thing_id = fields.BigIntField()
    area_code = fields.CharField(16)
    version = fields.IntField()
    actor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    kind = fields.CharField(32)
    facts: fields.JSONField[object] = fields.JSONField()
    content: fields.ForeignKeyNullableRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="events", null=True, on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "event"
        table_description = "Immutable record of every change"
        unique_together = (("topic", "thing_id", "version"),)


class Outbox(Model):
    """An event that the relay has not yet put on the number line."""

    id = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "models.Event", related_name="outbox", on_delete=fields.RESTRICT
    )
    area_code = fields.CharField(16)

    class Meta:
        """Name and comment are pinned."""

        table = "outbox"
        table_description = "Events waiting for their position; one row for each area they touch"


class Feed(Model):
    """One number line for the city, without gaps."""

    position = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "models.Event", related_name="feed", on_delete=fields.RESTRICT
    )
    topic = fields.CharField(16)
    area_code = fields.CharField(16)
    at = fields.DatetimeField()

    class Meta:
        """Name and comment are pinned."""

        table = "feed"
        table_description = "Events in the order in which they are delivered"
        indexes = (("area_code", "position"), ("event_id",), ("at",))


class Lease(Model):
    """Who does a job that only one process may do at a time, and until when."""

    name = fields.CharField(32, primary_key=True)
    holder = fields.CharField(64)
    until = fields.DatetimeField()

    class Meta:
        """Name and comment are pinned."""

        table = "lease"
        table_description = "Jobs that one process does at a time"
