"""What a merge or a split makes of grids: their codes, numbers and centres, and what goes where.

Nothing here reads a database. A code is the path, so the micro-grids get new codes too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from models import geo, naming
from models.area.outline import REACH_METERS, Part, checked_boundary, checked_kind
from models.area.record import Area, AreaKind, Level
from models.errors import Code, Refusal
from models.geo import Point

PARTS_LEAST = 2
PARTS_MOST = 8
NUMBER_MOST = 99
"""A grid and a micro-grid have two digits in their parent; none is used twice."""


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid to be made, with all that its row says."""

    code: str
    name: str
    kind: AreaKind
    party_organisation: str
    point: Point
    boundary: tuple[Point, ...] | None
    households: int
    population: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The grids to be made, and the areas that end with what follows each of them.

    `successors` names, for each grid and micro-grid that ends, the new ones, the first of which
    takes what can only be in one place; `spots` says for points of the old grids whose they are.
    """

    grids: tuple[NewGrid, ...]
    successors: Mapping[str, tuple[str, ...]]
    spots: tuple[tuple[Point, str], ...]

    @property
    def micro_grids(self) -> dict[str, str]:
        """The new code of each micro-grid."""
        return {
            old: new[0]
            for old, new in self.successors.items()
            if len(old) > len(self.grids[0].code)
        }

    def grid_at(self, point: Point) -> str:
        """Give the new grid of a point of the old ones: by boundary, else by what is nearest."""
        for grid in self.grids:
            if grid.boundary and geo.is_inside(point, grid.boundary):
                return grid.code
        return min(self.spots, key=lambda spot: (geo.distance_meters(point, spot[0]), spot[1]))[1]


def merged(
    old: Sequence[Area],
    micro_grids: Sequence[Area],
    part: Part,
    *,
    last_number: int,
    rings: Mapping[str, tuple[Point, ...]],
) -> Plan:
    """Plan one grid out of several of a village; raises Refusal INVALID or LIMIT_REACHED.

    `rings` are the boundaries that there are, by code; if every old grid has one and they fit
    together, the new grid has all that lay within them, unless another boundary is given.
    """
    if not PARTS_LEAST <= len(old) <= PARTS_MOST:
        raise Refusal(Code.INVALID, f"须选 {PARTS_LEAST} 到 {PARTS_MOST} 个网格", "codes")
    villages = {area.code[:-2] for area in old}
    if len(villages) > 1 or any(area.level is not Level.GRID for area in old):
        raise Refusal(Code.INVALID, "只能合并同一村（社区）的网格", "codes")
    kinds = {area.kind for area in old}
    kind = part.kind or (kinds.pop() if len(kinds) == 1 else None)
    if kind is None:
        raise Refusal(Code.INVALID, "须选择网格类别", "kind")
    grid = _grid(replace(part, kind=kind), old, _next(villages.pop(), last_number))
    fits = grid.boundary is None and len(rings) == len(old)
    counted = replace(
        grid,
        boundary=geo.joined(rings.values()) if fits else grid.boundary,
        households=sum(area.households for area in old),
        population=sum(area.population for area in old),
    )
    followers = {area.code: (grid.code,) for area in old}
    return Plan(
        (counted,), followers | _numbered(grid.code, micro_grids), ((grid.point, grid.code),)
    )


def divided(
    old: Area, micro_grids: Sequence[Area], parts: Sequence[Part], *, last_number: int
) -> Plan:
    """Plan several grids out of one; each micro-grid goes to exactly one of them.

    Raises Refusal INVALID or LIMIT_REACHED.
    """
    if not PARTS_LEAST <= len(parts) <= PARTS_MOST:
        raise Refusal(Code.INVALID, f"须拆为 {PARTS_LEAST} 到 {PARTS_MOST} 个网格", "parts")
    named = [code for part in parts for code in part.micro_grid_codes]
    if sorted(named) != sorted(area.code for area in micro_grids):
        raise Refusal(Code.INVALID, "每个微网格须恰好归入一个新网格", "parts")
    known = {area.code: area for area in micro_grids}
    grids: list[NewGrid] = []
    followers: dict[str, tuple[str, ...]] = {}
    spots: list[tuple[Point, str]] = []
    for place, part in enumerate(parts):
        members = [known[code] for code in sorted(part.micro_grid_codes)]
        code = _next(old.code[:-2], last_number + place)
        kept = replace(part, kind=part.kind or old.kind)
        grid = _grid(kept, members or [old], code, "parts", str(place))
        grids.append(_counted(grid, members))
        followers |= _numbered(code, members)
        spots += [(grid.point, code), *((member.point, code) for member in members)]
    codes = tuple(grid.code for grid in grids)
    return Plan(_settled(grids, old), {old.code: codes, **followers}, tuple(spots))


def _grid(part: Part, members: Sequence[Area], code: str, *above: str) -> NewGrid:
    """Check what is said of a grid; its numbers are still to come."""
    kind = checked_kind(Level.GRID, part.kind, *above)
    assert kind, "a grid has a kind"
    point = part.point or _centre(members)
    if all(geo.distance_meters(point, member.point) > REACH_METERS for member in members):
        raise Refusal(Code.INVALID, "中心点离原网格过远", *above, "point")
    return NewGrid(
        code=code,
        name=naming.line(part.name, *above, "name"),
        kind=kind,
        party_organisation=naming.line(part.party_organisation, *above, "partyOrganisation"),
        point=point,
        boundary=checked_boundary(part.boundary, point, *above) if part.boundary else None,
        households=0,
        population=0,
    )


def _counted(grid: NewGrid, members: Sequence[Area]) -> NewGrid:
    return replace(
        grid,
        households=sum(member.households for member in members),
        population=sum(member.population for member in members),
    )


def _settled(grids: Sequence[NewGrid], old: Area) -> tuple[NewGrid, ...]:
    """Keep the sums: what the old grid counts beyond its micro-grids goes to the first part."""
    households = _to_sum([grid.households for grid in grids], old.households)
    population = _to_sum([grid.population for grid in grids], old.population)
    return tuple(
        replace(grid, households=homes, population=people)
        for grid, homes, people in zip(grids, households, population, strict=True)
    )


def _to_sum(counts: Sequence[int], total: int) -> list[int]:
    settled, missing = [], total - sum(counts)
    for count in counts:
        settled.append(max(0, count + missing))
        missing = min(0, count + missing)
    return settled


def _centre(members: Sequence[Area]) -> Point:
    """Give the middle of the people, or of the centres where nobody lives; the city is flat."""
    weights = [member.population for member in members]
    if not any(weights):
        weights = [1] * len(members)
    return Point(*(
        round(fsum(w * m.point[axis] for w, m in zip(weights, members, strict=True))
              / sum(weights), 6)
        for axis in (0, 1)
    ))  # fmt: skip


def _numbered(grid_code: str, micro_grids: Sequence[Area]) -> dict[str, tuple[str, ...]]:
    ordered = sorted(area.code for area in micro_grids)
    return {code: (_next(grid_code, place),) for place, code in enumerate(ordered)}


def _next(parent_code: str, last_number: int) -> str:
    if last_number >= NUMBER_MOST:
        raise Refusal(Code.LIMIT_REACHED, "网格编号已用完")
    return f"{parent_code}{last_number + 1:02}"
