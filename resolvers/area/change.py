"""Changing, merging and splitting grids."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import area
from models.access import Action
from models.area import Area as AreaRecord
from models.area import AreaKind, Changes, Part
from models.errors import Stale
from models.geo import Point
from resolvers import guard
from resolvers.area.query import Area
from resolvers.context import Info
from resolvers.payload import UserError, UserErrorRecord, user_errors
from resolvers.place import PointInput

KEY = "Any text of the client's own: the same key acts once only. 幂等键"
BOUNDARY = "The corners of the boundary, in order. 边界"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaChanged:
    """What a change of areas gives back."""

    area: AreaRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="What shall be said of an area; what is null stays. 区划修改")
class AreaChangeInput:
    """What shall be said of an area."""

    code: str = strawberry.field(description="The area. 区划代码")
    version: int = strawberry.field(
        description="The version that was seen; an older one is a CONFLICT. 版本"
    )
    name: str | None = strawberry.field(default=None, description="The new name. 名称")
    kind: AreaKind | None = strawberry.field(default=None, description="The new kind. 类别")
    party_organisation: str | None = strawberry.field(
        default=None, description="The new party organisation. 党组织"
    )
    point: PointInput | None = strawberry.field(default=None, description="The new centre. 中心点")
    boundary: list[PointInput] | None = strawberry.field(
        default=None, description=f"{BOUNDARY}; an empty list takes it away. 空列表为取消边界"
    )


@strawberry.input(description="Which grids become which one. 网格合并")
class AreaMergeInput:
    """Which grids become which one."""

    codes: list[str] = strawberry.field(description="2 to 8 grids of one village. 网格代码")
    name: str = strawberry.field(description="The name of the new grid. 名称")
    party_organisation: str = strawberry.field(description="Its party organisation. 党组织")
    kind: AreaKind | None = strawberry.field(
        default=None, description="Its kind; needed where the old ones differ. 类别"
    )
    point: PointInput | None = strawberry.field(
        default=None, description="Its centre; by default that of its people. 中心点"
    )
    boundary: list[PointInput] | None = strawberry.field(default=None, description=BOUNDARY)
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="One grid of those that a split makes. 拆分后的网格")
class AreaPartInput:
    """One grid of those that a split makes."""

    micro_grid_codes: list[str] = strawberry.field(
        description="The micro-grids of the old grid that it takes over. 微网格代码"
    )
    name: str = strawberry.field(description="The name. 名称")
    party_organisation: str = strawberry.field(description="The party organisation. 党组织")
    kind: AreaKind | None = strawberry.field(
        default=None, description="The kind; by default that of the old grid. 类别"
    )
    point: PointInput | None = strawberry.field(
        default=None, description="The centre; by default that of its people. 中心点"
    )
    boundary: list[PointInput] | None = strawberry.field(default=None, description=BOUNDARY)


@strawberry.input(description="Which grid becomes which ones. 网格拆分")
class AreaSplitInput:
    """Which grid becomes which ones."""

    code: str = strawberry.field(description="The grid. 网格代码")
    parts: list[AreaPartInput] = strawberry.field(
        description="2 to 8 grids, which share all micro-grids; the first takes what stands at no"
        " micro-grid. 拆分方案"
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="What `areaChange` gives back. 区划修改结果")
class AreaChangePayload:
    """What `areaChange` gives back."""

    area: Area | None = strawberry.field(
        description="The area as it is now, on CONFLICT too. 当前区划"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `areaMerge` gives back. 网格合并结果")
class AreaMergePayload:
    """What `areaMerge` gives back."""

    area: Area | None = strawberry.field(
        description="The new grid; on CONFLICT one that has ended. 新网格"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `areaSplit` gives back. 网格拆分结果")
class AreaSplitPayload:
    """What `areaSplit` gives back."""

    area: Area | None = strawberry.field(
        description="The old grid, whose successors are the new ones; on CONFLICT as somebody"
        " else left it. 原网格"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.AREA_CHANGE, outcome=AreaChanged)
async def area_change(
    info: Info,
    change: Annotated[
        AreaChangeInput, strawberry.argument(name="input", description="The change. 修改内容")
    ],
) -> AreaChanged:
    """Change what an area says of itself."""
    changes = Changes(
        name=change.name,
        kind=change.kind,
        party_organisation=change.party_organisation,
        point=change.point.point() if change.point else None,
        boundary=_ring(change.boundary),
    )
    actor_id = guard.signed_in(info)
    try:
        changed = await area.change(
            change.code, actor_id=actor_id, version=change.version, changes=changes
        )
    except Stale as stale:
        return _conflict(stale)
    return AreaChanged(area=changed)


@guard.needs(Action.AREA_CHANGE, outcome=AreaChanged)
async def area_merge(
    info: Info,
    merge: Annotated[
        AreaMergeInput, strawberry.argument(name="input", description="The merge. 合并方案")
    ],
) -> AreaChanged:
    """Make one grid of several."""
    actor_id = guard.signed_in(info)
    try:
        made = await area.merge(
            merge.codes, actor_id=actor_id, part=_part(merge), key=merge.idempotency_key
        )
    except Stale as stale:
        return _conflict(stale)
    return AreaChanged(area=made)


@guard.needs(Action.AREA_CHANGE, outcome=AreaChanged)
async def area_split(
    info: Info,
    split: Annotated[
        AreaSplitInput, strawberry.argument(name="input", description="The split. 拆分方案")
    ],
) -> AreaChanged:
    """Make several grids of one."""
    actor_id = guard.signed_in(info)
    parts = [_part(part, part.micro_grid_codes) for part in split.parts]
    try:
        ended = await area.split(
            split.code, actor_id=actor_id, parts=parts, key=split.idempotency_key
        )
    except Stale as stale:
        return _conflict(stale)
    return AreaChanged(area=ended)


def _conflict(stale: Stale) -> AreaChanged:
    assert isinstance(stale.current, AreaRecord)
    return AreaChanged(area=stale.current, user_errors=user_errors(stale))


def _part(
    given: AreaMergeInput | AreaPartInput, micro_grid_codes: list[str] | None = None
) -> Part:
    return Part(
        name=given.name,
        party_organisation=given.party_organisation,
        kind=given.kind,
        point=given.point.point() if given.point else None,
        boundary=_ring(given.boundary),
        micro_grid_codes=micro_grid_codes or (),
    )


def _ring(corners: list[PointInput] | None) -> list[Point] | None:
    return None if corners is None else [corner.point() for corner in corners]


@strawberry.type
class AreaMutation:
    """Root fields that change areas."""

    area_change: AreaChangePayload = guard.mutation(
        area_change, description="Change what an area says of itself. 修改区划"
    )
    area_merge: AreaMergePayload = guard.mutation(
        area_merge,
        description="Merge grids of a village into a new one. They keep their row and history;"
        " what stands there now moves. 合并网格",
    )
    area_split: AreaSplitPayload = guard.mutation(
        area_split,
        description="Split a grid into new ones. It keeps its row and history; what stands there"
        " now moves, and its staff serves every part until those above decide. 拆分网格",
    )
