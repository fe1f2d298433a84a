"""Boxes of the map: squares by which what lies near a point is found in an index. Pure."""

from itertools import product
from math import floor

from models import geo
from models.geo import Point

_BOXES_IN_A_ROW = 1_000_000


class Boxes:
    """A grid of squares with sides of so many degrees; each has a number."""

    def __init__(self, *, degrees: float) -> None:
        self._degrees = degrees

    def of(self, point: Point) -> int:
        """Give the square that a point lies in."""
        return self._number(*self._place(point.longitude, point.latitude))

    def around(self, point: Point, *, meters: float) -> list[int]:
        """Give the squares that have a part within so many metres of a point."""
        west, south, east, north = geo.box_around(point, meters)
        (left, low), (right, high) = self._place(west, south), self._place(east, north)
        rows, columns = range(low, high + 1), range(left, right + 1)
        return [self._number(column, row) for row, column in product(rows, columns)]

    def _place(self, longitude: float, latitude: float) -> tuple[int, int]:
        return floor(longitude / self._degrees), floor(latitude / self._degrees)

    @staticmethod
    def _number(column: int, row: int) -> int:
        return row * _BOXES_IN_A_ROW + column


def meters_sql(table: str, *, longitude: str, latitude: str) -> str:
    """Give the SQL of the distance from a row's place to the point in these parameters.

    It is the haversine formula, as in models/geo.py.
    """
    return f"""2 * {geo.EARTH_RADIUS_METERS} * asin(least(1, sqrt(
    sin(radians({table}.latitude - {latitude}) / 2) ^ 2
    + cos(radians({latitude})) * cos(radians({table}.latitude))
        * sin(radians({table}.longitude - {longitude}) / 2) ^ 2)))"""
