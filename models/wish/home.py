"""Where what somebody wishes for or offers lies: the grid of their home, at its centre."""

from typing import NamedTuple

from models.boxes import Boxes
from models.db import Connection
from models.geo import Point

BOXES = Boxes(degrees=0.01)
"""The squares by which wishes and offers are found near a place."""


class Home(NamedTuple):
    """The household of somebody, its micro-grid, the grid and its centre."""

    household_id: int | None
    micro_grid_code: str
    area_code: str
    point: Point


async def home_of(connection: Connection, person_id: int) -> Home | None:
    """Give where somebody lives; None for who lives nowhere here."""
    row = await connection.fetchrow(_HOME, person_id)
    if row is None:
        return None
    point = Point(row["longitude"], row["latitude"])
    return Home(row["household_id"], row["micro_grid_code"], row["code"], point)


_HOME = """
SELECT household_id, residence.area_code AS micro_grid_code, area.code, longitude, latitude
FROM residence JOIN area ON area.code = left(residence.area_code, 14)
WHERE person_id = $1 AND state = 'CONFIRMED'
"""
