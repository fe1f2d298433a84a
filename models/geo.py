"""Geometry on the globe: pure functions of degrees and metres.

The system's own points are in GCJ-02, the coordinate system of Chinese map SDKs; points in WGS-84
and BD-09 are converted where they come in.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from models.errors import Invalid
from models.words import Word

EARTH_RADIUS_METERS = 6_371_008.8
LONGITUDE_MOST = 180.0
LATITUDE_MOST = 90.0

EDGE_DEGREES = 1e-9
"""A point this near to a ring's edge (0.1 mm) is on it."""

INVERSE_ROUNDS_MOST = 20
INVERSE_DEGREES = 1e-10
"""An inverse found by iteration stops at this step (0.01 mm)."""

BOX_SLACK = 1e-9
"""A box is larger by this part of the half width, so that rounding never makes it too small."""

# The ellipsoid and the region of the published GCJ-02 formula (Krasovsky 1940).
_AXIS_METERS = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU_TURN = pi * 3000.0 / 180.0
_BAIDU_SHIFT = (0.0065, 0.006)


class CoordinateSystem(Word):
    """In which system a longitude and a latitude were measured."""

    GCJ_02 = "GCJ_02", "The system of Chinese maps and of WeChat.", "国测局坐标系"
    WGS_84 = "WGS_84", "The system of satellite receivers.", "世界大地坐标系"
    BD_09 = "BD_09", "The system of Baidu maps.", "百度坐标系"


class Point(NamedTuple):
    """A place on the globe, in degrees of GCJ-02."""

    longitude: float
    latitude: float


def to_gcj_02(longitude: float, latitude: float, system: CoordinateSystem) -> Point:
    """Convert degrees measured in `system` to GCJ-02; raises Invalid off the globe."""
    _check(longitude, latitude)
    if system is CoordinateSystem.WGS_84:
        return Point(*_shifted(longitude, latitude))
    if system is CoordinateSystem.BD_09:
        return Point(*_inverse(_baidu, longitude, latitude))
    return Point(longitude, latitude)


def from_gcj_02(point: Point, system: CoordinateSystem) -> tuple[float, float]:
    """Convert a point to longitude and latitude in `system`, the inverse of `to_gcj_02`."""
    _check(*point)
    if system is CoordinateSystem.WGS_84:
        return _inverse(_shifted, *point)
    if system is CoordinateSystem.BD_09:
        return _baidu(*point)
    return point.longitude, point.latitude


def distance_meters(a: Point, b: Point) -> float:
    """Give the great-circle distance by the haversine formula on the mean sphere."""
    latitude, other = radians(a[1]), radians(b[1])
    up, along = sin((other - latitude) / 2), sin(radians(b[0] - a[0]) / 2)
    half = up * up + cos(latitude) * cos(other) * (along * along)
    return 2 * EARTH_RADIUS_METERS * asin(min(1.0, sqrt(half)))


def box_around(point: Point, meters: float) -> tuple[float, float, float, float]:
    """Give west, south, east, north of a box that holds every point within `meters`.

    It is never too small; across a pole or the date line it takes in every longitude.
    """
    longitude, latitude = point
    angle = meters / EARTH_RADIUS_METERS * (1 + BOX_SLACK)
    south = latitude - degrees(angle) - EDGE_DEGREES
    north = latitude + degrees(angle) + EDGE_DEGREES
    if south <= -LATITUDE_MOST or north >= LATITUDE_MOST:
        return (
            -LONGITUDE_MOST,
            max(south, -LATITUDE_MOST),
            LONGITUDE_MOST,
            min(north, LATITUDE_MOST),
        )
    # The circle is widest where a meridian touches it, which is not at the point's own latitude.
    wide = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude))))) + EDGE_DEGREES
    west, east = longitude - wide, longitude + wide
    if west < -LONGITUDE_MOST or east > LONGITUDE_MOST:
        return -LONGITUDE_MOST, south, LONGITUDE_MOST, north
    return west, south, east, north


