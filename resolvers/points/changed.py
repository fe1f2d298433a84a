"""An account as it changes: followed live by its owner."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import strawberry

from models import points
from models.event import Event, Scope, Topic
from resolvers import live
from resolvers.context import Info
from resolvers.field import shown
from resolvers.live import Update
from resolvers.node import key_of
from resolvers.points.shape import PointsAccount, PointsEntry


def _account(update: strawberry.Parent[Update]) -> points.Account:
    moved: points.Moved = update.thing
    return moved.account


def _entries(update: strawberry.Parent[Update]) -> list[points.Entry]:
    moved: points.Moved = update.thing
    return list(moved.entries)


def _event_kind(update: strawberry.Parent[Update]) -> str | None:
    return update.event.kind if update.event else None


@strawberry.type(description="How an account stands, or what moved on it. 积分动态")
class PointsUpdate(live.UpdateFields):
    """How an account stands, or what moved on it."""

    account: PointsAccount = shown(_account, description="The account as it is now. 积分账户")
    entries: list[PointsEntry] = shown(
        _entries,
        description="The new entries, the newest first; none where points were only put aside, or"
        " given back. 新明细",
    )
    change: str | None = shown(
        _event_kind,
        description="What happened: the kind of the transaction, HOLD or RELEASE; null unless this"
        " is a CHANGE. 变动类型",
    )


async def points_changed(
    info: Info,
    account_id: Annotated[
        strawberry.ID, strawberry.argument(description="One of the viewer's own. 账户标识")
    ],
    after: live.After = None,
) -> live.Source:
    """Follow one's account; raises EdgeError FORBIDDEN for anybody else's."""
    who, key = info.context.person_id, key_of(account_id, PointsAccount.__name__)
    if who is None or key is None:
        raise live.unseen()
    owner, account = who, key
    if await points.moved(account, owner_id=owner) is None:
        raise live.unseen()

    async def read(happened: Sequence[Event]) -> Sequence[object]:
        facts = [one.facts for one in happened]
        moved = await points.moved(account, owner_id=owner, facts=facts)
        if moved is None:
            raise live.unseen()
        return moved

    async def current() -> object:
        moved = await points.moved(account, owner_id=owner)
        if moved is None:
            raise live.unseen()
        return moved[0]

    source = live.of_events(
        Scope(Topic.POINTS, account),
        read=read,
        after=after,
        right=("person", owner),
        person_id=owner,
    )
    # Every change is sent, and beside it how the account stands.
    return replace(source, current=current)


@strawberry.type
class PointsSubscription:
    """The root field that follows an account."""

    points_changed: PointsUpdate = live.subscription(
        points_changed,
        description="One's account as it is, and every change of it; the year's base grant is seen"
        " with the next. 关注积分变动",
    )
