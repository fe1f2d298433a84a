"""Root fields that show tickets."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import ticket
from models.errors import Invalid
from models.page import FIRST_DEFAULT, Page
from models.ticket import Category, Figures, Similar, Source
from resolvers.context import Info
from resolvers.errors import EdgeCode, EdgeError
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import Connection
from resolvers.place import PointInput
from resolvers.ticket.lists import FiguresType, TicketFilter
from resolvers.ticket.moving import key_or_absent
from resolvers.ticket.record import CategoryType, SimilarTicketType, Ticket
from resolvers.together import Together

SIGN_IN_TEXT = "请先登录"

_tickets = Together(ticket.find_each)


async def find(
    info: Info,
    global_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 工单标识")
    ],
) -> ticket.Ticket | None:
    """Find a ticket by its id."""
    key, asker = key_of(global_id, "Ticket"), info.context.asker
    if key is None or asker is None:
        return None
    found = await _tickets.ask((key, asker))
    if found is None:
        await info.context.turn_away()
    return found


def categories() -> list[Category]:
    """Give the catalogue of today."""
    return list(ticket.categories().values())


async def similar(
    info: Info,
    category: Annotated[str, strawberry.argument(description="The category's code. 事项类别")],
    point: Annotated[PointInput, strawberry.argument(description="The place. 位置")],
) -> tuple[Similar, ...]:
    """Find what may be the same."""
    if info.context.person_id is None:
        raise EdgeError(EdgeCode.UNAUTHENTICATED, SIGN_IN_TEXT)
    if not ticket.is_known(category):
        raise Invalid("没有这个事项类别")
    return await ticket.similar(category, point.point())


async def tickets(
    info: Info,
    wanted: Annotated[
        TicketFilter | None,
        strawberry.argument(name="filter", description="Which of them. 筛选条件"),
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[ticket.Ticket]:
    """List what the viewer may see."""
    return await ticket.tickets(
        wanted.filter() if wanted else ticket.Filter(),
        person_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


async def figures(  # noqa: PLR0913, PLR0917 - the arguments of the field
    info: Info,
    area_code: Annotated[str, strawberry.argument(description="With all below. 区划代码")],
    categories: Annotated[
        list[str] | None, strawberry.argument(description="Only these. 事项类别")
    ] = None,
    unit_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only this unit's. 承办单位")
    ] = None,
    source: Annotated[
        Source | None, strawberry.argument(description="Only from there. 来源")
    ] = None,
    since: Annotated[
        datetime | None,
        strawberry.argument(name="from", description="Reported from then on. 起始时间"),
    ] = None,
    until: Annotated[
        datetime | None, strawberry.argument(name="to", description="And before. 截止时间")
    ] = None,
) -> Figures | None:
    """Count."""
    wanted = ticket.Filter(
        area_code=area_code,
        categories=tuple(categories or ()),
        unit_id=key_or_absent(unit_id, "Unit"),
        since=since,
        until=until,
    )
    return await ticket.figures(wanted, source=source, person_id=info.context.person_id)


@strawberry.type
class TicketQuery:
    """Root fields that show tickets."""

    ticket: Ticket | None = shown(
        find, description="The ticket with this id, if the viewer may see it. 工单"
    )
    tickets: Connection[Ticket] = shown(
        tickets,
        description="What the viewer may see: what is due first, then what ended last. 工单列表",
    )
    ticket_figures: FiguresType | None = shown(
        figures,
        description="How many tickets of an area came, were closed, solved and found good;"
        " null for who may not see them. 工单统计",
    )
    ticket_categories: list[CategoryType] = shown(
        categories, description="What tickets can be about. 事项类别目录"
    )
    ticket_similar: list[SimilarTicketType] = shown(
        similar,
        description="Open tickets of a category within 100 m and 72 hours: what, where and when,"
        " to be joined instead of reporting again. 疑似重复工单",
    )
