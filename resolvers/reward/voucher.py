"""Vouchers: redeemed, verified, given back."""

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
from resolvers.reward.shape import Reward, Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What a mutation of a voucher gives back."""

    voucher: reward.Voucher | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="What to redeem. 兑换参数")
class RewardRedeemInput:
    """What to redeem."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="The code, and where it is verified. 核销参数")
class VoucherVerifyInput:
    """The code, and where it is verified."""

    code: str = strawberry.field(description="What the customer shows. 核销码")
    point: PointInput | None = strawberry.field(
        default=None, description="Where the phone is, if it says so. 核销位置"
    )
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to give back. 取消参数")
class VoucherCancelInput:
    """Which to give back."""

    voucher_id: strawberry.ID = strawberry.field(description="Which voucher. 兑换券标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which verification to take back, and why. 撤销参数")
class VoucherUndoInput:
    """Which verification to take back, and why."""

    voucher_id: strawberry.ID = strawberry.field(description="Which voucher. 兑换券标识")
    reason: str = strawberry.field(description="Why; at most 200. 原因")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `rewardRedeem` gives back. 兑换结果")
class RewardRedeemPayload:
    """What `rewardRedeem` gives back."""

    voucher: Voucher | None = strawberry.field(description="The voucher. 兑换券")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `voucherVerify` gives back. 核销结果")
class VoucherVerifyPayload:
    """What `voucherVerify` gives back."""

    voucher: Voucher | None = strawberry.field(description="The voucher. 兑换券")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `voucherCancel` gives back. 核销结果")
class VoucherCancelPayload:
    """What `voucherCancel` gives back."""

    voucher: Voucher | None = strawberry.field(description="The voucher. 兑换券")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `voucherUndo` gives back. 核销结果")
class VoucherUndoPayload:
    """What `voucherUndo` gives back."""

    voucher: Voucher | None = strawberry.field(description="The voucher. 兑换券")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.REWARD_REDEEM, outcome=Vouched)
async def reward_redeem(
    info: Info,
    asked: Annotated[
        RewardRedeemInput,
        strawberry.argument(name="input", description="What to redeem. 兑换参数"),
    ],
) -> Vouched:
    """Redeem points."""
    actor = guard.signed_in(info)
    key = key_of(asked.reward_id, Reward.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该兑换项目", "rewardId")
    made = await reward.redeem(person_id=actor, reward_id=key, key=asked.idempotency_key)
    return Vouched(voucher=made)


@guard.needs(Action.VOUCHER_VERIFY, outcome=Vouched)
async def voucher_verify(
    info: Info,
    asked: Annotated[
        VoucherVerifyInput,
        strawberry.argument(
            name="input", description="The code, and where it is verified. 核销参数"
        ),
    ],
) -> Vouched:
    """Verify a voucher."""
    actor = guard.signed_in(info)
    key = await reward.verify(
        actor_id=actor,
        code=asked.code,
        point=asked.point.point() if asked.point else None,
        key=asked.idempotency_key,
    )
    return await _vouched(key, actor)


@guard.needs(Action.VOUCHER_CANCEL, outcome=Vouched)
async def voucher_cancel(
    info: Info,
    asked: Annotated[
        VoucherCancelInput,
        strawberry.argument(name="input", description="Which to give back. 取消参数"),
    ],
) -> Vouched:
    """Give a voucher back."""
    actor = guard.signed_in(info)
    voucher_id = _key(asked.voucher_id)
    key = await reward.cancel(actor_id=actor, voucher_id=voucher_id, key=asked.idempotency_key)
    return await _vouched(key, actor)


@guard.needs(Action.VOUCHER_UNDO, outcome=Vouched)
async def voucher_undo(
    info: Info,
    asked: Annotated[
        VoucherUndoInput,
        strawberry.argument(
            name="input", description="Which verification to take back, and why. 撤销参数"
        ),
    ],
) -> Vouched:
    """Take a verification back."""
    actor = guard.signed_in(info)
    key = await reward.undo(
        actor_id=actor,
        voucher_id=_key(asked.voucher_id),
        reason=asked.reason,
        key=asked.idempotency_key,
    )
    return await _vouched(key, actor)


def _key(voucher_id: strawberry.ID) -> int:
    key = key_of(voucher_id, Voucher.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该兑换券", "voucherId")
    return key


async def _vouched(key: int, viewer: int) -> Vouched:
    return Vouched(voucher=await reward.voucher(key, viewer_id=viewer))


@strawberry.type
class VoucherMutation:
    """Root fields that redeem and verify."""

    reward_redeem: RewardRedeemPayload = guard.mutation(
        reward_redeem,
        description="Put points aside for an offer; gives a voucher to show. 兑换积分",
    )
    voucher_verify: VoucherVerifyPayload = guard.mutation(
        voucher_verify,
        description="Verify a voucher at the counter: the points are spent. 核销兑换券",
    )
    voucher_cancel: VoucherCancelPayload = guard.mutation(
        voucher_cancel,
        description="Give a voucher back, unused: the same points return. 取消兑换券",
    )
    voucher_undo: VoucherUndoPayload = guard.mutation(
        voucher_undo,
        description="Take a verification back, within 15 minutes, by the merchant. 撤销核销",
    )
