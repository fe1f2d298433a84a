"""Which stations are nearest: an exact search over tiles, in plain Python.

Places are unit vectors, and the order is that of chords: a chord needs no trigonometry, grows with
the distance along the globe, and is exact to nanometres. Tiles are searched ring by ring around
the point until nothing outside of the rings can be nearer than what was found.
"""

from collections.abc import Callable, Iterable, Iterator
from math import cos, hypot, inf, radians, sin
from typing import TypeAlias

from models.geo import EARTH_RADIUS_METERS, Point, distance_meters
from models.station.record import Station

TILE_DEGREES = 0.006
"""About 600 m: a few tiles hold a page of stations in a town."""

FLAT_MOST = 150
"""So few stations are looked at one by one, without tiles."""

CHORD_SLACK = 1 + 1e-9
CHORD_FLOOR = 1e-18
"""By more than this factor plus this much (6 mm on the globe) rounding never moves a squared
chord."""

EDGE_SLACK_DEGREES = 1e-9
"""How far rounding may put a place over the edge of its tile; a thousand times what it does."""

_STRIDE = 1 << 20

Vector: TypeAlias = tuple[float, float, float]
Place: TypeAlias = tuple[float, float, float, int, Station]
Found: TypeAlias = tuple[float, int, Station]
Wanted: TypeAlias = Callable[[Station], bool]


def vector(point: Point) -> Vector:
    """Give the unit vector of a point."""
    longitude, latitude = radians(point[0]), radians(point[1])
    flat = cos(latitude)
    return flat * cos(longitude), flat * sin(longitude), sin(latitude)


def place(station: Station) -> Place:
    """Give a station as tiles hold it."""
    return (*vector(station.point), station.id, station)


def chords(meters: float) -> tuple[float, float]:
    """Give the least and the most squared chord that something so far away can have."""
    chord = 2 * sin(meters / EARTH_RADIUS_METERS / 2)
    return least(chord * chord), most(chord * chord)


def least(chord: float) -> float:
    """Give a squared chord that is certainly less than what rounding made this one of."""
    return (chord - CHORD_FLOOR) / CHORD_SLACK


def most(chord: float) -> float:
    """Give a squared chord that is certainly more than what rounding made this one of."""
    return chord * CHORD_SLACK + CHORD_FLOOR


class Tiles:
    """Stations by place; never changed once built. The date line is no place for a city."""

    __slots__ = ("_columns", "_flat", "_places", "_rows", "_tiles")

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = list(places)
        self._tiles: dict[int, list[Place]] = {}
        spots = [_spot(place[4].point) for place in self._places]
        for (row, column), place in zip(spots, self._places, strict=True):
            self._tiles.setdefault(row * _STRIDE + column, []).append(place)
        rows, columns = {row for row, _ in spots} or {0}, {column for _, column in spots} or {0}
        self._rows = min(rows), max(rows)
        self._columns = min(columns), max(columns)
        # The least cosine of a latitude here: where a degree of longitude is shortest.
        self._flat = min((hypot(place[0], place[1]) for place in self._places), default=1.0)

    def __len__(self) -> int:
        return len(self._places)

    def near(
        self, point: Point, *, most: float, enough: int, beyond: float, is_wanted: Wanted | None
    ) -> list[Found]:
        """Give (squared chord, id, station) of the wanted within a squared chord, in no order.

        All that are as near as the `enough`-th farther than `beyond` are among them.
        """
        x, y, z = vector(point)
        found: list[Found] = []
        for places, complete in self._rings(point, most, hypot(x, y)):
            found += [
                (chord, key, station)
                for px, py, pz, key, station in places
                if (chord := (a := px - x) * a + (b := py - y) * b + (c := pz - z) * c) <= most
                and (is_wanted is None or is_wanted(station))
            ]
            if len(found) >= enough and sum(beyond < f[0] <= complete for f in found) >= enough:
                break
        return found

    def has_within(self, point: Point, meters: float) -> bool:
        """Say whether any station is within a distance, by true distance."""
        x, y, z = vector(point)
        low, high = chords(meters)
        for places, _ in self._rings(point, high, hypot(x, y)):
            for px, py, pz, _, station in places:
                chord = (a := px - x) * a + (b := py - y) * b + (c := pz - z) * c
                if chord < low or (
                    chord <= high and distance_meters(point, station.point) <= meters
                ):
                    return True
        return False

    def _rings(
        self, point: Point, most: float, flat: float
    ) -> Iterator[tuple[list[Place], float]]:
        """Give places, ring by ring, and the squared chord within which all are given by then."""
        if len(self._places) <= FLAT_MOST:
            yield self._places, inf
            return
        row, column = _spot(point)
        (south, north), (west, east) = self._rows, self._columns
        last = max(north - row, row - south, east - column, column - west)
        inner = _margin(point, row, column) - EDGE_SLACK_DEGREES
        flattest = 2 * min(flat, self._flat)
        for ring in range(
            max(0, south - row, row - north, west - column, column - east), last + 1
        ):
            edge = flattest * sin(radians(ring * TILE_DEGREES + inner) / 2)
            complete = least(edge * edge) if edge > 0 else -1.0
            yield self._ring(row, column, ring), complete
            if complete > most:
                return

    def _ring(self, row: int, column: int, ring: int) -> list[Place]:
        """Give the places in the tiles that are `ring` steps away from a tile."""
        (south, north), (west, east) = self._rows, self._columns
        left, right = max(column - ring, west), min(column + ring, east)
        down, up = max(row - ring + 1, south), min(row + ring - 1, north)
        lines = [
            range(line * _STRIDE + left, line * _STRIDE + right + 1)
            for line in {row - ring, row + ring}
            if south <= line <= north
        ]
        lines += [
            range(down * _STRIDE + line, up * _STRIDE + line + 1, _STRIDE)
            for line in (column - ring, column + ring)
            if west <= line <= east
        ]
        tiles = self._tiles
        return [place for line in lines for key in line if key in tiles for place in tiles[key]]


def _spot(point: Point) -> tuple[int, int]:
    return int(point[1] // TILE_DEGREES), int(point[0] // TILE_DEGREES)


def _margin(point: Point, row: int, column: int) -> float:
    """Give how far, in degrees, a point is from the nearest edge of its tile."""
    up, along = point[1] - row * TILE_DEGREES, point[0] - column * TILE_DEGREES
    return min(up, TILE_DEGREES - up, along, TILE_DEGREES - along)
