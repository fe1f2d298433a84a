"""Areas on the map: boundaries, and the grid of a point."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import orjson

from models import catalogue, db, geo
from models.area.record import COLUMNS, Area, from_row
from models.catalogue import Catalogue
from models.geo import Point

BOUNDARY_REACH_METERS = 10_000.0

Box: TypeAlias = tuple[float, float, float, float]


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
    return {row["code"]: _ring(row) for row in await db.fetch(_BOUNDARIES, list(codes))}


async def boundaries_in(
    connection: db.Connection, codes: Iterable[str]
) -> dict[str, tuple[Point, ...]]:
    """Give the same inside an action's transaction."""
    rows = await connection.fetch(_BOUNDARIES, list(codes))
    return {row["code"]: _ring(row) for row in rows}


async def at(point: Point) -> Area | None:
    """Resolve a point to its grid; None is outside.

    A grid with a boundary has the points inside it and no others; a point in no boundary belongs
    to the nearest centre within reach (by default 3 km) among the grids that have none.
    """
    return (await at_all([point]))[0]


async def at_all(points: Sequence[Point]) -> list[Area | None]:
    """Resolve points to their grids as `at` does, in one statement for all."""
    if not points:
        return []
    reach = catalogue.current(PLACING).entry.grid_reach_meters
    far = [geo.box_around(point, BOUNDARY_REACH_METERS) for point in points]
    near = [geo.box_around(point, reach) for point in points]
    rows = await db.fetch(_GRIDS_AROUND, *_hull(far), *_hull(near))
    grids = [(from_row(row), _ring(row) if row["boundary"] else None) for row in rows]
    if len(points) == 1:
        return [_grid(points[0], far[0], grids)]
    # A thousand points take half a second: not on the event loop.
    return await asyncio.to_thread(
        lambda: [_grid(point, box, grids) for point, box in zip(points, far, strict=True)]
    )


def _hull(boxes: Sequence[Box]) -> Box:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _grid(
    point: Point,
    box: Box,
    grids: list[tuple[Area, tuple[Point, ...] | None]],
) -> Area | None:
    west, south, east, north = box
    around = [
        (grid, ring)
        for grid, ring in grids
        if west <= grid.point[0] <= east and south <= grid.point[1] <= north
    ]
    for grid, ring in around:
        if ring is not None and geo.is_inside(point, ring):
            return grid
    return _nearest([grid for grid, ring in around if ring is None], point)


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


_BOUNDARIES = "SELECT code, boundary FROM area WHERE code = ANY($1) AND boundary IS NOT NULL"
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
