"""Areas on the map: boundaries, and the grid of a point."""

from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg
import orjson

from models import catalogue, db, geo
from models.area.record import COLUMNS, Area, from_row
from models.catalogue import Catalogue
from models.geo import Point

BOUNDARY_REACH_METERS = 10_000.0


@dataclass(frozen=True, slots=True)
class Placing:
    """How far at most a place may be from the centre of a grid that has no boundary."""

    grid_reach_meters: float = 3_000.0

    def __post_init__(self) -> None:
        if not 0 < self.grid_reach_meters <= BOUNDARY_REACH_METERS:
            raise ValueError(f"the reach is above 0 and at most {BOUNDARY_REACH_METERS:g} m")


PLACING = catalogue.register(
    Catalogue(
        name="placing",
        title="To which grid a place belongs that lies in no boundary. 所在网格判定（米）",
        entry=Placing,
        default=(Placing(),),
    )
)


async def boundaries(codes: Iterable[str]) -> dict[str, tuple[Point, ...]]:
    """Give the closed ring of each of these areas that has one."""
    rows = await db.fetch(
        "SELECT code, boundary FROM area WHERE code = ANY($1) AND boundary IS NOT NULL",
        list(codes),
    )
    return {row["code"]: _ring(row) for row in rows}


async def at(point: Point) -> Area | None:
    """Resolve a point to its grid; None is outside.

    A grid with a boundary has the points inside it and no others; a point in no boundary belongs
    to the nearest centre within reach (by default 3 km) among the grids that have none.
    """
    far, near = (
        geo.box_around(point, reach) for reach in (BOUNDARY_REACH_METERS, GRID_REACH_METERS)
    )
    rows = await db.fetch(_GRIDS_AROUND, *far, *near)
    for row in rows:
        if row["boundary"] is not None and geo.is_inside(point, _ring(row)):
            return from_row(row)
    return _nearest([from_row(row) for row in rows if row["boundary"] is None], point)


async def micro_grid_at(point: Point) -> Area | None:
    """Resolve a point to the nearest micro-grid of its grid; None is outside."""
    grid = await at(point)
    if grid is None:
        return None
    rows = await db.fetch(_MICRO_GRIDS, grid.code)
    found = [from_row(row) for row in rows]
    return min(
        found, key=lambda one: (geo.distance_meters(point, one.point), one.code), default=None
    )


def _nearest(grids: list[Area], point: Point) -> Area | None:
    if not grids:
        return None
    distance, grid = min(
        ((geo.distance_meters(point, grid.point), grid) for grid in grids),
        key=lambda found: (found[0], found[1].code),
    )
    reach = catalogue.current(PLACING).entry.grid_reach_meters
    return grid if distance <= reach else None


def _ring(row: asyncpg.Record) -> tuple[Point, ...]:
    return tuple(Point(*corner) for corner in orjson.loads(row["boundary"]))


_GRIDS_AROUND = f"""
SELECT {COLUMNS}, boundary FROM area
WHERE level = 'GRID' AND valid_to IS NULL
    AND longitude BETWEEN $1 AND $3 AND latitude BETWEEN $2 AND $4
    AND (boundary IS NOT NULL OR longitude BETWEEN $5 AND $7 AND latitude BETWEEN $6 AND $8)
ORDER BY code
"""  # noqa: S608 - constants
_MICRO_GRIDS = f"""
SELECT {COLUMNS} FROM area
WHERE parent_code = $1 COLLATE "C" AND valid_to IS NULL ORDER BY code
"""  # noqa: S608 - constants