def is_inside(point: Point, ring: Sequence[Point]) -> bool:
    """Say whether a point lies in a closed ring (even-odd rule) or on its edge."""
    inside = False
    for start, end in pairwise(ring):
        if _is_on(point, start, end):
            return True
        if (start[1] > point[1]) != (end[1] > point[1]):
            share = (point[1] - start[1]) / (end[1] - start[1])
            inside ^= point[0] < start[0] + share * (end[0] - start[0])
    return inside


def joined(rings: Iterable[Sequence[Point]]) -> tuple[Point, ...] | None:
    """Join closed rings that share edges, corner by corner, into the one ring around all of them.

    Gives None where they don't fit together so: apart, overlapping, around a hole, or touching at
    other corners.
    """
    edges: set[tuple[Point, Point]] = set()
    for ring in rings:
        for start, end in pairwise(ring if _is_leftward(ring) else ring[::-1]):
            if (end, start) in edges:
                edges.remove((end, start))
            elif start != end:
                edges.add((start, end))
    following = dict(edges)
    if not following or len(following) < len(edges):
        return None
    first = min(following)
    around = [first]
    while (corner := following.pop(around[-1], None)) is not None:
        around.append(corner)
    return tuple(around) if not following and around[-1] == first else None


def _is_leftward(ring: Sequence[Point]) -> bool:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0


def _check(longitude: float, latitude: float) -> None:
    if not (isfinite(longitude) and isfinite(latitude)):
        raise Invalid("经纬度须为数字")
    if abs(longitude) > LONGITUDE_MOST or abs(latitude) > LATITUDE_MOST:
        raise Invalid("经度须在 ±180、纬度须在 ±90 之间")


def _is_on(point: Point, start: Point, end: Point) -> bool:
    along, up = end[0] - start[0], end[1] - start[1]
    right, above = point[0] - start[0], point[1] - start[1]
    length = along * along + up * up
    share = 0.0 if length == 0 else max(0.0, min(1.0, (right * along + above * up) / length))
    return hypot(right - share * along, above - share * up) <= EDGE_DEGREES


def _shifted(longitude: float, latitude: float) -> tuple[float, float]:
    """Shift WGS-84 to GCJ-02 by the published polynomial; outside of China they are the same."""
    west, south, east, north = _CHINA
    if not (west <= longitude <= east and south <= latitude <= north):
        return longitude, latitude
    x, y = longitude - 105.0, latitude - 35.0
    swing = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + swing
    up += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    up += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    along = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + swing
    along += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    along += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    turn = radians(latitude)
    bulge = 1 - _ECCENTRICITY_SQUARED * sin(turn) ** 2
    meridian = _AXIS_METERS * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    parallel = _AXIS_METERS / sqrt(bulge) * cos(turn)
    return longitude + degrees(along / parallel), latitude + degrees(up / meridian)


def _baidu(longitude: float, latitude: float) -> tuple[float, float]:
    """Shift GCJ-02 to BD-09 by the published formula."""
    away = hypot(longitude, latitude) + 0.00002 * sin(latitude * _BAIDU_TURN)
    turn = atan2(latitude, longitude) + 0.000003 * cos(longitude * _BAIDU_TURN)
    return away * cos(turn) + _BAIDU_SHIFT[0], away * sin(turn) + _BAIDU_SHIFT[1]


def _inverse(
    forward: Callable[[float, float], tuple[float, float]], longitude: float, latitude: float
) -> tuple[float, float]:
    """Find what `forward` takes to the given degrees; its shifts vary slowly, so steps shrink."""
    x, y = longitude, latitude
    for _ in range(INVERSE_ROUNDS_MOST):
        found = forward(x, y)
        right, above = longitude - found[0], latitude - found[1]
        x, y = x + right, y + above
        if max(abs(right), abs(above)) < INVERSE_DEGREES:
            break
    return x, y
