"""Rewards: merchants, what they offer for points, vouchers, and what merchants were paid."""

from tortoise import fields
from tortoise.models import Model

from models.tables.event import Content
from models.tables.person import Person
from models.tables.points import Account, Hold, Programme, Transaction
from models.tables.station import Station


class Merchant(Model):
    """Somebody who takes points: applied for, then approved or refused."""

    id = fields.BigIntField(primary_key=True)
    area_code = fields.CharField(16)
    name = fields.CharField(64)
    address = fields.CharField(128)
    station: fields.ForeignKeyNullableRelation[Station] = fields.ForeignKeyField(
        "models.Station", related_name="merchants", null=True, on_delete=fields.RESTRICT
    )
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    state = fields.CharField(16)
    applied_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="merchants", null=True, on_delete=fields.RESTRICT
    )
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "merchant"
        table_description = "Who takes points"
        indexes = (("area_code", "id"), ("station_id",), ("applied_by_id",))


class MerchantMember(Model):
    """That a person acts for a merchant."""

    id = fields.BigIntField(primary_key=True)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="members", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="memberships", on_delete=fields.RESTRICT
    )
    is_owner = fields.BooleanField(default=False)

    class Meta:
        """Name and comment are pinned."""

        table = "merchant_member"
        table_description = "Who acts for a merchant"
        unique_together = (("merchant_id", "person_id"),)
        indexes = (("person_id",),)


class Reward(Model):
    """Something offered for points; of `stocked`, all ever put in, `stock` is left."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="rewards", on_delete=fields.RESTRICT
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="rewards", on_delete=fields.RESTRICT
    )
    channel = fields.CharField(8)
    title = fields.CharField(64)
    price_points = fields.IntField()
    stock = fields.IntField()
    stocked = fields.BigIntField()
    person_limit = fields.IntField(null=True)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    state = fields.CharField(16)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "reward"
        table_description = "What is offered for points"
        indexes = (("programme_id",), ("merchant_id",))


class Voucher(Model):
    """Somebody's right to an offer; its code is never stored, only the code's SHA-256."""

    id = fields.BigIntField(primary_key=True)
    reward: fields.ForeignKeyRelation[Reward] = fields.ForeignKeyField(
        "models.Reward", related_name="vouchers", on_delete=fields.RESTRICT
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="vouchers", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="vouchers", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="vouchers", on_delete=fields.RESTRICT
    )
    hold: fields.ForeignKeyRelation[Hold] = fields.ForeignKeyField(
        "models.Hold", related_name="vouchers", on_delete=fields.RESTRICT
    )
    code_digest = fields.BinaryField()
    price_points = fields.IntField()
    state = fields.CharField(16)
    issued_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="verified_vouchers", null=True, on_delete=fields.RESTRICT
    )
    transaction: fields.ForeignKeyNullableRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="vouchers", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "voucher"
        table_description = "Rights to offers"
        indexes = (("person_id", "id"), ("account_id",), ("reward_id", "person_id"))


class VoucherFlag(Model):
    """Something odd about the use of a voucher, for those who look into it."""

    id = fields.BigIntField(primary_key=True)
    voucher: fields.ForeignKeyRelation[Voucher] = fields.ForeignKeyField(
        "models.Voucher", related_name="flags", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(16)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "voucher_flag"
        table_description = "What was odd when a voucher was used, immutable"
        unique_together = (("voucher_id", "kind"),)


class VoucherReview(Model):
    """That somebody looked into what was odd about the use of a voucher."""

    id = fields.BigIntField(primary_key=True)
    voucher: fields.ForeignKeyRelation[Voucher] = fields.ForeignKeyField(
        "models.Voucher", related_name="reviews", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="voucher_reviews", on_delete=fields.RESTRICT
    )
    outcome = fields.CharField(16)
    content: fields.ForeignKeyRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="voucher_reviews", on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "voucher_review"
        table_description = "Who looked into odd uses of vouchers, immutable"
        indexes = (("person_id",), ("content_id",))


class VoucherAttempt(Model):
    """How many codes a person tried that were none, since when."""

    person_id = fields.BigIntField(primary_key=True, generated=False)
    since = fields.DatetimeField()
    attempts = fields.IntField()

    class Meta:
        """Name and comment are pinned."""

        table = "voucher_attempt"
        table_description = "Wrong codes, counted by person"


class Settlement(Model):
    """That a merchant was paid for a month's redemptions of a programme."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="settlements", on_delete=fields.RESTRICT
    )
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name="settlements", on_delete=fields.RESTRICT
    )
    month = fields.CharField(7)
    points = fields.BigIntField()
    cents = fields.BigIntField()
    transaction: fields.ForeignKeyRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="settlements", on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "settlement"
        table_description = "What merchants were paid, immutable"
        unique_together = (("programme_id", "merchant_id", "month"),)
        indexes = (("merchant_id",), ("transaction_id",))


class BudgetAlarm(Model):
    """That those in charge were told how near a programme's budget is to its end."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="budget_alarms", on_delete=fields.RESTRICT
    )
    year = fields.IntField()
    budget_cents = fields.BigIntField()
    alarm = fields.CharField(16)
    used_percent = fields.IntField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "budget_alarm"
        table_description = "Budgets that were told of, once a threshold, immutable"
        unique_together = (("programme_id", "year", "budget_cents", "alarm"),)
