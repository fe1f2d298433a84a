"""Stations near a point: exact in order and distance, filtered, and paged."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import geo, station
from models.errors import Invalid, Unavailable
from models.geo import Point
from models.station import Facility, Kind, NearbyStation, Status
from models.station.strips import STRIP_DEGREES
from tests.stations import CENTRE, GRID, NOON, VILLAGE, build, row

CENTIMETER = 0.01
NOW = NOON.timestamp()
ALL = 100


@pytest.fixture(autouse=True)
def _nothing_is_left_loaded() -> Iterator[None]:
    yield
    station.forget()


def test_a_station_shows_what_its_row_says() -> None:
    build([row(7, opening_hours="Tu 09:00-17:00", facilities=["WIFI", "WATER"])])
    found = station.find(7)
    assert found is not None
    shown = (found.id, found.code, found.area_code, found.kind, found.name, found.address)
    assert shown == (7, "S00007", GRID.code, Kind.BEE_STATION, "小蜜蜂驿站7号", "澄江中路7号")
    assert (found.point, found.phone, found.opening_hours) == (
        CENTRE,
        "0510-86000007",
        "Tu 09:00-17:00",
    )
    assert found.services == ("休息", "阅读")
    assert found.facilities == (Facility.WATER, Facility.WIFI)
    assert (found.audience, found.capacity, found.is_accessible) == (("骑手",), 20, True)
    assert (found.status, found.version, found.grid) == (Status.OPEN, 1, GRID)
    assert found.verified_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.opens == ((1795482000, 1795510800), (1796086800, 1796115600))


def test_a_station_of_a_micro_grid_is_in_its_grid_and_one_of_a_village_in_none() -> None:
    build([row(1, area_code=GRID.code + "03"), row(2, area_code=VILLAGE)])
    assert [found.grid for found in station.snapshot().stations.values()] == [GRID, None]


def test_without_a_snapshot_stations_are_unavailable() -> None:
    with pytest.raises(Unavailable):
        station.near(CENTRE, now=NOW)
    with pytest.raises(Unavailable):
        station.find(1)


def test_nothing_is_near_where_nothing_is() -> None:
    build([])
    page = station.near(CENTRE, now=NOW)
    assert (page.items, page.cursors, page.has_next_page) == ((), (), False)


def test_only_open_stations_are_near_and_each_is_found_by_id() -> None:
    build([row(1), row(2, status="SUSPENDED"), row(3, status="CLOSED")])
    assert _ids(station.near(CENTRE, now=NOW).items) == [1]
    assert list(station.find_by_ids([3, 2, 9, 1])) == [3, 2, 1]
    assert station.find(4) is None


def test_equally_near_stations_are_ordered_by_id() -> None:
    build([row(key) for key in (5, 3, 9, 1)])
    assert _ids(station.near(CENTRE, now=NOW).items) == [1, 3, 5, 9]


def test_kinds_are_any_of_and_facilities_all_of() -> None:
    build(
        [
            row(1, kind="BEE_STATION", facilities=["WATER"]),
            row(2, kind="LIVE_ROOM", facilities=["WATER", "WIFI"]),
            row(3, kind="LOVE_SHOP", facilities=["WIFI", "BOOKS", "WATER"]),
        ]
    )
    assert _found(kinds=[Kind.LIVE_ROOM, Kind.BEE_STATION]) == [1, 2]
    assert _found(facilities=[Facility.WATER, Facility.WIFI]) == [2, 3]
    assert _found(kinds=[Kind.LOVE_SHOP], facilities=[Facility.BOOKS]) == [3]
    assert _found(kinds=[], facilities=[]) == [1, 2, 3]


def test_open_at_keeps_those_open_at_that_instant_and_open_now_is_about_now() -> None:
    build(
        [
            row(1, opening_hours="Mo-Fr 09:00-17:00"),
            row(2, opening_hours="Mo-Fr 18:00-22:00"),
            row(3, opening_hours=None),
        ]
    )
    assert [near.open_now for near in station.near(CENTRE, now=NOW).items] == [True, False, False]
    assert _found(open_at=NOON) == [1]
    assert _found(open_at=NOON + timedelta(hours=7)) == [2]
    assert _found(open_at=NOON + timedelta(days=100, hours=7)) == [2]
    evening = station.near(CENTRE, open_at=NOON + timedelta(hours=7), now=NOW).items
    assert [near.open_now for near in evening] == [False]


@pytest.mark.parametrize(
    "bad",
    [
        {"within_meters": 0},
        {"within_meters": 20_001},
        {"within_meters": float("nan")},
        {"first": 0},
        {"first": 101},
        {"open_at": NOON + timedelta(days=366)},
        {"after": "!"},
        {"after": "W10"},
    ],
)
def test_a_question_beyond_the_limits_is_invalid(bad: dict[str, Any]) -> None:
    build([row(1)])
    with pytest.raises(Invalid):
        station.near(CENTRE, now=NOW, **bad)


@pytest.mark.parametrize(
    "point",
    [
        Point(121.4, 31.9),
        Point(120.275, 31.7),
        Point(-120.275, 31.91),
        Point(float("nan"), 31.9),
        Point(120.3, float("inf")),
    ],
)
def test_a_point_outside_of_the_city_and_its_outskirts_is_invalid(point: Point) -> None:
    build([row(1)])
    with pytest.raises(Invalid):
        station.near(point, now=NOW)


def test_before_there_are_places_a_point_must_be_on_the_globe() -> None:
    station.use(station.from_rows([], {}, at=NOON))
    assert station.near(Point(-70.0, -12.0), now=NOW).items == ()
    for point in (Point(float("nan"), 31.9), Point(120.3, float("inf")), Point(0.0, 90.5)):
        with pytest.raises(Invalid):
            station.near(point, now=NOW)


def test_the_outskirts_belong_to_the_city() -> None:
    build([row(1)])
    edge = Point(CENTRE.longitude, CENTRE.latitude + 0.1798)
    (found,) = station.near(edge, within_meters=20_000, now=NOW).items
    assert found.distance_meters == pytest.approx(19_992.9, abs=0.1)


def test_a_cursor_serves_its_own_query_only() -> None:
    build([row(key) for key in range(1, 6)])
    cursor = station.near(CENTRE, first=2, now=NOW).cursors[-1]
    assert _found(first=2, after=cursor) == [3, 4]
    assert _found(first=2, after=cursor, within_meters=3_000.0, kinds=[]) == [3, 4]
    for other in (
        {"within_meters": 2_999},
        {"kinds": [Kind.BEE_STATION]},
        {"facilities": [Facility.WATER]},
        {"open_at": NOON},
    ):
        with pytest.raises(Invalid):
            station.near(CENTRE, after=cursor, now=NOW, **other)
    with pytest.raises(Invalid):
        station.near(Point(120.2750001, 31.91), after=cursor, now=NOW)


@pytest.mark.parametrize("meters", [-1.0, 1e300, 20_000.5])
def test_a_forged_cursor_is_invalid(meters: float) -> None:
    from models import page

    build([row(1)])
    asked = page.digest("near", *CENTRE, 3_000.0, [], [], None)
    with pytest.raises(Invalid):
        station.near(CENTRE, after=page.cursor(asked, meters, 1), now=NOW)


# Degrees on and around the edges of strips, and anywhere between.
def _degrees(least: float, most: float) -> st.SearchStrategy[float]:
    edges = st.integers(int(least / STRIP_DEGREES) + 1, int(most / STRIP_DEGREES)).map(
        lambda step: step * STRIP_DEGREES
    )
    near_edges = st.builds(lambda edge, off: edge + off, edges, st.floats(-1e-7, 1e-7))
    return st.one_of(st.floats(least, most), edges, near_edges)


places = st.builds(Point, _degrees(120.2, 120.35), _degrees(31.85, 31.97))
# Around the corner (0, 0) the strips change their sign.
corners = st.builds(Point, _degrees(-0.05, 0.05), _degrees(-0.05, 0.05))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.lists(places, min_size=1, max_size=300), st.lists(corners, max_size=200)),
    st.data(),
    st.sampled_from([1.0, 250.0, 3_000.0, 20_000.0]),
    st.integers(1, 30),
)
def test_nearest_is_what_brute_force_says(
    points: list[Point], data: st.DataObject, within: float, first: int
) -> None:
    build([row(key, point) for key, point in enumerate(points)])
    around = st.sampled_from(points) if points else st.just(Point(0.0, 0.0))
    point = data.draw(st.one_of(around, places if points and points[0][0] > 1 else corners))
    if not points:
        return
    _agree(points, point, within, first)


def test_nearest_is_what_brute_force_says_for_thousands_of_points() -> None:
    draw = random.Random(20261124)  # noqa: S311 - repeatable on purpose
    points = [
        Point(120.3 + draw.gauss(0, 0.06), 31.88 + draw.gauss(0, 0.04)) for _ in range(3_000)
    ]
    build([row(key, point) for key, point in enumerate(points)])
    west, south, east, north = station.snapshot().extent
    for turn in range(1_000):
        point = Point(draw.uniform(west, east), draw.uniform(south, north))
        if turn % 2:
            step = draw.randrange(6_360, 6_390)
            point = Point(draw.choice(points).longitude, step * STRIP_DEGREES)
        _agree(points, point, draw.choice([500, 3_000, 20_000]), draw.choice([1, 20, 100]))


def _agree(points: list[Point], point: Point, within: float, first: int) -> None:
    """Walk a page or two, and compare order, distances and the end with brute force."""
    exact = sorted(
        (meters, key)
        for key, other in enumerate(points)
        if (meters := geo.distance_meters(point, other)) <= within
    )
    page = station.near(point, within_meters=within, first=first, now=NOW)
    assert _ids(page.items) == [key for _, key in exact[:first]]
    for near, (meters, _) in zip(page.items, exact, strict=False):
        assert abs(near.distance_meters - meters) < CENTIMETER
    assert page.has_next_page == (len(exact) > first)
    if page.has_next_page:
        after = page.cursors[-1]
        second = station.near(point, within_meters=within, first=first, after=after, now=NOW)
        assert _ids(second.items) == [key for _, key in exact[first : 2 * first]]
        assert second.has_next_page == (len(exact) > 2 * first)


@pytest.mark.parametrize("seed", range(20))
def test_filters_are_what_brute_force_says(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    points = [Point(120.3 + draw.gauss(0, 0.02), 31.9 + draw.gauss(0, 0.02)) for _ in range(400)]
    kinds = [draw.choice(list(Kind)[:3]) for _ in points]
    build([row(key, point, kind=kinds[key].value) for key, point in enumerate(points)])
    asked = draw.sample(list(Kind)[:4], 2)
    page = station.near(points[0], kinds=asked, first=ALL, now=NOW)
    exact = sorted(
        (meters, key)
        for key, other in enumerate(points)
        if (meters := geo.distance_meters(points[0], other)) <= 3_000 and kinds[key] in asked
    )
    assert _ids(page.items) == [key for _, key in exact[:ALL]]


def _ids(items: tuple[NearbyStation, ...]) -> list[int]:
    return [near.station.id for near in items]


def _found(**question: Any) -> list[int]:  # noqa: ANN401 - any argument of near
    return _ids(station.near(CENTRE, now=NOW, **question).items)
