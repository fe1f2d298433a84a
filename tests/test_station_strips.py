"""The search itself, anywhere on the globe: what brute force says, to the last bit."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import geo, station
from models.geo import Point
from models.station import Station
from models.station.strips import STRIP_DEGREES, Strips
from tests.stations import CENTRE, NOON, row

BEFORE_ALL = (-1.0, 0)


def _stations(points: list[Point]) -> list[Station]:
    rows = [row(key, point) for key, point in enumerate(points)]
    return list(station.from_rows(rows, {}, at=NOON).stations.values())


def _exact(points: list[Point], point: Point, meters: float) -> list[tuple[float, int]]:
    return sorted(
        (distance, key)
        for key, other in enumerate(points)
        if (distance := geo.distance_meters(point, other)) <= meters
    )


def test_nothing_is_within_an_empty_index() -> None:
    empty = Strips([])
    assert len(empty) == 0
    assert empty.within(CENTRE, 20_000) == []
    assert empty.nearest(CENTRE, within_meters=20_000, enough=5, start=BEFORE_ALL) == []


# Some places close together, so that many are within a distance, wherever on the globe.
middles = st.builds(
    Point,
    st.sampled_from([CENTRE[0], 180.0, -180.0, 179.999, 0.0, -120.0]),
    st.sampled_from([CENTRE[1], 0.0, 10.0, -45.0, 89.9995, -89.99, -90.0]),
)
offsets = st.one_of(st.floats(-0.2, 0.2), st.integers(-40, 40).map(lambda n: n * STRIP_DEGREES))


def _around(middle: Point, off: tuple[float, float]) -> Point:
    longitude = (middle[0] + off[0] + 180) % 360 - 180
    return Point(longitude, max(-90.0, min(90.0, middle[1] + off[1])))


@settings(max_examples=300, deadline=None)
@given(
    middles,
    st.lists(st.tuples(offsets, offsets), min_size=1, max_size=80),
    st.sampled_from([1.0, 498.46, 3_000.0, 20_000.0, 90_000.0]),
    st.integers(1, 30),
)
def test_all_within_and_the_nearest_are_found_anywhere_on_the_globe(
    middle: Point, offs: list[tuple[float, float]], meters: float, enough: int
) -> None:
    points = [_around(middle, off) for off in offs]
    strips = Strips(_stations(points))
    for point in (middle, points[0], _around(points[0], offs[-1])):
        exact = _exact(points, point, meters)
        assert sorted(found[:2] for found in strips.within(point, meters)) == exact
        start = BEFORE_ALL
        for begin in range(0, len(exact) + 1, enough):
            found = strips.nearest(point, within_meters=meters, enough=enough, start=start)
            assert [one[:2] for one in found] == exact[begin : begin + enough]
            start = found[-1][:2] if found else start


@pytest.mark.parametrize("enough", [1, 21, 101])
def test_a_crowd_beyond_an_empty_neighbourhood_is_found(enough: int) -> None:
    draw = random.Random(enough)  # noqa: S311 - repeatable on purpose
    crowd = [
        Point(CENTRE[0] + 0.15 + draw.gauss(0, 1e-4), CENTRE[1] + draw.gauss(0, 1e-4))
        for _ in range(500)
    ]
    points = [CENTRE, *crowd]
    found = Strips(_stations(points)).nearest(
        CENTRE, within_meters=20_000, enough=enough, start=BEFORE_ALL
    )
    assert [one[:2] for one in found] == _exact(points, CENTRE, 20_000)[:enough]


def test_the_few_wanted_among_many_are_found() -> None:
    draw = random.Random(3)  # noqa: S311 - repeatable on purpose
    points = [
        Point(CENTRE[0] + draw.gauss(0, 0.03), CENTRE[1] + draw.gauss(0, 0.03))
        for _ in range(2_000)
    ]
    found = Strips(_stations(points)).nearest(
        CENTRE,
        within_meters=20_000,
        enough=5,
        start=BEFORE_ALL,
        is_wanted=lambda one: one.id % 100 == 0,
    )
    exact = [one for one in _exact(points, CENTRE, 20_000) if one[1] % 100 == 0]
    assert [one[:2] for one in found] == exact[:5]


def test_the_other_side_of_the_globe_is_no_error() -> None:
    points = [Point(0.0, 0.0), Point(180.0, 0.0), Point(-180.0, 0.0), Point(0.0, 90.0)]
    strips = Strips(_stations(points))
    for point in points:
        assert strips.within(point, 20_000)
        assert len(strips.within(point, 21_000_000)) == len(points)
