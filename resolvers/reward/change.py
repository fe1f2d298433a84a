"""A voucher as it changes: the phone at the counter sees at once that it was verified."""

from typing import Annotated

import strawberry

from models import reward
from models.event import Topic
from resolvers import live
from resolvers.context import Info
from resolvers.field import shown
from resolvers.node import key_of
from resolvers.reward.shape import Voucher


@strawberry.type(description="How a voucher stands, or that it was used or ended. 兑换券动态")
class VoucherUpdate(live.UpdateFields):
    """How a voucher stands, or that it was used or ended."""

    voucher: Voucher | None = shown(live.thing, description="The voucher as it is now. 兑换券")


async def voucher_changed(
    info: Info,
    voucher_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 兑换券标识")
    ],
    after: live.After = None,
) -> live.Source:
    """Follow a voucher; raises EdgeError FORBIDDEN if there is none for this viewer."""
    who = info.context.person_id
    key = key_of(voucher_id, Voucher.__name__)
    if key is None or who is None or await reward.voucher(key, viewer_id=who) is None:
        raise live.unseen()

    async def read(_happened: object) -> reward.Voucher:
        found = await reward.voucher(key, viewer_id=who)
        if found is None:
            raise live.unseen()
        return found

    # Its owner sees the code, its merchant does not.
    return live.of_thing(
        Topic.VOUCHER, key, read=read, after=after, right=("person", who), person_id=who
    )


@strawberry.type
class VoucherSubscription:
    """The root field that follows vouchers."""

    voucher_changed: VoucherUpdate = live.subscription(
        voucher_changed,
        description="A voucher as it is, and that it was used or ended; for its owner and its"
        " merchant. 关注兑换券",
    )
