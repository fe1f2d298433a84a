"""Locks on areas, and the one rule of them: areas first, in the order of codes.

Whoever writes what stands in an area `hold`s it, so that no merge takes the area away before the
commit; whoever changes areas takes them `for_change`. Both come before the lock of anything that
stands there. An event's reference to its area never waits for either.
"""

from collections.abc import Iterable

import asyncpg
import orjson

from models import geo
from models.area.record import COLUMNS, Area, from_row, is_code
from models.db import Connection
from models.errors import Code, Refusal, Stale
from models.geo import Point


async def hold(connection: Connection, code: str) -> Area | None:
    """Give the area if it holds today, and keep it so until the transaction ends."""
    if not is_code(code):
        return None
    row = await connection.fetchrow(_HOLD, code)
    return from_row(row) if row else None


async def hold_at(connection: Connection, code: str, point: Point) -> Area | None:
    """Give the grid in which a point of this grid lies today, and keep it so as `hold` does.

    A grid that has ended is followed to the one it became: of several that which has the point
    inside its boundary, else the one to whose centre or micro-grids it is nearest.
    """
    while (found := await hold(connection, code)) is None:
        rows = await connection.fetch(_FOLLOWERS, code)
        if not rows:
            return None
        code = _follower(rows, point)
    return found


def _follower(rows: Iterable[asyncpg.Record], point: Point) -> str:
    for row in rows:
        if row["boundary"] and geo.is_inside(point, _ring(row["boundary"])):
            return str(row["code"])
    spots = ((Point(row["longitude"], row["latitude"]), row["code"]) for row in rows)
    return str(min(spots, key=lambda spot: (geo.distance_meters(point, spot[0]), spot[1]))[1])


def _ring(boundary: str) -> tuple[Point, ...]:
    return tuple(Point(*corner) for corner in orjson.loads(boundary))


async def hold_all(connection: Connection, codes: Iterable[str]) -> dict[str, Area]:
    """Give those of these areas that hold today, and keep them so until the transaction ends."""
    rows = await connection.fetch(_HOLD_ALL, [code for code in codes if is_code(code)])
    return {row["code"]: from_row(row) for row in rows}


async def for_change(connection: Connection, codes: Iterable[str]) -> dict[str, Area]:
    """Give those of these areas that hold today, each locked against every other change."""
    rows = await connection.fetch(_FOR_CHANGE, [code for code in codes if is_code(code)])
    return {row["code"]: from_row(row) for row in rows}


async def below_for_change(connection: Connection, codes: Iterable[str]) -> dict[str, Area]:
    """Give the areas right below these that hold today, each locked in the same way."""
    rows = await connection.fetch(_BELOW, list(codes))
    return {row["code"]: from_row(row) for row in rows}


async def gone(connection: Connection, code: str, *path: str) -> Refusal:
    """Say why an area could not be locked: it has ended, which is Stale, or never was."""
    row = await connection.fetchrow(_WHATEVER, code) if is_code(code) else None
    return Stale(from_row(row)) if row else Refusal(Code.NOT_FOUND, "没有这个区划", *path)


# A row that changed while the statement waited is read again, so an area that ended is not given.
_HOLD = f"SELECT {COLUMNS} FROM area WHERE code = $1 AND valid_to IS NULL FOR SHARE"  # noqa: S608 - constants
_HOLD_ALL = f"""
SELECT {COLUMNS} FROM area WHERE code = ANY($1::text[]) AND valid_to IS NULL
ORDER BY code FOR SHARE
"""  # noqa: S608 - constants
_WHATEVER = f"SELECT {COLUMNS} FROM area WHERE code = $1"  # noqa: S608 - constants
_FOLLOWERS = """
SELECT grid.code, grid.boundary, spot.longitude, spot.latitude FROM area_successor AS went
JOIN area AS grid ON grid.code = went.successor_code
JOIN area AS spot ON spot.code = grid.code OR spot.parent_code = grid.code
WHERE went.area_code = $1 ORDER BY grid.code, spot.code
"""
_FOR_CHANGE = f"""
SELECT {COLUMNS} FROM area WHERE code = ANY($1::text[]) AND valid_to IS NULL
ORDER BY code FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_BELOW = f"""
SELECT {COLUMNS} FROM area WHERE parent_code = ANY($1::text[]) AND valid_to IS NULL
ORDER BY code FOR NO KEY UPDATE
"""  # noqa: S608 - constants
