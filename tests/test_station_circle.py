"""The 8-minute circle: who is inside, and the gaps, exactly and without burning the processor."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from models import db, geo, station
from models.errors import Invalid, Unavailable
from models.geo import Point
from models.station import Circle, Gap
from tests import areas
from tests.areas import CITY, EMPTY_GRID, GRID, MICRO_GRID, OTHER_GRID, TOWN, VILLAGE
from tests.conftest import Database
from tests.stations import NOON, build, plant, row

MICRO_GRID_POINT = Point(120.2801, 31.9101)
FAR_SOUTH = Point(120.28, 31.70)


@pytest.fixture(autouse=True)
def _nothing_is_left_loaded() -> Iterator[None]:
    yield
    station.forget()


def test_the_circle_is_498_metres_wide() -> None:
    assert Circle().meters == pytest.approx(498.4615, abs=1e-4)
    assert Circle(minutes=10, walking_meters_per_second=1.3, detour=1.0).meters == 780


async def test_coverage_counts_residents_and_ranks_the_gaps(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    found = await station.coverage(CITY)
    assert (found.residents, found.covered, found.rate) == (1_100, 300, 300 / 1_100)
    assert found.gap_count == 4
    # 50 residents in each of two: the smaller code comes first.
    assert _written(found.gaps) == [
        (EMPTY_GRID + "02", 400),
        (EMPTY_GRID + "01", 300),
        (GRID + "02", 50),
        (OTHER_GRID + "01", 50),
    ]
    assert found.gaps[0].area.name == "微网格"


async def test_coverage_is_of_the_subtree_only(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    grid = await station.coverage(GRID)
    assert (grid.residents, grid.covered, grid.gap_count) == (350, 300, 1)
    assert _written(grid.gaps) == [(GRID + "02", 50)]
    micro = await station.coverage(MICRO_GRID)
    assert (micro.residents, micro.covered, micro.rate, micro.gaps) == (300, 300, 1.0, ())


async def test_only_the_first_gaps_are_shown_and_all_are_counted(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    found = await station.coverage(CITY, first=1)
    assert (_written(found.gaps), found.gap_count) == ([(EMPTY_GRID + "02", 400)], 4)
    for first in (0, -1, 101):
        with pytest.raises(Invalid):
            await station.coverage(CITY, first=first)


async def test_where_nobody_lives_there_is_no_rate(database: Database) -> None:
    await areas.plant()
    await db.execute("UPDATE area SET population = 0")
    build([])
    found = await station.coverage(CITY)
    assert (found.residents, found.covered, found.rate) == (0, 0, None)
    assert _written(found.gaps) == [(MICRO_GRID, 0)]
    nowhere = await station.coverage("999999")
    assert (nowhere.residents, nowhere.rate, nowhere.gap_count) == (0, None, 0)


async def test_without_stations_everybody_is_outside(database: Database) -> None:
    await _tree()
    build([])
    found = await station.coverage(CITY)
    assert (found.residents, found.covered, found.rate, found.gap_count) == (1_100, 0, 0.0, 5)


async def test_closed_stations_cover_nobody_and_any_kind_of_open_one_does(
    database: Database,
) -> None:
    await areas.plant()
    build([row(1, MICRO_GRID_POINT, status="SUSPENDED")])
    assert (await station.coverage(CITY)).covered == 0
    build([row(1, MICRO_GRID_POINT, kind="MEDIATION_STUDIO")])
    assert (await station.coverage(CITY)).covered == 300


async def test_micro_grids_that_have_ended_are_not_weighed(database: Database) -> None:
    await _tree()
    await db.execute("UPDATE area SET valid_to = '2026-01-01' WHERE code = $1", EMPTY_GRID + "02")
    build([])
    assert (await station.coverage(CITY)).residents == 700


async def test_exactly_at_the_radius_is_inside(database: Database) -> None:
    await areas.plant()
    place = Point(120.283, 31.9131)
    build([row(1, place)])
    meters = geo.distance_meters(MICRO_GRID_POINT, place)
    exactly = Circle(minutes=1 / 60, walking_meters_per_second=meters, detour=1)
    assert exactly.meters == meters
    assert (await station.coverage(CITY, circle=exactly)).covered == 300
    smaller = Circle(minutes=1 / 60, walking_meters_per_second=meters - 1e-5, detour=1)
    assert (await station.coverage(CITY, circle=smaller)).covered == 0


async def test_coverage_follows_the_stations(database: Database) -> None:
    await _tree()
    for point, covered in ((MICRO_GRID_POINT, 300), (FAR_SOUTH, 0), (MICRO_GRID_POINT, 300)):
        await plant([row(1, point)])
        await station.load(now=NOON)
        for _ in range(2):
            assert (await station.coverage(CITY)).covered == covered
    wide = Circle(minutes=60 * 24)
    assert (await station.coverage(CITY, circle=wide)).covered == 1_100
    assert (await station.coverage(CITY)).covered == 300


async def test_coverage_follows_the_residents_within_a_minute(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    assert (await station.coverage(CITY, now=1_000)).covered == 300
    await db.execute("UPDATE area SET population = 7 WHERE code = $1", MICRO_GRID)
    assert (await station.coverage(CITY, now=1_059.9)).covered == 300
    assert (await station.coverage(CITY, now=1_060)).covered == 7
    await db.execute("UPDATE area SET latitude = 31.5 WHERE code = $1", MICRO_GRID)
    assert (await station.coverage(CITY, now=1_120)).covered == 0


async def test_many_who_ask_at_once_have_the_city_weighed_once(database_url: str) -> None:
    await db.connect(database_url, pool_size=1)
    await areas.plant()
    build([row(1, MICRO_GRID_POINT)])
    sent: list[str] = []
    async with db.pool().acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
    # Where there are no gaps nothing else is read.
    codes = [CITY, TOWN, VILLAGE, GRID, MICRO_GRID, "999999"] * 20
    found = await asyncio.gather(*(station.coverage(code) for code in codes))
    await db.close()
    assert [one.covered for one in found] == [300, 300, 300, 300, 300, 0] * 20
    assert len(sent) == 1


async def test_who_gives_up_leaves_the_weighing_to_the_next(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    given_up, waiting = (asyncio.create_task(station.coverage(CITY)) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    assert (await waiting).covered == 300


async def test_what_could_not_be_weighed_is_weighed_when_asked_again(database: Database) -> None:
    await _tree()
    build([row(1, MICRO_GRID_POINT)])
    await db.close()
    with pytest.raises(Unavailable):
        await station.coverage(CITY)
    await db.connect(database.url)
    assert (await station.coverage(CITY)).covered == 300


@pytest.mark.parametrize("code", ["", "3", "32028x", "320281\n", "\x00" * 6, "1" * 5_000])
async def test_the_coverage_of_what_is_no_code_is_invalid(code: str) -> None:
    build([])
    with pytest.raises(Invalid):
        await station.coverage(code)


async def test_without_a_database_coverage_is_unavailable() -> None:
    build([])
    with pytest.raises(Unavailable):
        await station.coverage(CITY)


async def _tree() -> None:
    """Plant the tree and four more micro-grids, far from the first and from each other."""
    await areas.plant()
    for code, population, longitude in (
        (GRID + "02", 50, 120.30),
        (EMPTY_GRID + "01", 300, 120.35),
        (EMPTY_GRID + "02", 400, 120.40),
        (OTHER_GRID + "01", 50, 120.45),
    ):
        await db.execute(
            """INSERT INTO area (code, parent_code, level, name, initials, terms, longitude,
                latitude, population, valid_from)
            VALUES ($1, $2, 'MICRO_GRID', '微网格', 'wwg', '{}', $3, 31.95, $4, $5)""",
            code,
            code[:14],
            longitude,
            population,
            date(2020, 1, 1),
        )


def _written(gaps: tuple[Gap, ...]) -> list[tuple[Any, int]]:
    return [(gap.area.code, gap.residents) for gap in gaps]
