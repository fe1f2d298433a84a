"""Root fields that show wishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import strawberry

from models import wish
from models.page import FIRST_DEFAULT, Page
from models.wish import Beneficiary, Category, Filter, NearbyWish, State
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import Connection
from resolvers.place import PointInput
from resolvers.scalars import Long
from resolvers.wish.record import Wish
from resolvers.wish.resource import NearbyWishType

NEAR_METERS_DEFAULT = 3_000


@strawberry.input(description="Which wishes are asked for. 心愿筛选条件")
class WishFilter:
    """Which wishes are asked for."""

    states: list[State] | None = strawberry.field(
        default=None, description="In one of these states; those of the board if not said. 状态"
    )
    categories: list[Category] | None = strawberry.field(
        default=None, description="Of one of these categories. 类别"
    )
    beneficiaries: list[Beneficiary] | None = strawberry.field(
        default=None, description="By one of these groups. 受益人群"
    )
    area_code: str | None = strawberry.field(
        default=None, description="In this area and all below. 区划代码"
    )
    mine: bool | None = strawberry.field(
        default=False, description="Wished by the viewer, or on behalf of others. 我的心愿"
    )
    claimed_by_me: bool | None = strawberry.field(
        default=False, description="Claimed by the viewer. 我认领的"
    )

    def filter(self) -> Filter:
        """Give it to the models."""
        return Filter(
            states=tuple(self.states or ()),
            categories=tuple(self.categories or ()),
            beneficiaries=tuple(self.beneficiaries or ()),
            area_code=self.area_code,
            is_mine=given(self.mine, False),
            is_claimed_by_me=given(self.claimed_by_me, False),
        )


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many wishes are in a state."""

    state: State
    count: int


@strawberry.type(name="WishStateCount", description="How many are in a state. 状态计数")
class StateCountType:
    """How many are in a state."""

    state: State = strawberry.field(description="The state. 状态")
    count: Long = strawberry.field(description="How many. 数量")


async def find(
    info: Info,
    global_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 心愿标识")
    ],
) -> wish.Wish | None:
    """Find a wish by its id."""
    key = key_of(global_id, "Wish")
    return await wish.find(key, person_id=info.context.person_id) if key else None


async def wishes(
    info: Info,
    wanted: Annotated[
        WishFilter | None,
        strawberry.argument(name="filter", description="Which of them. 筛选条件"),
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[wish.Wish]:
    """List what the viewer may see."""
    return await wish.wishes(
        wanted.filter() if wanted else Filter(),
        person_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


async def near(
    info: Info,
    point: Annotated[PointInput, strawberry.argument(name="near", description="The place. 位置")],
    within_meters: Annotated[
        int | None, strawberry.argument(description="How far, at most 10,000. 范围（米）")
    ] = NEAR_METERS_DEFAULT,
    categories: Annotated[
        list[Category] | None, strawberry.argument(description="Only these. 类别")
    ] = None,
    first: First = FIRST_DEFAULT,
) -> list[NearbyWish]:
    """List what waits near a point."""
    return await wish.near(
        point.point(),
        within_meters=given(within_meters, NEAR_METERS_DEFAULT),
        categories=categories or (),
        person_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
    )


async def counts(
    info: Info,
    area_code: Annotated[str, strawberry.argument(description="With all below. 区划代码")],
) -> list[StateCount]:
    """Count."""
    found: Mapping[State, int] = await wish.counts(area_code, person_id=info.context.person_id)
    return [StateCount(state, count) for state, count in found.items()]


@strawberry.type
class WishQuery:
    """Root fields that show wishes."""

    wish: Wish | None = shown(
        find, description="The wish with this id, if the viewer may see it. 微心愿"
    )
    wishes: Connection[Wish] = shown(
        wishes,
        description="The board, or what else the viewer may see: the newest first, what is over"
        " last. 心愿列表",
    )
    wishes_near: list[NearbyWishType] = shown(
        near, description="What waits to be claimed near a point, nearest first. 附近心愿"
    )
    wish_counts: list[StateCountType] = shown(
        counts,
        description="How many wishes of an area are in each state that the viewer sees. 心愿统计",
    )
