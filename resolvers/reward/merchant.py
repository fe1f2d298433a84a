"""Merchants: who asks to take points, who lets them, and who pays them."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import reward
from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.place import PointInput
from resolvers.points.shape import PointsProgramme
from resolvers.reward.shape import Merchant
from resolvers.station import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What a mutation of a merchant gives back."""

    merchant: reward.Merchant | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="Who wants to take points, and where. 申请商户参数")
class MerchantApplyInput:
    """Who wants to take points, and where."""

    area_code: str = strawberry.field(description="The village, or an area within. 区划代码")
    name: str = strawberry.field(description="The name; at most 64. 名称")
    address: str = strawberry.field(description="The address; at most 128. 地址")
    point: PointInput = strawberry.field(description="Where it is. 坐标")
    station_id: strawberry.ID | None = strawberry.field(
        default=None, description="The love station that it is, if any. 阵地标识"
    )
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to let. 审核商户参数")
class MerchantApproveInput:
    """Which to let."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to refuse. 审核商户参数")
class MerchantRefuseInput:
    """Which to refuse."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Whom to settle, for which month. 商户结算参数")
class MerchantSettleInput:
    """Whom to settle, for which month."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    programme_id: strawberry.ID = strawberry.field(description="By which programme. 积分项目标识")
    month: str = strawberry.field(description="A month that is over, like 2026-11. 月份")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `merchantApply` gives back. 申请商户结果")
class MerchantApplyPayload:
    """What `merchantApply` gives back."""

    merchant: Merchant | None = strawberry.field(description="The merchant. 商户")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `merchantApprove` gives back. 审核商户结果")
class MerchantApprovePayload:
    """What `merchantApprove` gives back."""

    merchant: Merchant | None = strawberry.field(description="The merchant. 商户")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `merchantRefuse` gives back. 审核商户结果")
class MerchantRefusePayload:
    """What `merchantRefuse` gives back."""

    merchant: Merchant | None = strawberry.field(description="The merchant. 商户")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `merchantSettle` gives back. 商户结算结果")
class MerchantSettlePayload:
    """What `merchantSettle` gives back."""

    merchant: Merchant | None = strawberry.field(description="The merchant. 商户")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.MERCHANT_APPLY, outcome=Traded)
async def merchant_apply(
    info: Info,
    asked: Annotated[
        MerchantApplyInput,
        strawberry.argument(
            name="input", description="Who wants to take points, and where. 申请商户参数"
        ),
    ],
) -> Traded:
    """Ask to take points."""
    actor = guard.signed_in(info)
    station_id = None
    if asked.station_id is not None:
        station_id = key_of(asked.station_id, Station.__name__)
        if station_id is None:
            raise Refusal(Code.NOT_FOUND, "未找到该阵地", "stationId")
    key = await reward.apply(
        actor_id=actor,
        area_code=asked.area_code,
        name=asked.name,
        address=asked.address,
        point=asked.point.point(),
        station_id=station_id,
        key=asked.idempotency_key,
    )
    return await _traded(key, actor)


@guard.needs(Action.MERCHANT_APPROVE, outcome=Traded)
async def merchant_approve(
    info: Info,
    asked: Annotated[
        MerchantApproveInput,
        strawberry.argument(name="input", description="Which to let. 审核商户参数"),
    ],
) -> Traded:
    """Let a merchant take points."""
    actor = guard.signed_in(info)
    key = await reward.decide(
        actor_id=actor,
        merchant_id=_key(asked.merchant_id),
        approves=True,
        key=asked.idempotency_key,
    )
    return await _traded(key, actor)


@guard.needs(Action.MERCHANT_APPROVE, outcome=Traded)
async def merchant_refuse(
    info: Info,
    asked: Annotated[
        MerchantRefuseInput,
        strawberry.argument(name="input", description="Which to refuse. 审核商户参数"),
    ],
) -> Traded:
    """Refuse a merchant."""
    actor = guard.signed_in(info)
    key = await reward.decide(
        actor_id=actor,
        merchant_id=_key(asked.merchant_id),
        approves=False,
        key=asked.idempotency_key,
    )
    return await _traded(key, actor)


@guard.needs(Action.POINTS_SETTLE, outcome=Traded)
async def merchant_settle(
    info: Info,
    asked: Annotated[
        MerchantSettleInput,
        strawberry.argument(
            name="input", description="Whom to settle, for which month. 商户结算参数"
        ),
    ],
) -> Traded:
    """Settle a month."""
    actor = guard.signed_in(info)
    programme_id = key_of(asked.programme_id, PointsProgramme.__name__)
    if programme_id is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    merchant_id = _key(asked.merchant_id)
    await reward.settle(
        actor_id=actor,
        merchant_id=merchant_id,
        programme_id=programme_id,
        month=asked.month,
        key=asked.idempotency_key,
    )
    return await _traded(merchant_id, actor)


def _key(merchant_id: strawberry.ID) -> int:
    key = key_of(merchant_id, Merchant.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
    return key


async def _traded(key: int, viewer: int) -> Traded:
    return Traded(merchant=await reward.merchant(key, viewer_id=viewer))


@strawberry.type
class MerchantMutation:
    """Root fields that change merchants."""

    merchant_apply: MerchantApplyPayload = guard.mutation(
        merchant_apply, description="Ask to take points as a merchant. 申请商户"
    )
    merchant_approve: MerchantApprovePayload = guard.mutation(
        merchant_approve, description="Let a merchant of one's area take points. 通过商户"
    )
    merchant_refuse: MerchantRefusePayload = guard.mutation(
        merchant_refuse, description="Refuse a merchant of one's area. 退回商户"
    )
    merchant_settle: MerchantSettlePayload = guard.mutation(
        merchant_settle,
        description="Say that a merchant was paid for a month that is over. 商户结算",
    )
