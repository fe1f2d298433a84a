"""Giving points and taking them back."""

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info
from resolvers.field import shown
from resolvers.node import global_id, key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person import Person

TRANSACTION = "PointsTransaction"


class Written(NamedTuple):
    """A transaction that was written."""

    id: int


def _id(of: strawberry.Parent[Written]) -> strawberry.ID:
    return global_id(TRANSACTION, of.id)


@strawberry.type(description="One movement of points, for ever. 积分交易")
class PointsTransaction:
    """One movement of points."""

    id: strawberry.ID = shown(_id, description="Its id, by which it is reversed. 交易标识")


@strawberry.input(description="Whom to award, by which rule. 计分参数")
class PointsGrantInput:
    """Whom to award, by which rule."""

    person_id: strawberry.ID = strawberry.field(description="To whom. 人员标识")
    rule_code: str = strawberry.field(description="By which rule. 细则代码")
    points: int = strawberry.field(description="How many; negative for a penalty. 分值")
    note: str | None = strawberry.field(default=None, description="Why; at most 200. 事由")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="What to reverse, and why. 冲正参数")
class PointsReverseInput:
    """What to reverse, and why."""

    transaction_id: strawberry.ID = strawberry.field(description="Which. 交易标识")
    reason: str = strawberry.field(description="Why; at most 200. 原因")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a mutation of the ledger gives back."""

    transaction: Written | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `pointsGrant` gives back. 计分结果")
class PointsGrantPayload:
    """What `pointsGrant` gives back."""

    transaction: PointsTransaction | None = strawberry.field(description="The award. 积分交易")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsReverse` gives back. 冲正结果")
class PointsReversePayload:
    """What `pointsReverse` gives back."""

    transaction: PointsTransaction | None = strawberry.field(
        description="The opposite transaction. 冲正交易"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_GRANT, outcome=Moved)
async def points_grant(
    info: Info,
    award: Annotated[
        PointsGrantInput,
        strawberry.argument(name="input", description="Whom, by which rule. 计分参数"),
    ],
) -> Moved:
    """Award points."""
    assert info.context.person_id, "the guard lets in who is signed in"
    person = key_of(award.person_id, Person.__name__)
    if person is None:
        raise Refusal(Code.NOT_FOUND, "未找到该人员", "personId")
    key = await points.grant(
        actor_id=info.context.person_id,
        person_id=person,
        rule_code=award.rule_code,
        points=award.points,
        note=award.note,
        key=award.idempotency_key,
    )
    return Moved(transaction=Written(key))


@guard.needs(Action.POINTS_REVERSE, outcome=Moved)
async def points_reverse(
    info: Info,
    reversal: Annotated[
        PointsReverseInput,
        strawberry.argument(name="input", description="What, and why. 冲正参数"),
    ],
) -> Moved:
    """Reverse an award."""
    assert info.context.person_id, "the guard lets in who is signed in"
    transaction = key_of(reversal.transaction_id, TRANSACTION)
    if transaction is None:
        raise Refusal(Code.NOT_FOUND, "未找到该笔积分", "transactionId")
    key = await points.reverse(
        actor_id=info.context.person_id,
        transaction_id=transaction,
        reason=reversal.reason,
        key=reversal.idempotency_key,
    )
    return Moved(transaction=Written(key))


@strawberry.type
class LedgerMutation:
    """Root fields that move points."""

    points_grant: PointsGrantPayload = guard.mutation(
        points_grant, description="Award points by a rule of the person's programme. 计分"
    )
    points_reverse: PointsReversePayload = guard.mutation(
        points_reverse,
        description="Reverse an award by its opposite; what was spent becomes a debt. 冲正",
    )
