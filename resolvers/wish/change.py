"""Wishes as they change: one that somebody may see, and the board of an area."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import strawberry

from models import wish
from models.event import Event, Topic
from models.wish import BOARD_STATES, WishEvent
from models.wish import Wish as WishRecord
from resolvers import live
from resolvers.context import Info
from resolvers.field import shown
from resolvers.live import Update
from resolvers.node import global_id, key_of
from resolvers.wish.record import Wish, WishEventType


class News(NamedTuple):
    """A wish and what happened to it; without a wish it has left the board."""

    key: int
    wish: WishRecord | None
    event: WishEvent | None


def _key_of(update: strawberry.Parent[Update]) -> strawberry.ID | None:
    return global_id("Wish", update.thing.key) if update.thing else None


def _wish_of(update: strawberry.Parent[Update]) -> WishRecord | None:
    return update.thing.wish if update.thing else None


def _event_of(update: strawberry.Parent[Update]) -> WishEvent | None:
    return update.thing.event if update.thing else None


@strawberry.type(description="How a wish stands, or what happened to it. 心愿动态推送")
class WishUpdate(live.UpdateFields):
    """How a wish stands, or what happened to it."""

    wish: Wish | None = shown(_wish_of, description="The wish as it is now. 心愿")
    event: WishEventType | None = shown(
        _event_of, description="What happened; null unless this is a CHANGE. 动态"
    )


async def wish_changed(
    info: Info,
    wish_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 心愿标识")
    ],
    after: live.After = None,
) -> live.Source:
    """Follow a wish; raises EdgeError FORBIDDEN if there is none for this viewer."""
    who = info.context.person_id
    key = key_of(wish_id, "Wish")
    if key is None or await wish.find(key, person_id=who) is None:
        raise live.unseen()

    async def read(happened: Event | None) -> News:
        found = await wish.find(key, person_id=who)
        if found is None:
            raise live.unseen()
        told = await wish.events_at([found], [happened.version]) if happened else [None]
        return News(key, found, told[0])

    # What one may do to a wish depends on who one is; those who are nobody share a stream.
    right = live.EVERYBODY if who is None else ("person", who)
    return live.of_thing(Topic.WISH, key, read=read, after=after, right=right, person_id=who)


@strawberry.type(description="What happened to some wish of a board. 心愿墙动态")
class WishBoardUpdate(live.UpdateFields):
    """What happened to some wish of a board."""

    wish_id: strawberry.ID | None = shown(
        _key_of, description="Which wish; null unless this is a CHANGE. 心愿标识"
    )
    wish: Wish | None = shown(
        _wish_of,
        description="The wish as everybody sees it now; null in a CHANGE once it has left the"
        " board. 心愿",
    )
    event: WishEventType | None = shown(
        _event_of, description="What happened; null unless this is a CHANGE. 动态"
    )


async def wish_board_changed(
    area_code: Annotated[str, strawberry.argument(description="With all below. 区划代码")],
    after: live.After = None,
) -> live.Source:
    """Follow the board of an area, which is everybody's: all who do share each item."""
    return live.of_area(area_code, Topic.WISH, read=_news, after=after)


async def _news(happened: Sequence[Event]) -> list[object]:
    shown_on_board = [one for one in happened if _is_on_board(one)]
    keys = {one.thing_id for one in shown_on_board}
    found = await wish.find_all(keys, person_id=None)
    seen = [one for one in shown_on_board if one.thing_id in found]
    told = await wish.events_at(
        [found[one.thing_id] for one in seen], [one.version for one in seen]
    )
    events = {one.position: event for one, event in zip(seen, told, strict=True)}
    news = {
        one.position: News(one.thing_id, found.get(one.thing_id), events.get(one.position))
        for one in shown_on_board
    }
    return [news.get(one.position, live.HIDDEN) for one in happened]


def _is_on_board(happened: Event) -> bool:
    """Say whether the board changes: what goes on before it, or after, is not everybody's."""
    return not {happened.facts.get("from"), happened.facts["to"]}.isdisjoint(BOARD_STATES)


@strawberry.type
class WishSubscription:
    """Root fields that follow wishes."""

    wish_changed: WishUpdate = live.subscription(
        wish_changed, description="A wish as it is, and every change of it. 关注心愿变化"
    )
    wish_board_changed: WishBoardUpdate = live.subscription(
        wish_board_changed,
        description="Every change of the board of an area and all below. 关注心愿墙",
    )
