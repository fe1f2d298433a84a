"""What the graph shows of a ticket and of what happened to it."""

from datetime import datetime

import strawberry

from models import area, ticket
from models.page import FIRST_DEFAULT, Page
from models.ticket import (
    Category,
    Extension,
    Family,
    Move,
    Party,
    Similar,
    Source,
    State,
    TicketEvent,
    Urgency,
)
from resolvers import words
from resolvers.area import Area
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.file import Photo
from resolvers.loaders import Seen
from resolvers.node import Node, global_id, shows
from resolvers.page import Connection
from resolvers.person import Person
from resolvers.place import Point
from resolvers.together import Together
from resolvers.unit import Unit

words.enum(State, name="TicketState", description="Where a ticket stands. 工单状态")
words.enum(Move, name="TicketMove", description="What can be done to a ticket. 工单操作")
words.enum(Party, name="TicketParty", description="What somebody is to a ticket. 工单参与方")
words.enum(Urgency, name="TicketUrgency", description="How urgent a ticket is. 紧急程度")
words.enum(Source, name="TicketSource", description="How a ticket came in. 工单来源")
words.enum(Family, name="TicketFamily", description="A family of categories. 事项大类")
words.enum(Extension, name="TicketExtension", description="How a wish for time stands. 延期状态")


@strawberry.type(name="TicketCategory", description="What tickets can be about. 事项类别")
class CategoryType:
    """What tickets can be about."""

    code: str = strawberry.field(description="The code to submit with. 类别代码")
    name: str = strawberry.field(description="The Chinese name. 类别名称")
    group: str = strawberry.field(description="The group within the family. 事项小类")
    family: Family = strawberry.field(description="The family. 事项大类")
    resolve_hours: int = strawberry.field(description="Hours to resolve it in. 办结时限")


def _event_id(of: strawberry.Parent[TicketEvent]) -> strawberry.ID:
    return global_id("TicketEvent", of.id)


@strawberry.type(name="TicketEvent", description="One thing that happened to a ticket. 工单动态")
class TicketEventType:
    """One thing that happened to a ticket."""

    id: strawberry.ID = shown(_event_id, description="The id, opaque to clients. 标识")
    version: int = strawberry.field(description="The ticket's version after it. 版本")
    kind: Move = strawberry.field(description="What was done. 操作")
    state: State = strawberry.field(description="Where the ticket then stood. 状态")
    round: int = strawberry.field(description="The round of handling, from 1. 办理轮次")
    party: Party = strawberry.field(description="As what somebody did it. 参与方")
    actor: Person | None = strawberry.field(
        description="Who did it; null for who is not shown to this viewer. 操作人"
    )
    text: str | None = strawberry.field(description="What they wrote. 说明")
    is_internal: bool = strawberry.field(description="Whether only staff see it. 是否内部")
    reason: str | None = strawberry.field(description="The reason, as a code. 原因代码")
    photos: list[Photo] = strawberry.field(description="Photos with it, at most 9. 照片")
    at: datetime = strawberry.field(description="When. 时间")


def _similar_id(of: strawberry.Parent[Similar]) -> strawberry.ID:
    return global_id("Ticket", of.id)


@strawberry.type(
    name="SimilarTicket",
    description="An open ticket that may be the same: what, where and when. 疑似重复工单",
)
class SimilarTicketType:
    """An open ticket that may be the same."""

    ticket_id: strawberry.ID = shown(_similar_id, description="The id to join by. 工单标识")
    category: str = strawberry.field(description="The category's code. 事项类别")
    point: Point = strawberry.field(description="Where it is. 位置")
    distance_meters: float = strawberry.field(description="How far from there. 距离")
    submitted_at: datetime = strawberry.field(description="When it was reported. 上报时间")


async def _area(of: strawberry.Parent[ticket.Ticket], info: Info) -> area.Area | None:
    return await info.context.loaders.areas.load(of.area_code)


def _category(of: strawberry.Parent[ticket.Ticket]) -> Category | None:
    return ticket.category_of(of.category, at=of.submitted_at)


def _is_overdue(of: strawberry.Parent[ticket.Ticket]) -> bool:
    return of.is_overdue


