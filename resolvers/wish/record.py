"""What the graph shows of a wish and of what happened to it."""

from datetime import date, datetime

import strawberry

from models import wish
from models.page import FIRST_DEFAULT, Page
from models.wish import (
    Beneficiary,
    Category,
    Checked,
    Move,
    Party,
    State,
    WishEvent,
    WishUnit,
)
from resolvers import words
from resolvers.area import Area
from resolvers.context import Context
from resolvers.field import After, First, given, shown
from resolvers.file import Photo
from resolvers.node import Node, global_id, shows
from resolvers.page import Connection
from resolvers.person import Person
from resolvers.place import Point
from resolvers.together import Together

words.enum(State, name="WishState", description="Where a wish stands. 心愿状态")
words.enum(Move, name="WishMove", description="What can be done to a wish. 心愿操作")
words.enum(Party, name="WishParty", description="What somebody is to a wish. 心愿参与方")
words.enum(Category, name="WishCategory", description="What is wished for or offered. 心愿类别")
words.enum(Checked, name="WishChecked", description="What the check has found. 检测结果")
words.enum(
    Beneficiary, name="WishBeneficiary", description="Which group the wisher is of. 受益人群"
)


def _unit_id(of: strawberry.Parent[WishUnit]) -> strawberry.ID:
    return global_id("Unit", of.id)


@strawberry.type(name="WishUnit", description="The unit for which it was claimed. 认领单位")
class WishUnitType:
    """The unit for which it was claimed."""

    id: strawberry.ID = shown(_unit_id, description="The id of the unit. 单位标识")
    name: str = strawberry.field(description="The name. 单位名称")


def _event_id(of: strawberry.Parent[WishEvent]) -> strawberry.ID:
    return global_id("WishEvent", of.id)


@strawberry.type(name="WishEvent", description="One thing that happened to a wish. 心愿动态")
class WishEventType:
    """One thing that happened to a wish."""

    id: strawberry.ID = shown(_event_id, description="The id, opaque to clients. 标识")
    version: int = strawberry.field(description="The wish's version after it. 版本")
    kind: Move = strawberry.field(description="What was done. 操作")
    state: State = strawberry.field(description="Where the wish then stood. 状态")
    party: Party = strawberry.field(description="As what somebody did it. 参与方")
    actor: Person | None = strawberry.field(
        description="Who did it; null for who is not shown to this viewer. 操作人"
    )
    text: str | None = strawberry.field(description="What they wrote, for those concerned. 说明")
    reason: str | None = strawberry.field(description="The reason, as a code. 原因代码")
    photos: list[Photo] = strawberry.field(description="Photos with it, at most 9. 照片")
    at: datetime = strawberry.field(description="When. 时间")


_pages = Together(wish.events_of_each)


async def _events(
    of: strawberry.Parent[wish.Wish],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[WishEvent]:
    return await _pages.ask(wish.EventsAsked(of, given(first, FIRST_DEFAULT), after))


async def load(context: Context, key: int) -> wish.Wish | None:
    """Give a wish as this viewer may see it."""
    return await wish.find(key, person_id=context.person_id)


@shows(wish.Wish, load=load)
@strawberry.type(description="Something small that somebody hopes for. 微心愿")
class Wish(Node):
    """Something small that somebody hopes for."""

    state: State = strawberry.field(description="Where it stands. 状态")
    version: int = strawberry.field(description="Grows by one with every change. 版本")
    checked: Checked = strawberry.field(
        description="Whether its words and photos were checked for others to see. 检测结果"
    )
    category: Category = strawberry.field(description="What is wished for. 类别")
    beneficiary: Beneficiary = strawberry.field(description="By which group. 受益人群")
    title: str | None = strawberry.field(
        description="In a line; null until it is checked, but for who wished. 标题"
    )
    text: str | None = strawberry.field(description="In full; null as the title is. 内容")
    photos: list[Photo] = strawberry.field(description="Photos with it, at most 9. 照片")
    budget_cents: int | None = strawberry.field(
        description="What it may cost, in cents; null if that was not said. 预算（分）"
    )
    deadline_on: date = strawberry.field(description="The last day to be claimed. 截止日期")
    area: Area = strawberry.field(description="The grid of the wisher's home. 所在网格")
    point: Point = strawberry.field(description="The centre of that grid. 位置")
    is_mine: bool = strawberry.field(description="Whether the viewer wished for it. 是否本人心愿")
    wisher: Person | None = strawberry.field(
        description="Who wished, for the claimant and those in charge. 心愿人"
    )
    helper: Person | None = strawberry.field(
        description="Who made it on the wisher's behalf, for the same people. 代办人"
    )
    claimant: Person | None = strawberry.field(
        description="Who claimed it, for the wisher and those in charge. 认领人"
    )
    unit: WishUnitType | None = strawberry.field(
        description="The unit for which it was claimed, if any. 认领单位"
    )
    is_claimed_by_me: bool = strawberry.field(
        description="Whether the viewer claimed it, or their unit. 是否本人认领"
    )
    has_contact: bool = strawberry.field(
        description="Whether the claimant can ask for a phone or an address. 是否有联系方式"
    )
    is_thanked: bool = strawberry.field(description="Whether thanks were said. 是否已致谢")
    submitted_at: datetime | None = strawberry.field(description="When submitted. 提交时间")
    published_at: datetime | None = strawberry.field(
        description="When it was put on the board. 发布时间"
    )
    claimed_at: datetime | None = strawberry.field(description="When claimed. 认领时间")
    due_at: datetime | None = strawberry.field(
        description="When its state ends by itself; null if it lasts. 时限"
    )
    fulfilled_at: datetime | None = strawberry.field(
        description="When the claimant said that it came true. 圆梦时间"
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was confirmed, or ended otherwise. 结束时间"
    )
    moves: list[Move] = strawberry.field(
        description="What the viewer may do now, as far as roles and state say. 可用操作"
    )
    events: Connection[WishEventType] = shown(
        _events, description="What happened to it, oldest first. 动态"
    )
