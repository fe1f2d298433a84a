"""Pages in the graph: connections over a models' page."""

from typing import Any, Generic, NamedTuple, TypeVar

import strawberry

from models.page import Page
from resolvers.field import shown

Thing = TypeVar("Thing")


class EdgeRecord(NamedTuple):
    """An item of a page with its cursor."""

    cursor: str
    node: object


class PageInfoRecord(NamedTuple):
    """Where a page stands."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type(description="Where a page stands. 分页信息")
class PageInfo:
    """Where a page stands."""

    has_next_page: bool = strawberry.field(description="Whether more items follow. 是否还有下一页")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item: pass it as `after`. 末项游标"
    )


def page_info(page: strawberry.Parent[Page[Any]]) -> PageInfoRecord:
    """Say where a page stands."""
    return PageInfoRecord(page.has_next_page, page.cursors[-1] if page.cursors else None)


def _edges(page: strawberry.Parent[Page[Any]]) -> list[EdgeRecord]:
    return [
        EdgeRecord(cursor, item) for cursor, item in zip(page.cursors, page.items, strict=True)
    ]


def _nodes(page: strawberry.Parent[Page[Any]]) -> list[Any]:
    return list(page.items)


@strawberry.type(description="One item of a page. 分页中的一项")
class Edge(Generic[Thing]):
    """One item of a page."""

    cursor: str = strawberry.field(description="Where this item stands. 游标")
    node: Thing = strawberry.field(description="The item. 内容")


@strawberry.type(description="One page of a list. 一页列表")
class Connection(Generic[Thing]):
    """One page of a list."""

    edges: list[Edge[Thing]] = shown(
        _edges,
        description="Items with cursors. 带游标的各项",
    )
    nodes: list[Thing] = shown(_nodes, description="The items alone. 各项")
    page_info: PageInfo = shown(page_info, description="Where the page stands. 分页信息")
