"""Geometry: conversions go there and back to 1 cm, boxes are never too small, edges are inside."""

from math import cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import geo
from models.errors import Invalid
from models.geo import CoordinateSystem, Point

CENTIMETER = 0.01
SQUARE = tuple(Point(x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)))

points = st.builds(
    Point,
    st.floats(-180, 180, allow_nan=False),
    st.floats(-89, 89, allow_nan=False),
)
points_in_china = st.builds(Point, st.floats(73.6, 134.7), st.floats(18.2, 53.5))
systems = st.sampled_from(CoordinateSystem)


def test_satellite_degrees_become_those_of_chinese_maps() -> None:
    found = geo.to_gcj_02(116.404, 39.915, CoordinateSystem.WGS_84)
    assert found == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


def test_degrees_of_chinese_maps_become_those_of_baidu() -> None:
    found = geo.from_gcj_02(Point(116.404, 39.915), CoordinateSystem.BD_09)
    assert found == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_degrees_of_chinese_maps_stay_as_they_are() -> None:
    assert geo.to_gcj_02(120.3, 31.9, CoordinateSystem.GCJ_02) == Point(120.3, 31.9)


def test_outside_of_china_satellite_degrees_stay_as_they_are() -> None:
    assert geo.to_gcj_02(2.35, 48.85, CoordinateSystem.WGS_84) == Point(2.35, 48.85)


@given(points_in_china, systems)
def test_there_and_back_is_the_same_place_to_a_centimeter(
    point: Point, system: CoordinateSystem
) -> None:
    back = geo.to_gcj_02(*geo.from_gcj_02(point, system), system)
    assert geo.distance_meters(point, back) < CENTIMETER


@given(points_in_china, systems)
def test_back_and_there_is_the_same_place_to_a_centimeter(
    point: Point, system: CoordinateSystem
) -> None:
    there = geo.from_gcj_02(geo.to_gcj_02(*point, system), system)
    assert geo.distance_meters(point, Point(*there)) < CENTIMETER


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), 181.0, -1e300])
def test_degrees_off_the_globe_are_invalid(bad: float) -> None:
    for system in CoordinateSystem:
        with pytest.raises(Invalid):
            geo.to_gcj_02(bad, 31.9, system)
        with pytest.raises(Invalid):
            geo.to_gcj_02(120.3, bad, system)


def test_a_degree_of_the_equator_is_a_360th_of_it() -> None:
    assert geo.distance_meters(Point(0, 0), Point(1, 0)) == pytest.approx(111_195.0802, abs=1e-3)
    assert geo.distance_meters(Point(0, 0), Point(180, 0)) == pytest.approx(20_015_114.442, 1e-9)


@given(points, points)
def test_a_distance_is_the_same_from_both_ends(a: Point, b: Point) -> None:
    assert geo.distance_meters(a, b) == pytest.approx(geo.distance_meters(b, a), abs=1e-6)
    assert geo.distance_meters(a, a) == 0.0


@given(points, st.floats(1, 50_000), st.floats(0, 360))
def test_a_box_holds_every_point_of_its_circle(
    point: Point, meters: float, bearing: float
) -> None:
    longitude, latitude = _walk(point, meters, bearing)
    west, south, east, north = geo.box_around(point, meters)
    assert west <= longitude <= east
    assert south <= latitude <= north


def test_a_box_is_hardly_larger_than_its_circle() -> None:
    west, south, east, north = geo.box_around(Point(120.3, 31.9), 3_000)
    height = geo.distance_meters(Point(120.3, south), Point(120.3, north))
    width = geo.distance_meters(Point(west, 31.9), Point(east, 31.9))
    assert height == pytest.approx(6_000, abs=0.01)
    assert width == pytest.approx(6_000, abs=0.01)


