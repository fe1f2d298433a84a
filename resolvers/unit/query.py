"""Units in the graph: the departments, offices and other bodies that serve the city."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import area, unit
from models.area import StaffMember
from models.page import FIRST_DEFAULT, Page
from models.unit import UnitKind
from resolvers import words
from resolvers.area import Area, StaffMemberType
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.node import Node, key_given, key_of, shows
from resolvers.page import Connection

words.enum(UnitKind, description="What sort of body a unit is. 单位类别")


async def _area(of: strawberry.Parent[unit.Unit], info: Info) -> area.Area | None:
    return await info.context.loaders.areas.load(of.area_code)


async def _parent(of: strawberry.Parent[unit.Unit], info: Info) -> unit.Unit | None:
    return await info.context.loaders.units.load(of.parent_id) if of.parent_id else None


async def _children(
    of: strawberry.Parent[unit.Unit], first: First = FIRST_DEFAULT, after: After = None
) -> Page[unit.Unit]:
    return await unit.units(parent_id=of.id, first=given(first, FIRST_DEFAULT), after=after)


async def _staff(of: strawberry.Parent[unit.Unit], info: Info) -> tuple[StaffMember, ...] | None:
    return await info.context.loaders.unit_staff.load(of.id)


async def _load(context: Context, key: int) -> unit.Unit | None:
    return await context.loaders.units.load(key)


@shows(unit.Unit, load=_load)
@strawberry.type(description="A body that serves the city or a part of it. 单位")
class Unit(Node):
    """A body that serves the city or a part of it."""

    code: str = strawberry.field(description="The official code. 单位编码")
    kind: UnitKind = strawberry.field(description="What sort of body it is. 类别")
    name: str = strawberry.field(description="The name. 名称")
    area_code: str = strawberry.field(description="The code of the area that it serves. 区划代码")
    duties: list[str] = strawberry.field(description="What it is there for, in Chinese. 职责")
    closed_at: datetime | None = strawberry.field(
        description="When it was closed; null while it is open. 撤销时间"
    )
    version: int = strawberry.field(description="Grows with every change. 版本")
    area: Area = shown(_area, description="The area that it serves. 服务区划")
    parent: "Unit | None" = shown(_parent, description="The unit above. 上级单位")
    children: Connection["Unit"] = shown(
        _children, description="The open units right below, by code. 下级单位"
    )
    staff: list[StaffMemberType] = shown(
        _staff, description="Its officers, and its specialists out in the grids. 任职人员"
    )


async def find(
    info: Info,
    unit_id: Annotated[strawberry.ID, strawberry.argument(name="id", description="The id. 标识")],
) -> unit.Unit | None:
    """Find a unit by its id."""
    key = key_of(unit_id, Unit.__name__)
    return await info.context.loaders.units.load(key) if key else None


async def list_units(  # noqa: PLR0913, PLR0917 - the arguments of the graph
    kind: Annotated[
        UnitKind | None, strawberry.argument(description="Only this kind. 类别")
    ] = None,
    area_code: Annotated[
        str | None, strawberry.argument(description="Only this area's subtree. 区划代码")
    ] = None,
    parent_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Only those right below this unit. 上级单位"),
    ] = None,
    search: Annotated[
        str | None, strawberry.argument(description="A part of the name. 关键字")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[unit.Unit]:
    """List open units."""
    return await unit.units(
        kind=kind,
        under=area_code,
        parent_id=key_given(parent_id, Unit.__name__),
        search=search,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


@strawberry.type
class UnitQuery:
    """Root fields that show units."""

    unit: Unit | None = shown(find, description="The unit with this id. 单位")
    units: Connection[Unit] = shown(list_units, description="Open units, by code. 单位列表")
