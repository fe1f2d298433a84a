"""The board of the month that runs, in the graph."""

from typing import Annotated

import strawberry

from models import points
from models.page import FIRST_DEFAULT, Page
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import Connection
from resolvers.points.board import PointsBoardLine
from resolvers.points.shape import PointsProgramme


async def points_month_ranking(
    info: Info,
    programme_id: Annotated[strawberry.ID, strawberry.argument(description="Of which. 项目标识")],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Line]:
    """Give the ranking of the month that runs."""
    key, size = key_of(programme_id, PointsProgramme.__name__), given(first, FIRST_DEFAULT)
    return await points.month_ranking(
        key or 0, viewer_id=info.context.person_id, first=size, after=after
    )


@strawberry.type
class MonthQuery:
    """The root field that shows the month that runs."""

    points_month_ranking: Connection[PointsBoardLine] = shown(
        points_month_ranking,
        description="The board of the month that runs, as it would be now: open until the month is"
        " over, then frozen. 本月排名",
    )
