"""Root fields that show tickets."""

from typing import Annotated

import strawberry

from models import ticket
from models.errors import Invalid
from models.ticket import CATEGORIES, Category, Similar
from resolvers.context import Info
from resolvers.errors import EdgeCode, EdgeError
from resolvers.field import shown
from resolvers.node import key_of
from resolvers.place import PointInput
from resolvers.ticket.record import CategoryType, SimilarTicketType, Ticket

SIGN_IN_TEXT = "请先登录"


async def find(
    info: Info,
    global_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 工单标识")
    ],
) -> ticket.Ticket | None:
    """Find a ticket by its id."""
    key = key_of(global_id, "Ticket")
    return await ticket.find(key, person_id=info.context.person_id) if key else None


def categories() -> list[Category]:
    """Give the catalogue."""
    return list(CATEGORIES.values())


async def similar(
    info: Info,
    category: Annotated[str, strawberry.argument(description="The category's code. 事项类别")],
    point: Annotated[PointInput, strawberry.argument(description="The place. 位置")],
) -> tuple[Similar, ...]:
    """Find what may be the same."""
    if info.context.person_id is None:
        raise EdgeError(EdgeCode.UNAUTHENTICATED, SIGN_IN_TEXT)
    if category not in CATEGORIES:
        raise Invalid("没有这个事项类别")
    return await ticket.similar(category, point.point())


@strawberry.type
class TicketQuery:
    """Root fields that show tickets."""

    ticket: Ticket | None = shown(
        find, description="The ticket with this id, if the viewer may see it. 工单"
    )
    ticket_categories: list[CategoryType] = shown(
        categories, description="What tickets can be about. 事项类别目录"
    )
    ticket_similar: list[SimilarTicketType] = shown(
        similar,
        description="Open tickets of a category within 100 m and 72 hours: what, where and when,"
        " to be joined instead of reporting again. 疑似重复工单",
    )