@pytest.mark.parametrize("point", [Point(10, 89.999), Point(10, -89.999)])
def test_a_box_at_a_pole_holds_every_longitude(point: Point) -> None:
    west, _, east, _ = geo.box_around(point, 3_000)
    assert (west, east) == (-180, 180)


@pytest.mark.parametrize(
    "point", [Point(0.5, 0.5), Point(0, 0), Point(1, 1), Point(0.5, 0), Point(0, 0.3)]
)
def test_points_inside_a_ring_and_on_its_edge_are_inside(point: Point) -> None:
    assert geo.is_inside(point, SQUARE)
    assert geo.is_inside(point, SQUARE[::-1])


@pytest.mark.parametrize(
    "point", [Point(1.1, 0.5), Point(-0.1, 0), Point(2, 1), Point(0.5, 1.000001), Point(-1, 1)]
)
def test_points_outside_a_ring_are_outside(point: Point) -> None:
    assert not geo.is_inside(point, SQUARE)


def test_the_notch_of_a_ring_is_outside() -> None:
    corners = ((0, 0), (4, 0), (4, 4), (2, 1), (0, 4), (0, 0))
    notched = tuple(Point(x, y) for x, y in corners)
    assert not geo.is_inside(Point(2, 3), notched)
    assert geo.is_inside(Point(2, 0.5), notched)


def test_a_ring_without_points_holds_nothing() -> None:
    assert not geo.is_inside(Point(0, 0), ())


def _walk(point: Point, meters: float, bearing: float) -> tuple[float, float]:
    """Walk along a great circle, without wrapping at the date line."""
    from math import asin, atan2

    angle, turn = meters / geo.EARTH_RADIUS_METERS, radians(bearing)
    latitude = radians(point.latitude)
    end = asin(sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(turn))
    east = atan2(sin(turn) * sin(angle) * cos(latitude), cos(angle) - sin(latitude) * sin(end))
    longitude = point.longitude + degrees(east)
    return (longitude + 540) % 360 - 180 if abs(longitude) > 180 else longitude, degrees(end)


CELLS = [(x, y) for x in range(4) for y in range(4)]


def cell(x: int, y: int, *, is_turned: bool = False) -> tuple[Point, ...]:
    ring = tuple(Point(x + right, y + up) for right, up in SQUARE)
    return ring[::-1] if is_turned else ring


@given(st.lists(st.tuples(st.sampled_from(CELLS), st.booleans()), unique_by=lambda one: one[0]))
def test_rings_that_fit_together_are_joined_into_one_around_exactly_all_of_them(
    chosen: list[tuple[tuple[int, int], bool]],
) -> None:
    inside = {one for one, _ in chosen}
    ring = geo.joined(cell(*one, is_turned=is_turned) for one, is_turned in chosen)
    assert (ring is not None) == (is_one_piece(inside) and is_one_piece(AROUND - inside))
    if ring is None:
        return
    assert ring[0] == ring[-1]
    for x, y in CELLS:
        assert geo.is_inside(Point(x + 0.5, y + 0.5), ring) == ((x, y) in inside)


AROUND = {(x, y) for x in range(-1, 5) for y in range(-1, 5)}


def is_one_piece(cells: set[tuple[int, int]]) -> bool:
    """Say whether one can walk through all cells over their edges."""
    reached, ways = set[tuple[int, int]](), sorted(cells)[:1]
    while ways:
        x, y = ways.pop()
        reached.add((x, y))
        steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
        ways += {(x + right, y + up) for right, up in steps} & cells - reached
    return bool(cells) and reached == cells


@pytest.mark.parametrize(
    "rings",
    [
        [],
        [cell(0, 0), cell(2, 0)],
        [cell(0, 0), cell(1, 1)],
        [cell(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)],
        [cell(0, 0), tuple(Point(1 + 2 * x, 2 * y) for x, y in SQUARE)],
    ],
)
def test_rings_that_do_not_fit_together_are_not_joined(rings: list[tuple[Point, ...]]) -> None:
    assert geo.joined(rings) is None
