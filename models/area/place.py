"""Areas on the map: boundaries, and the grid of a point."""

from collections.abc import Iterable

import asyncpg
import orjson

from models import db, geo
from models.area.record import COLUMNS, Area, from_row
from models.geo import Point

GRID_REACH_METERS = 3_000.0
BOUNDARY_REACH_METERS = 10_000.0


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
    to the nearest centre within 3 km among the grids that have none.
    """
    rows = await db.fetch(_GRIDS_AROUND, *geo.box_around(point, BOUNDARY_REACH_METERS))
    for row in rows:
        if row["boundary"] is not None and geo.is_inside(point, _ring(row)):
            return from_row(row)
    return _nearest([from_row(row) for row in rows if row["boundary"] is None], point)


def _nearest(grids: list[Area], point: Point) -> Area | None:
    if not grids:
        return None
    distance, grid = min(
        ((geo.distance_meters(point, grid.point), grid) for grid in grids),
        key=lambda found: (found[0], found[1].code),
    )
    return grid if distance <= GRID_REACH_METERS else None


def _ring(row: asyncpg.Record) -> tuple[Point, ...]:
    return tuple(Point(*corner) for corner in orjson.loads(row["boundary"]))


_GRIDS_AROUND = f"""
SELECT {COLUMNS}, boundary FROM area
WHERE level = 'GRID' AND valid_to IS NULL
    AND longitude BETWEEN $1 AND $3 AND latitude BETWEEN $2 AND $4
ORDER BY code
"""  # noqa: S608 - constants
