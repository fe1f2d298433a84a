"""What feeds and shows the ranking: monthly boards, inspection sheets, hours of service."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from models.tables.event import Content
from models.tables.person import Person
from models.tables.points import Account, Programme, Transaction


class Board(Model):
    """The ranking of a month that is over; its lines never change once it is frozen."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="boards", on_delete=fields.RESTRICT
    )
    month = fields.CharField(7)
    state = fields.CharField(16)
    digest = fields.BinaryField()
    lines = fields.IntField()
    frozen_at = fields.DatetimeField(auto_now_add=True)
    objections_until = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        """Name and comment are pinned."""

        table = "board"
        table_description = "Rankings of months"
        unique_together = (("programme_id", "month"),)


class BoardLine(Model):
    """How many points of merit somebody earned in a month, and the place they have by it."""

    id = fields.BigIntField(primary_key=True)
    board: fields.ForeignKeyRelation[Board] = fields.ForeignKeyField(
        "models.Board", related_name="entries", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="lines", on_delete=fields.RESTRICT
    )
    place = fields.IntField()
    rank = fields.IntField()
    merit = fields.BigIntField()

    class Meta:
        """Name and comment are pinned."""

        table = "board_line"
        table_description = "Lines of rankings, immutable"
        unique_together = (("board_id", "place"), ("account_id", "board_id"))


class Objection(Model):
    """What somebody says against their line while the board is on public notice."""

    id = fields.BigIntField(primary_key=True)
    board: fields.ForeignKeyRelation[Board] = fields.ForeignKeyField(
        "models.Board", related_name="objections", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="objections", on_delete=fields.RESTRICT
    )
    content: fields.ForeignKeyRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="objections", on_delete=fields.RESTRICT
    )
    answer: fields.ForeignKeyNullableRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="answered", null=True, on_delete=fields.RESTRICT
    )
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="answers", null=True, on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "objection"
        table_description = "Objections to rankings"
        unique_together = (("board_id", "person_id"),)


class Inspection(Model):
    """A sheet of an inspector for a month and a natural village."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="inspections", on_delete=fields.RESTRICT
    )
    area_code = fields.CharField(16)
    month = fields.CharField(7)
    natural_village = fields.CharField(64)
    inspector: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="inspections", on_delete=fields.RESTRICT
    )
    state = fields.CharField(16)
    reviewer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="reviews", null=True, on_delete=fields.RESTRICT
    )
    submitted_at = fields.DatetimeField(auto_now_add=True)
    reviewed_at = fields.DatetimeField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "inspection"
        table_description = "Sheets of inspectors"
        indexes = (("area_code", "id"), ("programme_id",), ("inspector_id",))


class InspectionItem(Model):
    """What an inspector saw of a household, more or less by a rule, with photos."""

    id = fields.BigIntField(primary_key=True)
    inspection: fields.ForeignKeyRelation[Inspection] = fields.ForeignKeyField(
        "models.Inspection", related_name="items", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="inspected", on_delete=fields.RESTRICT
    )
    rule_code = fields.CharField(32)
    points = fields.IntField()
    content: fields.ForeignKeyNullableRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="inspection_items", null=True, on_delete=fields.RESTRICT
    )
    photo_ids = ArrayField("bigint")

    class Meta:
        """Name and comment are pinned."""

        table = "inspection_item"
        table_description = "Items of sheets, immutable"
        indexes = (("inspection_id",), ("person_id",))


class Service(Model):
    """Hours of voluntary service that somebody put down, and somebody else confirms."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="services", on_delete=fields.RESTRICT
    )
    area_code = fields.CharField(16)
    rule_code = fields.CharField(32)
    served_on = fields.DateField()
    minutes = fields.IntField()
    content: fields.ForeignKeyRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="services", on_delete=fields.RESTRICT
    )
    state = fields.CharField(16)
    decided_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="decided_services", null=True, on_delete=fields.RESTRICT
    )
    transaction: fields.ForeignKeyNullableRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="services", null=True, on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "service"
        table_description = "Hours of voluntary service"
        indexes = (("person_id", "id"), ("area_code", "state", "id"))
