"""The station cluster of a village: what there is, and what is missing."""

from collections.abc import Iterator

import pytest

from models import station
from models.errors import Invalid
from models.station import Kind, Shortage
from tests.areas import GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.stations import build, row

COMPLETE = [Kind.SERVICE_CENTRE] + [Kind.PIONEER_STATION] * 3 + [Kind.NEIGHBOUR_POINT] * 10


@pytest.fixture(autouse=True)
def _nothing_is_left_loaded() -> Iterator[None]:
    yield
    station.forget()


def test_a_village_with_all_its_points_is_complete() -> None:
    _cluster_of(COMPLETE)
    found = station.cluster(VILLAGE)
    assert (found.service_centres, found.pioneer_stations, found.neighbour_points) == (1, 3, 10)
    assert (found.missing, found.is_complete) == ((), True)


@pytest.mark.parametrize("kind", [need.kind for need in station.CLUSTER.default])
def test_one_point_less_is_named(kind: Kind) -> None:
    kinds = list(COMPLETE)
    kinds.remove(kind)
    _cluster_of(kinds)
    found = station.cluster(VILLAGE)
    assert (found.missing, found.is_complete) == ((Shortage(kind, 1),), False)


def test_a_village_without_stations_lacks_everything() -> None:
    _cluster_of([])
    assert station.cluster(VILLAGE).missing == (
        Shortage(Kind.SERVICE_CENTRE, 1),
        Shortage(Kind.PIONEER_STATION, 3),
        Shortage(Kind.NEIGHBOUR_POINT, 10),
    )


def test_more_than_needed_of_one_kind_makes_up_for_no_other() -> None:
    _cluster_of([Kind.SERVICE_CENTRE] * 5 + [Kind.NEIGHBOUR_POINT] * 40)
    found = station.cluster(VILLAGE)
    assert (found.service_centres, found.neighbour_points) == (5, 40)
    assert found.missing == (Shortage(Kind.PIONEER_STATION, 3),)


@pytest.mark.parametrize("status", ["SUSPENDED", "CLOSED"])
def test_only_open_stations_count_for_a_cluster(status: str) -> None:
    rows = [row(key, kind=kind.value) for key, kind in enumerate(COMPLETE)]
    build([*rows[1:], {**rows[0], "status": status}])
    assert station.cluster(VILLAGE).missing == (Shortage(Kind.SERVICE_CENTRE, 1),)


def test_stations_of_care_and_of_other_villages_do_not_count() -> None:
    build(
        [
            row(1, kind="BEE_STATION"),
            row(2, kind="SERVICE_CENTRE", area_code=OTHER_VILLAGE),
            row(3, kind="SERVICE_CENTRE", area_code=TOWN),
        ]
    )
    assert station.cluster(VILLAGE).service_centres == 0
    assert station.cluster(OTHER_VILLAGE).service_centres == 1


@pytest.mark.parametrize("code", ["", TOWN, GRID, "32028100100x", "\uff13" * 12, "1" * 5_000])
def test_the_cluster_of_what_is_no_village_is_invalid(code: str) -> None:
    build([])
    with pytest.raises(Invalid):
        station.cluster(code)


def _cluster_of(kinds: list[Kind]) -> None:
    build([row(key, kind=kind.value) for key, kind in enumerate(kinds)])
