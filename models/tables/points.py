"""Points: programmes, their rules, and a double-entry ledger that is only ever added to."""

from tortoise import fields
from tortoise.models import Model

from models.tables.event import Content
from models.tables.person import Person


class Programme(Model):
    """A scheme of points of its own: nothing ever moves from one programme to another."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(32, unique=True)
    kind = fields.CharField(16)
    name = fields.CharField(64)
    owner_area_code = fields.CharField(16)
    budget_cents = fields.BigIntField(default=0)
    cents_per_point = fields.IntField()
    lot_months = fields.IntField()
    year_grant = fields.IntField(default=0)
    joiners = fields.CharField(16)
    closed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "programme"
        table_description = "Schemes of points"
        indexes = (("owner_area_code",),)


class ProgrammeArea(Model):
    """That the residents of a village belong to a programme; a village has one at most."""

    area_code = fields.CharField(16, primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="areas", on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "programme_area"
        table_description = "The villages of each programme"
        indexes = (("programme_id",),)


class Rule(Model):
    """One version of what earns or costs points; later versions follow, none is changed."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="rules", on_delete=fields.RESTRICT
    )
    code = fields.CharField(32)
    version = fields.IntField()
    name = fields.CharField(64)
    source = fields.CharField(16)
    points_least = fields.IntField()
    points_most = fields.IntField()
    beneficiary = fields.CharField(16)
    needs_evidence = fields.BooleanField()
    reviewer_role = fields.CharField(24, null=True)
    day_cap = fields.IntField(null=True)
    month_cap = fields.IntField(null=True)
    year_cap = fields.IntField(null=True)
    cooldown_days = fields.IntField(default=0)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "rule"
        table_description = "What earns and costs points, in versions"
        unique_together = (("programme_id", "code", "version"),)


class Account(Model):
    """A person's account in a programme, the only rows that are locked, or a system account.

    `merit`, `points` and `debt` are the sums of its entries, `held` of its open holds. System
    accounts keep no balance, or every redemption would queue on one row: theirs is a sum.
    """

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="accounts", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(16)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="accounts", null=True, on_delete=fields.RESTRICT
    )
    merchant_id = fields.BigIntField(null=True)
    merit = fields.BigIntField(default=0)
    points = fields.BigIntField(default=0)
    held = fields.BigIntField(default=0)
    debt = fields.BigIntField(default=0)
    version = fields.IntField(default=1)
    opened_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "account"
        table_description = "Accounts of people, and the system's own"
        indexes = (("person_id",),)


class Transaction(Model):
    """One movement of points, for ever; its entries add up to nothing in each asset."""

    id = fields.BigIntField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="transactions", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(16)
    actor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="transactions", null=True, on_delete=fields.RESTRICT
    )
    rule: fields.ForeignKeyNullableRelation[Rule] = fields.ForeignKeyField(
        "models.Rule", related_name="transactions", null=True, on_delete=fields.RESTRICT
    )
    reverses: fields.ForeignKeyNullableRelation["Transaction"] = fields.ForeignKeyField(
        "models.Transaction", related_name="reversals", null=True, on_delete=fields.RESTRICT
    )
    source = fields.CharField(16, null=True)
    source_id = fields.BigIntField(null=True)
    content: fields.ForeignKeyNullableRelation[Content] = fields.ForeignKeyField(
        "models.Content", related_name="transactions", null=True, on_delete=fields.RESTRICT
    )
    business_day = fields.DateField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "transaction"
        table_description = "Movements of points, immutable"
        indexes = (("programme_id", "business_day"), ("rule_id",))


class Entry(Model):
    """One leg of a transaction: so much more, or less, of an asset on an account."""

    id = fields.BigIntField(primary_key=True)
    transaction: fields.ForeignKeyRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="entries", on_delete=fields.RESTRICT
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="entries", on_delete=fields.RESTRICT
    )
    asset = fields.CharField(8)
    amount = fields.BigIntField()
    business_day = fields.DateField()
    business_month = fields.CharField(7)
    rule_code = fields.CharField(32, null=True)
    household_id = fields.BigIntField(null=True)
    grant_year = fields.IntField(null=True)

    class Meta:
        """Name and comment are pinned."""

        table = "entry"
        table_description = "Legs of transactions, immutable"
        indexes = (("transaction_id",), ("account_id", "id"))


class Lot(Model):
    """Points that came together and expire together; `remaining` is neither spent nor held."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="lots", on_delete=fields.RESTRICT
    )
    transaction: fields.ForeignKeyRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="lots", on_delete=fields.RESTRICT
    )
    amount = fields.BigIntField()
    remaining = fields.BigIntField()
    expires_on = fields.DateField()

    class Meta:
        """Name and comment are pinned."""

        table = "lot"
        table_description = "Points by when they expire"
        indexes = (("transaction_id",),)


class Hold(Model):
    """Points that are put aside until they are spent or given back."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="holds", on_delete=fields.RESTRICT
    )
    amount = fields.BigIntField()
    state = fields.CharField(16)
    transaction: fields.ForeignKeyNullableRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="holds", null=True, on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "hold"
        table_description = "Points put aside"
        indexes = (("account_id", "state"),)


class LotUse(Model):
    """So many points of a lot taken by a hold or a transaction, or given back (negative)."""

    id = fields.BigIntField(primary_key=True)
    lot: fields.ForeignKeyRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name="uses", on_delete=fields.RESTRICT
    )
    amount = fields.BigIntField()
    hold: fields.ForeignKeyNullableRelation[Hold] = fields.ForeignKeyField(
        "models.Hold", related_name="uses", null=True, on_delete=fields.RESTRICT
    )
    transaction: fields.ForeignKeyNullableRelation[Transaction] = fields.ForeignKeyField(
        "models.Transaction", related_name="uses", null=True, on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "lot_use"
        table_description = "What was taken of lots and given back, immutable"
        indexes = (("lot_id",), ("hold_id",), ("transaction_id",))


class Unsealed(Model):
    """A transaction that no seal covers yet."""

    transaction_id = fields.BigIntField(primary_key=True, generated=False)

    class Meta:
        """Name and comment are pinned."""

        table = "unsealed"
        table_description = "Transactions that wait for their seal"


class Seal(Model):
    """The SHA-256 of the seal before and of the canonical bytes of some transactions."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.BinaryField()
    transactions = fields.IntField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "seal"
        table_description = "The chain of seals over the ledger, immutable"


class Sealed(Model):
    """Which seal covers a transaction, and at which place."""

    transaction_id = fields.BigIntField(primary_key=True, generated=False)
    seal: fields.ForeignKeyRelation[Seal] = fields.ForeignKeyField(
        "models.Seal", related_name="covers", on_delete=fields.RESTRICT
    )

    class Meta:
        """Name and comment are pinned."""

        table = "sealed"
        table_description = "The seal of each transaction, immutable"
        indexes = (("seal_id", "transaction_id"),)
