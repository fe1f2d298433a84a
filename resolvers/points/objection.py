"""Objections to a board in the graph."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import points
from models.page import FIRST_DEFAULT, Page
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import global_id, key_of
from resolvers.page import Connection


def _id(of: strawberry.Parent[points.Objection]) -> strawberry.ID:
    return global_id("PointsObjection", of.id)


@strawberry.type(description="What somebody says against their line of a board. 月榜异议")
class PointsObjection:
    """What somebody says against their line of a board."""

    id: strawberry.ID = shown(_id, description="Its id, by which it is answered. 异议标识")
    person_name: str = strawberry.field(description="Who objects. 异议人")
    text: str = strawberry.field(description="What they say. 异议内容")
    answer: str | None = strawberry.field(description="The answer; null if none yet. 答复")
    at: datetime = strawberry.field(description="When. 时间")


async def points_objections(
    info: Info,
    board_id: Annotated[strawberry.ID, strawberry.argument(description="Of which. 月榜标识")],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Objection] | None:
    """Give a page of objections."""
    viewer, key = info.context.person_id, key_of(board_id, "PointsBoard")
    if viewer is None or key is None:
        return None
    size = given(first, FIRST_DEFAULT)
    return await points.objections(key, viewer_id=viewer, first=size, after=after)


@strawberry.type
class ObjectionQuery:
    """The root field that shows objections."""

    points_objections: Connection[PointsObjection] | None = shown(
        points_objections,
        description="The objections to a board: all to those in charge, else the viewer's own."
        " 月榜异议",
    )
