"""Root fields that show rewards."""

from datetime import date
from typing import Annotated

import strawberry

from models import reward
from models.page import FIRST_DEFAULT, Page
from models.reward import VoucherState
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import Connection
from resolvers.place import PointInput
from resolvers.reward.flagged import FlaggedVoucher
from resolvers.reward.shape import Merchant, MerchantDay, Reward, RewardConnection, Voucher

Id = Annotated[strawberry.ID, strawberry.argument(name="id", description="The id. 标识")]


async def rewards(
    info: Info,
    near: Annotated[
        PointInput | None, strawberry.argument(description="Around where. 位置")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[reward.NearbyReward]:
    """Give open offers."""
    return await reward.rewards(
        near=near.point() if near else None,
        viewer_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


async def find_reward(info: Info, reward_id: Id) -> reward.Reward | None:
    """Find an offer."""
    key = key_of(reward_id, Reward.__name__)
    return await reward.reward(key, viewer_id=info.context.person_id) if key else None


async def vouchers(
    info: Info,
    state: Annotated[
        VoucherState | None, strawberry.argument(description="Only those. 状态")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[reward.Voucher]:
    """Give the viewer's vouchers."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await reward.vouchers(viewer, state=state, first=size, after=after)


async def find_voucher(info: Info, voucher_id: Id) -> reward.Voucher | None:
    """Find a voucher."""
    key = key_of(voucher_id, Voucher.__name__)
    return await reward.voucher(key, viewer_id=info.context.person_id) if key else None


async def merchants(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[reward.Merchant]:
    """Give the merchants that concern the viewer."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await reward.merchants(viewer_id=viewer, first=size, after=after)


async def find_merchant(info: Info, merchant_id: Id) -> reward.Merchant | None:
    """Find a merchant."""
    key = key_of(merchant_id, Merchant.__name__)
    return await reward.merchant(key, viewer_id=info.context.person_id) if key else None


async def merchant_day(
    info: Info,
    merchant_id: Annotated[strawberry.ID, strawberry.argument(description="Whose. 商户标识")],
    on: Annotated[
        date | None, strawberry.argument(description="Which day; null: today. 日期")
    ] = None,
) -> reward.Day | None:
    """Give a merchant's day."""
    viewer, key = info.context.person_id, key_of(merchant_id, Merchant.__name__)
    return await reward.day(key, on=on, viewer_id=viewer) if viewer and key else None


async def rewards_waiting(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[reward.NearbyReward]:
    """Give offers that wait for the viewer."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await reward.waiting(viewer_id=viewer, first=size, after=after)


async def vouchers_flagged(
    info: Info,
    is_reviewed: Annotated[
        bool | None,
        strawberry.argument(description="Only those that were reviewed, or were not. 是否已复核"),
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[reward.Flagged]:
    """Give odd uses of vouchers."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await reward.flagged(viewer_id=viewer, is_reviewed=is_reviewed, first=size, after=after)


@strawberry.type
class RewardQuery:
    """Root fields that show rewards."""

    rewards: RewardConnection = shown(
        rewards,
        description="Open offers, the nearest shop first and online ones last; those of the"
        " viewer's programmes, or all for who has no points. 兑换项目列表",
    )
    reward: Reward | None = shown(find_reward, description="The offer with this id. 兑换项目")
    vouchers: Connection[Voucher] = shown(
        vouchers, description="The viewer's vouchers, the newest first. 我的兑换券"
    )
    voucher: Voucher | None = shown(
        find_voucher, description="The voucher, for its owner and its merchant. 兑换券"
    )
    merchants: Connection[Merchant] = shown(
        merchants,
        description="Merchants that the viewer acts for or is in charge of. 相关商户",
    )
    merchant: Merchant | None = shown(find_merchant, description="The merchant. 商户")
    merchant_day: MerchantDay | None = shown(
        merchant_day,
        description="What a merchant verified on a day; null for who doesn't act for it. 商户日报",
    )
    rewards_waiting: RewardConnection = shown(
        rewards_waiting,
        description="Offers that wait for the viewer's approval, the oldest first. 待审核兑换项目",
    )
    vouchers_flagged: Connection[FlaggedVoucher] = shown(
        vouchers_flagged,
        description="Odd uses of vouchers in the programmes that the viewer reviews, the newest"
        " first. 异常核销",
    )
