"""Offers: made and changed by merchants, opened by the programme's owner."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import strawberry

from models import reward
from models.access import Action
from models.errors import Code, Refusal
from models.reward import Terms
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.points.shape import PointsProgramme
from resolvers.reward.offer_input import (
    RewardApproveInput,
    RewardChangeInput,
    RewardCloseInput,
    RewardCreateInput,
    RewardRefuseInput,
    RewardRestockInput,
    RewardSubmitInput,
)
from resolvers.reward.shape import Merchant, Reward

Record: TypeAlias = reward.Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a mutation of an offer gives back."""

    reward: Record | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `rewardCreate` gives back. 发布结果")
class RewardCreatePayload:
    """What `rewardCreate` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardSubmit` gives back. 提交结果")
class RewardSubmitPayload:
    """What `rewardSubmit` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardApprove` gives back. 审核结果")
class RewardApprovePayload:
    """What `rewardApprove` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardRefuse` gives back. 审核结果")
class RewardRefusePayload:
    """What `rewardRefuse` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardChange` gives back. 修改结果")
class RewardChangePayload:
    """What `rewardChange` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardRestock` gives back. 补货结果")
class RewardRestockPayload:
    """What `rewardRestock` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `rewardClose` gives back. 下架结果")
class RewardClosePayload:
    """What `rewardClose` gives back."""

    reward: Reward | None = strawberry.field(description="The offer. 兑换项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.REWARD_OFFER, outcome=Offered)
async def reward_create(
    info: Info,
    asked: Annotated[
        RewardCreateInput,
        strawberry.argument(
            name="input", description="What to offer, by whom, for whose points. 发布参数"
        ),
    ],
) -> Offered:
    """Offer something."""
    actor = guard.signed_in(info)
    merchant_id = key_of(asked.merchant_id, Merchant.__name__)
    if merchant_id is None:
        raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
    programme_id = key_of(asked.programme_id, PointsProgramme.__name__)
    if programme_id is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    key = await reward.create(
        actor_id=actor,
        merchant_id=merchant_id,
        programme_id=programme_id,
        terms=_terms(asked),
        stock=asked.stock,
        is_draft=asked.is_draft,
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_OFFER, outcome=Offered)
async def reward_submit(
    info: Info,
    asked: Annotated[
        RewardSubmitInput,
        strawberry.argument(name="input", description="Which to submit. 提交参数"),
    ],
) -> Offered:
    """Ask for approval."""
    actor = guard.signed_in(info)
    key = await reward.submit(
        actor_id=actor,
        reward_id=_key(asked.reward_id),
        version=asked.version,
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_APPROVE, outcome=Offered)
async def reward_approve(
    info: Info,
    asked: Annotated[
        RewardApproveInput,
        strawberry.argument(name="input", description="Which to open. 审核参数"),
    ],
) -> Offered:
    """Open an offer."""
    actor = guard.signed_in(info)
    key = await reward.approve(
        actor_id=actor,
        reward_id=_key(asked.reward_id),
        version=asked.version,
        approves=True,
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_APPROVE, outcome=Offered)
async def reward_refuse(
    info: Info,
    asked: Annotated[
        RewardRefuseInput,
        strawberry.argument(name="input", description="Which to refuse. 审核参数"),
    ],
) -> Offered:
    """Refuse an offer."""
    actor = guard.signed_in(info)
    key = await reward.approve(
        actor_id=actor,
        reward_id=_key(asked.reward_id),
        version=asked.version,
        approves=False,
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_OFFER, outcome=Offered)
async def reward_change(
    info: Info,
    asked: Annotated[
        RewardChangeInput,
        strawberry.argument(name="input", description="What it shall say. 修改参数"),
    ],
) -> Offered:
    """Change an offer."""
    actor = guard.signed_in(info)
    key = await reward.change(
        actor_id=actor,
        reward_id=_key(asked.reward_id),
        version=asked.version,
        terms=_terms(asked),
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_OFFER, outcome=Offered)
async def reward_restock(
    info: Info,
    asked: Annotated[
        RewardRestockInput,
        strawberry.argument(name="input", description="How many to put in. 补货参数"),
    ],
) -> Offered:
    """Put more in."""
    actor = guard.signed_in(info)
    key = await reward.restock(
        actor_id=actor,
        reward_id=_key(asked.reward_id),
        count=asked.count,
        key=asked.idempotency_key,
    )
    return await _offered(key, actor)


@guard.needs(Action.REWARD_OFFER, outcome=Offered)
async def reward_close(
    info: Info,
    asked: Annotated[
        RewardCloseInput, strawberry.argument(name="input", description="Which to end. 下架参数")
    ],
) -> Offered:
    """End an offer."""
    actor = guard.signed_in(info)
    key = await reward.close(
        actor_id=actor, reward_id=_key(asked.reward_id), key=asked.idempotency_key
    )
    return await _offered(key, actor)


def _key(reward_id: strawberry.ID) -> int:
    key = key_of(reward_id, Reward.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该兑换项目", "rewardId")
    return key


def _terms(asked: RewardCreateInput | RewardChangeInput) -> Terms:
    return Terms(
        channel=asked.channel,
        title=asked.title,
        price_points=asked.price_points,
        person_limit=asked.person_limit,
        opens_at=asked.opens_at,
        closes_at=asked.closes_at,
    )


async def _offered(key: int, viewer: int) -> Offered:
    return Offered(reward=await reward.reward(key, viewer_id=viewer))


@strawberry.type
class OfferMutation:
    """Root fields that change offers."""

    reward_create: RewardCreatePayload = guard.mutation(
        reward_create,
        description="Offer something for points; unless it is a draft, it waits for approval."
        " 发布兑换项目",
    )
    reward_submit: RewardSubmitPayload = guard.mutation(
        reward_submit,
        description="Submit a draft, or what was refused, for approval. 提交兑换项目",
    )
    reward_approve: RewardApprovePayload = guard.mutation(
        reward_approve,
        description="Open an offer of one's programme as it was seen. 通过兑换项目",
    )
    reward_refuse: RewardRefusePayload = guard.mutation(
        reward_refuse,
        description="Refuse an offer of one's programme as it was seen. 退回兑换项目",
    )
    reward_change: RewardChangePayload = guard.mutation(
        reward_change,
        description="Change an offer; unless it is a draft, it waits for approval again."
        " 修改兑换项目",
    )
    reward_restock: RewardRestockPayload = guard.mutation(
        reward_restock, description="Put more of an offer in. 补充库存"
    )
    reward_close: RewardClosePayload = guard.mutation(
        reward_close, description="End an offer; its vouchers stay good. 下架兑换项目"
    )