_pages = Together(ticket.events_of_each)


async def _events(
    of: strawberry.Parent[ticket.Ticket],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[TicketEvent]:
    return await _pages.ask(ticket.EventsAsked(of, given(first, FIRST_DEFAULT), after))


async def _merged_into(of: strawberry.Parent[ticket.Ticket], info: Info) -> ticket.Ticket | None:
    if of.merged_into_id is None:
        return None
    return await info.context.loaders.tickets.load(Seen(info.context.person_id, of.merged_into_id))


async def _near_duplicates(of: strawberry.Parent[ticket.Ticket]) -> tuple[Similar, ...]:
    return await ticket.similar(of.category, of.place, at=of.submitted_at, but=[of.id])


async def load(context: Context, key: int) -> ticket.Ticket | None:
    """Give a ticket as this viewer may see it."""
    return await ticket.find(key, person_id=context.person_id)


@shows(ticket.Ticket, load=load)
@strawberry.type(description="Something that somebody reported, and how it is handled. 工单")
class Ticket(Node):
    """Something that somebody reported, and how it is handled."""

    number: str = strawberry.field(description="The number for people, YYYYMMDD-NNNNNN. 工单编号")
    state: State = strawberry.field(description="Where it stands. 状态")
    version: int = strawberry.field(description="Grows by one with every change. 版本")
    round: int = strawberry.field(description="The round of handling, from 1. 办理轮次")
    category: str = strawberry.field(description="The category's code. 事项类别代码")
    category_info: CategoryType | None = shown(
        _category,
        description="The category; null once the catalogue does not know it any more. 事项类别",
    )
    urgency: Urgency = strawberry.field(description="How urgent it is. 紧急程度")
    source: Source = strawberry.field(description="How it came in. 来源")
    area: Area = shown(_area, description="The grid it lies in. 所在网格")
    place: Point = strawberry.field(description="Where it is. 位置")
    address: str | None = strawberry.field(
        description="Where it is, in words; null for who only reported the same. 地址"
    )
    text: str | None = strawberry.field(
        description="What was reported; null for who only reported the same. 描述"
    )
    is_anonymous: bool = strawberry.field(description="Whether nobody is to be named. 是否匿名")
    is_mine: bool = strawberry.field(description="Whether the viewer reported it. 是否本人上报")
    reporter: Person | None = strawberry.field(
        description="Who reported it, for those who may know; null for who is anonymous. 上报人"
    )
    unit: Unit | None = strawberry.field(description="The unit it went to. 承办单位")
    assignee: Person | None = strawberry.field(
        description="Whom the unit gave it to, for staff. 经办人"
    )
    merged_into: "Ticket | None" = shown(
        _merged_into,
        description="The ticket it became part of, if the viewer may see it. 并入工单",
    )
    extension: Extension | None = strawberry.field(
        description="How a wish for more time stands, if there was one. 延期"
    )
    extension_days: int | None = strawberry.field(description="By how many days. 延期天数")
    submitted_at: datetime = strawberry.field(description="When it was reported. 上报时间")
    due_at: datetime | None = strawberry.field(
        description="Until when the next step is due; null once it is over. 时限"
    )
    is_overdue: bool = shown(_is_overdue, description="Whether that has passed. 是否超期")
    resolved_at: datetime | None = strawberry.field(
        description="When handling was finished. 办结时间"
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was closed, rejected, withdrawn or merged. 结束时间"
    )
    is_solved: bool | None = strawberry.field(
        description="Whether the reporter says so; null without an answer. 是否解决"
    )
    satisfaction: int | None = strawberry.field(
        description="From 1 to 5; null if not rated. 满意度"
    )
    moves: list[Move] = strawberry.field(
        description="What the viewer may do now, as far as roles and state say. 可用操作"
    )
    events: Connection[TicketEventType] = shown(
        _events, description="What happened to it, oldest first. 动态"
    )
    near_duplicates: list[SimilarTicketType] = shown(
        _near_duplicates,
        description="Open tickets of the category within 100 m and 72 hours before. 疑似重复",
    )
