"""What people may say of an area, and what of it can't be. Nothing here reads a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from models import geo, naming
from models.area.record import Area, AreaKind, Level
from models.errors import Code, Refusal
from models.geo import Point

CORNERS_LEAST = 3
CORNERS_MOST = 500
REACH_METERS = 10_000.0
"""How far from its centre a grid may have its corners, and a new centre may be from the old."""

KINDS: Mapping[Level, frozenset[AreaKind]] = {
    Level.CITY: frozenset(),
    Level.TOWN: frozenset({AreaKind.SUBDISTRICT, AreaKind.TOWN}),
    Level.VILLAGE: frozenset({AreaKind.VILLAGE, AreaKind.COMMUNITY}),
    Level.GRID: frozenset({AreaKind.GENERAL, AreaKind.DEDICATED}),
    Level.MICRO_GRID: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What shall be said of an area from now on; None leaves what is.

    A boundary is a ring, closed or not; an empty one takes the boundary away.
    """

    name: str | None = None
    kind: AreaKind | None = None
    party_organisation: str | None = None
    point: Point | None = None
    boundary: Sequence[Point] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A grid that a merge or a split makes; without a centre it gets that of its people.

    `micro_grid_codes` are the micro-grids that it takes over from the grid that is split.
    """

    name: str
    party_organisation: str
    kind: AreaKind | None = None
    point: Point | None = None
    boundary: Sequence[Point] | None = None
    micro_grid_codes: Sequence[str] = ()


def changed(old: Area, changes: Changes) -> Area:
    """Give the area as it shall be, without its boundary; raises Refusal INVALID."""
    new = replace(
        old,
        name=old.name if changes.name is None else naming.line(changes.name, "name"),
        kind=checked_kind(old.level, changes.kind) or old.kind,
        point=changes.point or old.point,
        party_organisation=_organisation(old, changes),
    )
    is_small = old.level in {Level.GRID, Level.MICRO_GRID}
    if is_small and geo.distance_meters(old.point, new.point) > REACH_METERS:
        raise Refusal(Code.INVALID, "中心点离原位置过远", "point")
    return new


def checked_kind(level: Level, kind: AreaKind | None, *above: str) -> AreaKind | None:
    """Give the kind if areas of this level have such; raises Refusal INVALID."""
    if kind is not None and kind not in KINDS[level]:
        raise Refusal(Code.INVALID, "该层级没有这个类别", *above, "kind")
    return kind


def checked_boundary(ring: Sequence[Point], centre: Point, *above: str) -> tuple[Point, ...]:
    """Give the closed ring; raises Refusal INVALID for what is none or lies elsewhere.

    `above` is the path of the input that has the boundary.
    """
    path = (*above, "boundary")
    corners = list(ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring)
    if not CORNERS_LEAST <= len(corners) <= CORNERS_MOST or len(set(corners)) < CORNERS_LEAST:
        raise Refusal(Code.INVALID, f"边界须有 {CORNERS_LEAST} 到 {CORNERS_MOST} 个角", *path)
    if any(geo.distance_meters(centre, corner) > REACH_METERS for corner in corners):
        raise Refusal(Code.INVALID, "边界离中心点过远", *path)
    return (*corners, corners[0])


def boundary_json(ring: Sequence[Point] | None) -> str | None:
    """Write a boundary as its column has it."""
    return orjson.dumps([tuple(corner) for corner in ring]).decode() if ring else None


def _organisation(old: Area, changes: Changes) -> str | None:
    if changes.party_organisation is None:
        return old.party_organisation
    return naming.line(changes.party_organisation, "partyOrganisation")
