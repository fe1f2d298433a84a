"""Which stations are nearest: an exact search over strips of latitude, in plain Python.

A strip has its stations in order of longitude, so that a box is a slice of a few strips. Whoever
is in a box that holds a circle is measured by the very formula of `geo.distance_meters`; circles
grow until one has enough, and a first look at the neighbourhood says how large to begin.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from math import asin, cos, hypot, pi, radians, sin, sqrt
from typing import TypeAlias

from models.geo import EARTH_RADIUS_METERS, Point, box_around
from models.station.record import Station

STRIP_DEGREES = 0.005
"""About 560 m: a circle with a page of stations in it meets a few strips."""

PROBE_METERS = 1_000.0
"""How far around the first look counts."""

AMPLE = 1.4
"""By this factor more stations than needed are expected in a circle, since none is even."""

GROWTH_LEAST, GROWTH_MOST = 1.4, 4.0
"""The limits of the factor by which a circle grows that had too few."""

ROUNDING = 1 + 1e-9
"""By more than this factor rounding never moves the haversine of an angle."""

Place: TypeAlias = tuple[float, float, float, int, Station]
Found: TypeAlias = tuple[float, int, Station]
Wanted: TypeAlias = Callable[[Station], bool]
Strip: TypeAlias = tuple[list[float], list[Place]]


class Strips:
    """Stations by place; never changed once built."""

    __slots__ = ("_count", "_first", "_strips")

    def __init__(self, stations: Iterable[Station]) -> None:
        places = sorted((_place(station) for station in stations), key=lambda place: place[0])
        self._count = len(places)
        lines = [_line(place[4].point[1]) for place in places]
        self._first = min(lines, default=0)
        last = max(lines, default=-1)
        self._strips: list[Strip] = [([], []) for _ in range(self._first, last + 1)]
        for line, place in zip(lines, places, strict=True):
            longitudes, strip = self._strips[line - self._first]
            longitudes.append(place[0])
            strip.append(place)

    def __len__(self) -> int:
        return self._count

    def within(
        self, point: Point, meters: float, *, is_wanted: Wanted | None = None
    ) -> list[Found]:
        """Give (distance, id, station) of all the wanted within a distance, in no order."""
        west, south, east, north = box_around(point, meters)
        there, here = point[0], radians(point[1])
        flat = cos(here)
        most = min(1.0, sin(min(meters / EARTH_RADIUS_METERS, pi) / 2) ** 2 * ROUNDING)
        return [
            (distance, key, station)
            for longitudes, strip in self._between(south, north)
            for longitude, latitude, cosine, key, station in strip[
                bisect_left(longitudes, west) : bisect_right(longitudes, east)
            ]
            # First without roots: most of those outside of the circle need no more.
            if (
                haversine := (up := sin((latitude - here) / 2)) * up
                + flat * cosine * ((along := sin(radians(longitude - there) / 2)) * along)
            )
            <= most
            and (distance := 2 * EARTH_RADIUS_METERS * asin(sqrt(haversine))) <= meters
            and (is_wanted is None or is_wanted(station))
        ]

    def nearest(
        self,
        point: Point,
        *,
        within_meters: float,
        enough: int,
        start: tuple[float, int],
        is_wanted: Wanted | None = None,
    ) -> list[Found]:
        """Give the first `enough` wanted within a distance, after a distance and id, in order."""
        needed = AMPLE * enough
        radius = hypot(self._radius(point, needed), max(0.0, start[0]))
        while True:
            radius = min(radius, within_meters)
            found = self.within(point, radius, is_wanted=is_wanted)
            found.sort()
            after = found[bisect_left(found, (start[0], start[1] + 1)) :]
            if len(after) >= enough or radius == within_meters:
                return after[:enough]
            growth = sqrt(needed / max(1, len(after)))
            radius *= min(max(growth, GROWTH_LEAST), GROWTH_MOST)

    def _radius(self, point: Point, needed: float) -> float:
        """Guess the radius of the circle with so many, as if all were spread as around here."""
        west, south, east, north = box_around(point, PROBE_METERS)
        seen = sum(
            bisect_right(longitudes, east) - bisect_left(longitudes, west)
            for longitudes, _ in self._between(south, north)
        )
        return PROBE_METERS * sqrt(4 / pi * needed / max(1, seen))

    def _between(self, south: float, north: float) -> list[Strip]:
        low, high = _line(south) - self._first, _line(north) - self._first
        return self._strips[max(0, low) : max(0, high + 1)]


def _place(station: Station) -> Place:
    """Give what of a station the formula of the distance needs: its latitude is in radians."""
    latitude = radians(station.point[1])
    return station.point[0], latitude, cos(latitude), station.id, station


def _line(latitude: float) -> int:
    return int(latitude // STRIP_DEGREES)
