"""The care map: the stations of a viewport as markers and clusters, bounded in number."""

from collections.abc import Collection
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from models.errors import Invalid
from models.geo import LATITUDE_MOST, LONGITUDE_MOST, Point
from models.station.care_cells import ZOOM_MOST, cells
from models.station.record import Station
from models.station.store import snapshot
from models.station.words import CARE_KINDS, Kind

MARKERS_MOST = 200


class Viewport(NamedTuple):
    """The part of the map that is seen, in degrees (GCJ-02)."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Marker:
    """A place on the map: one station, or how many stations stand around a point."""

    point: Point
    count: int
    station: Station | None


@dataclass(frozen=True, slots=True)
class CareMap:
    """The markers of a viewport, at most MARKERS_MOST; their counts are all stations in it."""

    markers: tuple[Marker, ...]


def care_map(viewport: Viewport, *, zoom: int, kinds: Collection[Kind] | None = None) -> CareMap:
    """Show the open stations of some kinds (none: the six care kinds) in a viewport.

    The order is from north to south and from west to east by cell. Raises Invalid.
    """
    _check(viewport, zoom)
    west, south, east, north = viewport
    current = snapshot()
    seen = [
        spot
        for kind in sorted(set(kinds or CARE_KINDS))
        for spot in current.spots[kind]
        if west <= spot[0] <= east and south <= spot[1] <= north
    ]
    gathered = cells(seen, zoom=zoom, most=MARKERS_MOST)
    by_place = sorted(gathered, key=lambda cell: (cell[1], cell[0]))
    return CareMap(tuple(_marker(gathered[cell]) for cell in by_place))


def _marker(stations: list[Station]) -> Marker:
    count = len(stations)
    if count == 1:
        return Marker(stations[0].point, 1, stations[0])
    # fsum gives the same middle in whatever order the stations come.
    longitude = fsum(station.point[0] for station in stations) / count
    latitude = fsum(station.point[1] for station in stations) / count
    return Marker(Point(longitude, latitude), count, None)


def _check(viewport: Viewport, zoom: int) -> None:
    west, south, east, north = viewport
    # Written so that NaN is refused too.
    if not (-LONGITUDE_MOST <= west < east <= LONGITUDE_MOST):
        raise Invalid("地图范围的西边须小于东边，且都在 ±180 之间")
    if not (-LATITUDE_MOST <= south < north <= LATITUDE_MOST):
        raise Invalid("地图范围的南边须小于北边，且都在 ±90 之间")
    if not 0 <= zoom <= ZOOM_MOST:
        raise Invalid(f"缩放级别须在 0 到 {ZOOM_MOST} 之间")
