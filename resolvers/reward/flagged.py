"""Odd uses of vouchers, and that somebody looked into them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import reward
from models.access import Action
from models.errors import Code, Refusal
from models.person import Person as PersonRecord
from models.reward import FlagKind, FlagOutcome
from resolvers import guard, words
from resolvers.context import Info
from resolvers.field import shown
from resolvers.loaders import Seen
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Person
from resolvers.reward.shape import Merchant, Voucher

words.enum(FlagKind, name="VoucherFlag", description="What was odd. 异常标记")
words.enum(FlagOutcome, name="VoucherFlagOutcome", description="What came of it. 复核结果")


@strawberry.type(description="What came of looking into an odd use. 复核")
class VoucherReview:
    """What came of looking into an odd use."""

    outcome: FlagOutcome = strawberry.field(description="What came of it. 结果")
    note: str = strawberry.field(description="What the reviewer said. 说明")
    at: datetime = strawberry.field(description="When. 时间")


async def _owner(of: strawberry.Parent[reward.Flagged], info: Info) -> PersonRecord | None:
    return await info.context.loaders.people.load(Seen(info.context.person_id, of.person_id))


async def _verifier(of: strawberry.Parent[reward.Flagged], info: Info) -> PersonRecord | None:
    return await info.context.loaders.people.load(Seen(info.context.person_id, of.used_by_id))


@strawberry.type(description="A voucher in whose use something was odd. 异常核销")
class FlaggedVoucher:
    """A voucher in whose use something was odd."""

    voucher: Voucher = strawberry.field(description="The voucher. 兑换券")
    merchant: Merchant = strawberry.field(description="Where it was used. 商户")
    kinds: list[FlagKind] = strawberry.field(description="What was odd. 异常标记")
    owner: Person | None = shown(_owner, description="Whose it was. 兑换人")
    verifier: Person | None = shown(_verifier, description="Who verified it. 核销人")
    review: VoucherReview | None = strawberry.field(
        description="What came of it; null until somebody looked. 复核"
    )


Record = reward.Flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What `voucherReview` gives back."""

    flagged: Record | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="Which odd use, and what came of it. 复核参数")
class VoucherReviewInput:
    """Which odd use, and what came of it."""

    voucher_id: strawberry.ID = strawberry.field(description="Which voucher. 兑换券标识")
    outcome: FlagOutcome = strawberry.field(description="What came of it. 结果")
    note: str = strawberry.field(description="Why; at most 500. 说明")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `voucherReview` gives back. 复核结果")
class VoucherReviewPayload:
    """What `voucherReview` gives back."""

    flagged: FlaggedVoucher | None = strawberry.field(description="The odd use. 异常核销")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.VOUCHER_REVIEW, outcome=Reviewed)
async def voucher_review(
    info: Info,
    asked: Annotated[
        VoucherReviewInput,
        strawberry.argument(
            name="input", description="Which odd use, and what came of it. 复核参数"
        ),
    ],
) -> Reviewed:
    """Review an odd use."""
    actor = guard.signed_in(info)
    key = key_of(asked.voucher_id, Voucher.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该异常核销", "voucherId")
    await reward.review(
        actor_id=actor,
        voucher_id=key,
        outcome=asked.outcome,
        note=asked.note,
        key=asked.idempotency_key,
    )
    return Reviewed(flagged=await reward.find_flagged(key, viewer_id=actor))


@strawberry.type
class FlaggedMutation:
    """The root field that reviews odd uses."""

    voucher_review: VoucherReviewPayload = guard.mutation(
        voucher_review, description="Say what came of looking into an odd use. 复核异常核销"
    )
