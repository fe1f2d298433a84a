"""Areas in the graph: the tree, who staffs a grid, and the grid of a point."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import area
from models.area import AreaKind, InCharge, Level, Staffing, StaffMember
from models.page import FIRST_DEFAULT, Page
from models.role import Role
from resolvers import words
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.loaders import Appointments, Children
from resolvers.node import Node, shows
from resolvers.page import Connection
from resolvers.place import Point, PointInput
from resolvers.scalars import Long

if TYPE_CHECKING:
    from resolvers.person.appointment import Appointment

words.enum(Level, name="AreaLevel", description="The level of an area in the tree. 区划层级")
words.enum(AreaKind, description="What sort of town, village or grid an area is. 区划类别")
words.enum(Role, description="What a person may be in an area. 角色")


@strawberry.type(description="How many of a role are missing. 缺配")
class StaffLack:
    """How many of a role are missing."""

    role: Role = strawberry.field(description="The role. 角色")
    count: int = strawberry.field(description="How many more are needed. 缺少人数")


@strawberry.type(
    name="Staffing",
    description="The people of an area by role, each counted once, and what its grids lack by the"
    " formula 1+1+1+3+N. 力量配备",
)
class StaffingType:
    """The people of an area by role, and what its grids lack."""

    leads: int = strawberry.field(description="Grid leads. 网格长")
    workers: int = strawberry.field(description="Full-time grid workers. 专职网格员")
    liaisons: int = strawberry.field(description="Micro-grid liaisons. 微网格联络员")
    volunteers: int = strawberry.field(description="Volunteers. 志愿者")
    specialists: int = strawberry.field(description="Specialists. 条线力量")
    grids: int = strawberry.field(description="How many grids there are. 网格数")
    complete_grids: int = strawberry.field(description="How many are fully staffed. 配齐网格数")
    is_complete: bool = strawberry.field(description="Whether every grid is. 是否配齐")
    missing: list[StaffLack] = strawberry.field(
        description="What the grids lack, together. 缺配明细"
    )


@strawberry.type(name="StaffMember", description="Somebody in charge of an area. 负责人")
class StaffMemberType:
    """Somebody in charge of an area."""

    role: Role = strawberry.field(description="The role. 角色")
    name: str = strawberry.field(description="The name on the sign at the entrance. 姓名")
    unit_name: str | None = strawberry.field(
        description="The unit that sent them, such as the police. 所属单位"
    )


async def _parent(of: strawberry.Parent[area.Area], info: Info) -> area.Area | None:
    codes = area.path_codes(of.code)[:-1]
    return await info.context.loaders.areas.load(codes[-1]) if codes else None


async def _path(of: strawberry.Parent[area.Area], info: Info) -> list[area.Area]:
    found = await info.context.loaders.areas.load_many(area.path_codes(of.code))
    return [one for one in found if one]


async def _children(
    of: strawberry.Parent[area.Area], info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[area.Area]:
    return await info.context.loaders.children.load(
        Children(of.code, given(first, FIRST_DEFAULT), after)
    )


async def _boundary(of: strawberry.Parent[area.Area], info: Info) -> object:
    return await info.context.loaders.boundaries.load(of.code)


async def _staffing(of: strawberry.Parent[area.Area], info: Info) -> Staffing | None:
    if of.level is Level.MICRO_GRID or of.ended_on is not None:
        return None
    return await info.context.loaders.staffing.load(of.code)


async def _staff(of: strawberry.Parent[area.Area], info: Info) -> tuple[StaffMember, ...] | None:
    return await info.context.loaders.staff.load(of.code)


async def _successors(of: strawberry.Parent[area.Area], info: Info) -> object:
    return await info.context.loaders.successors.load(of.code)


async def _appointments(
    of: strawberry.Parent[area.Area], info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[Any]:
    viewer_id = info.context.person_id
    return await info.context.loaders.appointments.load(
        Appointments(of.code, viewer_id, given(first, FIRST_DEFAULT), after)
    )


async def _load(_context: Context, key: int) -> area.Area | None:
    return (await area.find_by_ids([key])).get(key)


@shows(area.Area, load=_load)
@strawberry.type(
    description="A city, town, village, grid or micro-grid. Its code is its path. 区划（网格）"
)
class Area(Node):
    """An area of the tree."""

    code: str = strawberry.field(
        description="6 digits for the city, 9 town, 12 village, 14 grid, 16 micro-grid. 区划代码"
    )
    level: Level = strawberry.field(description="The level in the tree. 层级")
    kind: AreaKind | None = strawberry.field(
        description="What sort of town, village or grid it is; null for other levels. 类别"
    )
    name: str = strawberry.field(description="The name. 名称")
    point: Point = strawberry.field(description="The centre. 中心点")
    households: Long = strawberry.field(description="Households of the whole subtree. 户数")
    population: Long = strawberry.field(description="Residents of the whole subtree. 人口")
    party_organisation: str | None = strawberry.field(
        description="The party organisation; every grid has exactly one. 党组织"
    )
    started_on: date = strawberry.field(description="The first day it held. 启用日期")
    ended_on: date | None = strawberry.field(
        description="The day it was merged or split; null while it holds. 停用日期"
    )
    parent: "Area | None" = shown(_parent, description="The area above; null for the city. 上级")
    path: list["Area"] = shown(_path, description="From the city down to this area. 路径")
    children: Connection["Area"] = shown(
        _children, description="The areas right below, by code. 下级"
    )
    boundary: list[Point] | None = shown(
        _boundary, description="The closed ring of its boundary, where drawn. 边界"
    )
    staffing: StaffingType | None = shown(
        _staffing,
        description="Its people and what is missing; null for a micro-grid, whose people count"
        " for its grid, and for an area that has ended. 力量配备",
    )
    staff: list[StaffMemberType] = shown(
        _staff, description="Those in charge of this very area. 负责人"
    )
    version: int = strawberry.field(description="Grows with every change. 版本")
    successors: list["Area"] = shown(
        _successors, description="What it became when it was merged or split. 承接区划"
    )
    appointments: Connection[
        Annotated["Appointment", strawberry.lazy("resolvers.person.appointment")]
    ] = shown(
        _appointments,
        description="Who holds and held which role in its subtree, by area; only what the"
        " viewer's roles reach. 任职记录",
    )


async def find(
    info: Info, code: Annotated[str, strawberry.argument(description="The code. 区划代码")]
) -> area.Area | None:
    """Find an area by its code."""
    return await info.context.loaders.areas.load(code)


async def search_areas(
    search: Annotated[
        str, strawberry.argument(description="A part of the name, or pinyin initials. 关键字")
    ],
    level: Annotated[
        Level | None, strawberry.argument(description="Only this level. 层级")
    ] = None,
    under: Annotated[
        str | None, strawberry.argument(description="Only this area's subtree. 上级代码")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[area.Area]:
    """Search areas."""
    return await area.search(
        search, level=level, under=under, first=given(first, FIRST_DEFAULT), after=after
    )


async def area_at(
    point: Annotated[PointInput, strawberry.argument(description="The place. 坐标")],
) -> area.Area | None:
    """Resolve a point to its grid."""
    return await area.at(point.point())


@shows(InCharge)
@strawberry.type(
    name="AreaInCharge", description="Who is in charge at a place, nearest first. 此地负责人"
)
class AreaInCharge:
    """Who is in charge at a place."""

    grid: Area = strawberry.field(description="The grid. 所在网格")
    micro_grid: Area | None = strawberry.field(
        description="The micro-grid with the nearest centre; null where there is none. 微网格"
    )
    staff: list[StaffMemberType] = strawberry.field(
        description="Liaisons of the micro-grid; worker, lead and specialists (the policeman is"
        " one) of the grid; cadres of the village. 负责人"
    )


async def area_in_charge(
    point: Annotated[PointInput, strawberry.argument(description="The place. 坐标")],
) -> InCharge | None:
    """Say who is in charge at a place."""
    return await area.in_charge(point.point())


@strawberry.type
class AreaQuery:
    """Root fields that show areas."""

    area: Area | None = shown(find, description="The area with this code. 按代码查区划")
    areas: Connection[Area] = shown(
        search_areas,
        description="Areas by a part of the name or the initials of its pinyin, higher levels"
        " first. 搜索区划",
    )
    area_at: Area | None = shown(
        area_at, description="The grid that a point lies in; null outside of every grid. 所在网格"
    )
    area_in_charge: AreaInCharge | None = shown(
        area_in_charge,
        description="Who is in charge at a place; null outside of every grid. 谁在负责",
    )
