"""The care map: every station of the viewport once, few markers, and steady under the finger."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import station
from models.errors import Invalid, Unavailable
from models.geo import Point
from models.station import CARE_KINDS, MARKERS_MOST, Kind, Marker, Viewport
from tests.stations import CENTRE, build, row, scatter

TOWN = Viewport(120.0, 31.7, 120.6, 32.1)
WORLD = Viewport(-180, -90, 180, 90)
NAN, INFINITY = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def _nothing_is_left_loaded() -> Iterator[None]:
    yield
    station.forget()


def test_a_lone_marker_is_the_station_and_a_cluster_is_the_middle_of_its_stations() -> None:
    build([row(1, (120.2, 31.9)), row(2, (120.5, 31.8)), row(3, (120.5001, 31.8003))])
    alone, together = station.care_map(TOWN, zoom=12).markers
    assert alone == Marker(Point(120.2, 31.9), 1, station.find(1))
    assert (together.count, together.station) == (2, None)
    assert together.point == pytest.approx((120.50005, 31.80015), abs=1e-12)


def test_stations_at_one_place_stay_one_marker_at_the_deepest_zoom() -> None:
    build([row(key) for key in range(5)])
    (marker,) = station.care_map(TOWN, zoom=22).markers
    assert (marker.count, marker.station) == (5, None)
    assert marker.point == pytest.approx(CENTRE, abs=1e-12)


def test_without_kinds_the_map_shows_the_six_of_care() -> None:
    build([row(key, (120.1 + key / 50, 31.9), kind=kind) for key, kind in enumerate(Kind)])
    shown = {marker.station.kind for marker in _lone(station.care_map(TOWN, zoom=16).markers)}
    assert shown == {
        Kind.BEE_STATION,
        Kind.DRIVER_STATION,
        Kind.LIVE_ROOM,
        Kind.LOVE_RESTAURANT,
        Kind.LOVE_PHARMACY,
        Kind.LOVE_SHOP,
    }
    assert station.care_map(TOWN, zoom=16, kinds=[]) == station.care_map(TOWN, zoom=16)
    studio = station.care_map(TOWN, zoom=16, kinds=[Kind.MEDIATION_STUDIO] * 2).markers
    assert [marker.station.kind for marker in _lone(studio)] == [Kind.MEDIATION_STUDIO]
    assert len(studio) == 1


def test_only_open_stations_are_on_the_map() -> None:
    build([row(1), row(2, status="SUSPENDED"), row(3, status="CLOSED")])
    assert station.care_map(TOWN, zoom=10).markers == (Marker(CENTRE, 1, station.find(1)),)


def test_the_edges_of_the_viewport_belong_to_it() -> None:
    build([row(1, (120.1, 31.8)), row(2, (120.2, 31.9)), row(3, (120.20000001, 31.9))])
    inside = station.care_map(Viewport(120.1, 31.8, 120.2, 31.9), zoom=14).markers
    assert sorted(marker.station.id for marker in _lone(inside)) == [1, 2]


def test_markers_go_from_north_to_south_and_from_west_to_east() -> None:
    build([row(1, (120.3, 31.8)), row(2, (120.4, 31.9)), row(3, (120.2, 31.9))])
    found = _lone(station.care_map(TOWN, zoom=14).markers)
    assert [marker.station.id for marker in found] == [3, 2, 1]


def test_nothing_is_on_the_map_where_nothing_is() -> None:
    build([row(1)])
    assert station.care_map(Viewport(0, 0, 1, 1), zoom=3).markers == ()


def test_the_whole_world_is_one_marker_at_zoom_0() -> None:
    build(scatter(1, 500, kinds=CARE_KINDS))
    (marker,) = station.care_map(WORLD, zoom=0).markers
    assert marker.count == 500


def test_places_at_the_ends_of_the_world_are_on_the_map() -> None:
    ends = [(180.0, 90.0), (-180.0, -90.0), (180.0, -90.0), (-180.0, 90.0)]
    build([row(key, end) for key, end in enumerate(ends)])
    assert sum(marker.count for marker in station.care_map(WORLD, zoom=22).markers) == 4


@pytest.mark.parametrize("zoom", range(23))
def test_every_station_of_a_viewport_is_counted_once_at_each_zoom(zoom: int) -> None:
    rows = scatter(zoom, 2_000)
    build(rows)
    draw = random.Random(zoom)  # noqa: S311 - repeatable on purpose
    for _ in range(20):
        west, east = sorted((draw.uniform(120.1, 120.45), draw.uniform(120.1, 120.45)))
        south, north = sorted((draw.uniform(31.8, 32.0), draw.uniform(31.8, 32.0)))
        kinds = draw.sample(list(Kind), draw.randrange(0, 4))
        asked = set(kinds or CARE_KINDS)
        inside = {
            one["id"]
            for one in rows
            if west <= one["longitude"] <= east
            and south <= one["latitude"] <= north
            and one["kind"] in asked
        }
        markers = station.care_map(Viewport(west, south, east, north), zoom=zoom, kinds=kinds)
        assert sum(marker.count for marker in markers.markers) == len(inside)
        assert len(markers.markers) <= MARKERS_MOST
        lone = [marker.station.id for marker in _lone(markers.markers)]
        assert len(lone) == len(set(lone))
        assert set(lone) <= inside


def test_the_map_is_full_but_never_fuller_than_its_bound() -> None:
    build(scatter(7, 3_000, kinds=CARE_KINDS))
    counts = [len(station.care_map(TOWN, zoom=zoom).markers) for zoom in range(23)]
    assert max(counts) <= MARKERS_MOST
    assert counts[22] > MARKERS_MOST // 5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 22), st.randoms())
def test_the_map_is_the_same_in_whatever_order_stations_come(
    seed: int, zoom: int, order: random.Random
) -> None:
    rows = scatter(seed, 300)
    build(rows)
    before = _written(station.care_map(TOWN, zoom=zoom).markers)
    order.shuffle(rows)
    build(rows)
    assert _written(station.care_map(TOWN, zoom=zoom).markers) == before


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(11, 18), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_markers_stay_where_they_are_when_the_map_is_panned(
    seed: int, zoom: int, east: float, north: float
) -> None:
    build(scatter(seed, 150, kinds=CARE_KINDS))
    window = Viewport(120.20, 31.85, 120.35, 31.97)
    panned = Viewport(window[0] + east, window[1] + north, window[2] + east, window[3] + north)
    first, second = (
        _written(station.care_map(view, zoom=zoom).markers) for view in (window, panned)
    )
    # Cells that one of the viewports cuts may differ; a cell is 360° / 2^(zoom + 2) wide.
    cell = 360 / 2 ** (zoom + 2)
    for kept, others in ((first, second), (second, first)):
        whole = {
            marker
            for marker in kept
            if _is_within(marker[0], window, cell) and _is_within(marker[0], panned, cell)
        }
        assert whole <= others


def _is_within(point: Point, view: Viewport, margin: float) -> bool:
    west, south, east, north = view
    return west + margin < point[0] < east - margin and south + margin < point[1] < north - margin


@pytest.mark.parametrize(
    ("viewport", "zoom"),
    [
        (Viewport(120.4, 31.8, 120.4, 31.9), 12),
        (Viewport(120.5, 31.8, 120.4, 31.9), 12),
        (Viewport(120.3, 31.9, 120.4, 31.9), 12),
        (Viewport(120.3, 32.0, 120.4, 31.9), 12),
        (Viewport(NAN, 31.8, 120.4, 31.9), 12),
        (Viewport(120.3, NAN, 120.4, 31.9), 12),
        (Viewport(120.3, 31.8, NAN, 31.9), 12),
        (Viewport(120.3, 31.8, 120.4, NAN), 12),
        (Viewport(-INFINITY, 31.8, 120.4, 31.9), 12),
        (Viewport(120.3, 31.8, 180.1, 31.9), 12),
        (Viewport(120.3, -90.1, 120.4, 31.9), 12),
        (Viewport(120.3, 31.8, 120.4, INFINITY), 12),
        (TOWN, -1),
        (TOWN, 23),
        (TOWN, 2**70),
    ],
)
def test_a_viewport_that_is_none_is_invalid(viewport: Viewport, zoom: int) -> None:
    build([row(1)])
    with pytest.raises(Invalid):
        station.care_map(viewport, zoom=zoom)


def test_without_a_snapshot_the_map_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        station.care_map(TOWN, zoom=12)


def _lone(markers: tuple[Marker, ...]) -> list[Any]:
    return [marker for marker in markers if marker.station]


def _written(markers: tuple[Marker, ...]) -> set[tuple[Point, int, int | None]]:
    """Write markers as values, to be compared across snapshots."""
    return {
        (marker.point, marker.count, marker.station.id if marker.station else None)
        for marker in markers
    }
