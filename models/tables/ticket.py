"""Tickets: what was reported, who reported it, and the photos beside it."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from models.tables.file import File
from models.tables.person import Person, Unit


class Ticket(Model):
    """A ticket as it stands now; its history is in its events.

    `box` is the square of the map it lies in, `rank` its place in the order of what is due, and
    `terms` what its text is found by.
    """

    id = fields.BigIntField(primary_key=True)
    number = fields.CharField(15, unique=True)
    state = fields.CharField(16)
    version = fields.IntField()
    round = fields.IntField()
    category = fields.CharField(32)
    urgency = fields.CharField(16)
    source = fields.CharField(16)
    area_code = fields.CharField(16)
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    box = fields.BigIntField()
    address = fields.CharField(128, null=True)
    text = fields.TextField()
    terms = ArrayField("text")
    is_anonymous = fields.BooleanField()
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="tickets", null=True, on_delete=fields.RESTRICT
    )
    assignee: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="assigned_tickets", null=True, on_delete=fields.RESTRICT
    )
    resolver: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="resolved_tickets", null=True, on_delete=fields.RESTRICT
    )
    merged_into: fields.ForeignKeyNullableRelation["Ticket"] = fields.ForeignKeyField(
        "models.Ticket", related_name="merged", null=True, on_delete=fields.RESTRICT
    )
    returns = fields.IntField()
    is_bound = fields.BooleanField()
    is_appealed = fields.BooleanField()
    extension = fields.CharField(16, null=True)
    extension_days = fields.IntField(null=True)
    calls = fields.IntField()
    rank = fields.BigIntField()
    submitted_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    resolve_due_at = fields.DatetimeField(null=True)
    paused_at = fields.DatetimeField(null=True)
    contacted_at = fields.DatetimeField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    urged_at = fields.DatetimeField(null=True)
    is_solved = fields.BooleanField(null=True)
    satisfaction = fields.IntField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "ticket"
        table_description = "Tickets"
        indexes = (
            ("category", "box", "submitted_at"),
            ("state", "rank", "id"),
            ("category", "rank", "id"),
            ("unit_id", "rank", "id"),
            ("submitted_at", "id"),
        )


class TicketReporter(Model):
    """Who reported a ticket, first or with others.

    Who did so anonymously is sealed (models/cipher.py) and found by a blind index; a name stands
    there only for those who gave it.
    """

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "models.Ticket", related_name="reporters", on_delete=fields.RESTRICT
    )
    is_first = fields.BooleanField()
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="reported_tickets", null=True, on_delete=fields.RESTRICT
    )
    sealed = fields.BinaryField(null=True)
    sealed_index = fields.BinaryField(null=True)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "ticket_reporter"
        table_description = "Who reported a ticket"
        unique_together = (("ticket_id", "person_id"), ("ticket_id", "sealed_index"))
        indexes = (("person_id", "ticket_id"), ("sealed_index", "ticket_id"))


class TicketPhoto(Model):
    """A photo that came with a version of a ticket."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "models.Ticket", related_name="photos", on_delete=fields.RESTRICT
    )
    version = fields.IntField()
    file: fields.ForeignKeyRelation[File] = fields.ForeignKeyField(
        "models.File", related_name="ticket_photos", on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "ticket_photo"
        table_description = "Photos of tickets"
        unique_together = (("ticket_id", "version", "file_id"),)
        indexes = (("file_id",),)
