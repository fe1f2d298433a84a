"""The snapshot of a process: loaded whole, refreshed by key, and swapped at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from models import area, db, station
from models.area import Part
from models.errors import Unavailable
from models.geo import Point
from models.hours import CITY_ZONE
from models.station import Kind, Station, Status, Viewport
from tests import areas
from tests.areas import EMPTY_GRID, GRID, MICRO_GRID, OTHER_GRID, VILLAGE
from tests.conftest import Database
from tests.stations import CENTRE, NOON, plant, row, uproot

NOW = NOON.timestamp()
FARTHER = Point(120.29, 31.92)
TOWN = Viewport(120.0, 31.7, 120.6, 32.1)


@pytest.fixture
async def stations(database: Database) -> AsyncIterator[None]:
    """Two stations in the tree, loaded at noon."""
    await areas.plant()
    await plant([row(1), row(2, FARTHER, area_code=VILLAGE)])
    await station.load(now=NOON)
    yield
    station.forget()


pytestmark = pytest.mark.usefixtures("stations")


async def test_load_shows_what_the_database_has() -> None:
    assert list(station.snapshot().stations) == [1, 2]
    found = _get(1)
    assert (found.name, found.point, found.kind) == ("小蜜蜂驿站1号", CENTRE, Kind.BEE_STATION)
    assert found.grid == await area.find(GRID)
    assert _get(2).grid is None
    assert found.opens == ((1795449600, 1796227200),)
    assert _near() == [1, 2]


async def test_load_shows_what_has_changed_since() -> None:
    await plant([row(1, FARTHER), row(3)])
    await uproot(2)
    await station.load(now=NOON)
    assert list(station.snapshot().stations) == [1, 3]
    assert _near() == [3, 1]


async def test_refresh_shows_a_change_of_everything() -> None:
    old = _get(1)
    await plant(
        [
            row(
                1,
                name="小蜜蜂驿站（新）",
                kind="LOVE_SHOP",
                area_code=EMPTY_GRID,
                opening_hours="Tu 09:00-10:00",
                facilities=["BOOKS"],
                version=2,
            )
        ]
    )
    assert _get(1) is old
    await station.refresh([1])
    new = _get(1)
    assert (new.name, new.kind, new.version) == ("小蜜蜂驿站（新）", Kind.LOVE_SHOP, 2)
    assert (new.area_code, new.grid) == (EMPTY_GRID, await area.find(EMPTY_GRID))
    assert new.opens == ((1795482000, 1795485600), (1796086800, 1796090400))
    assert not station.near(CENTRE, now=NOW).items[0].open_now
    assert _near(kinds=[Kind.LOVE_SHOP]) == [1]
    assert _near(kinds=[Kind.BEE_STATION]) == [2]


async def test_refresh_moves_a_station() -> None:
    await plant([row(1, Point(120.35, 31.95))])
    await station.refresh([1])
    assert _near() == [2]
    assert [marker.point for marker in station.care_map(TOWN, zoom=16).markers] == [
        Point(120.35, 31.95),
        FARTHER,
    ]


async def test_refresh_takes_a_closed_station_from_the_map_but_not_from_its_page() -> None:
    await plant([row(1, kind="SERVICE_CENTRE", status="CLOSED")])
    await station.refresh([1])
    assert _near() == [2]
    assert _get(1).status is Status.CLOSED
    assert station.cluster(VILLAGE).service_centres == 0


async def test_refresh_knows_a_new_station_and_forgets_one_that_is_gone() -> None:
    await plant([row(3, kind="SERVICE_CENTRE", area_code=MICRO_GRID)])
    await uproot(2)
    await station.refresh([2, 3, 99])
    assert station.find(2) is None
    assert _get(3).grid == await area.find(GRID)
    assert station.cluster(VILLAGE).service_centres == 1
    assert _near() == [1, 3]


async def test_refresh_reads_only_what_it_is_told() -> None:
    await plant([row(1, version=2), row(2, FARTHER, version=2)])
    await station.refresh([1])
    assert [found.version for found in station.find_by_ids([1, 2]).values()] == [2, 1]
    await station.refresh([])
    assert _get(2).version == 1


async def test_a_grid_that_has_ended_is_no_grid_of_a_station() -> None:
    await db.execute("UPDATE area SET valid_to = '2026-01-01' WHERE code = $1", EMPTY_GRID)
    await station.load(now=NOON)
    await plant([row(3, area_code=EMPTY_GRID)])
    await station.refresh([3])
    assert _get(3).grid is None
    await station.load(now=NOON)
    assert _get(3).grid is None


async def test_a_grid_that_is_new_is_the_grid_of_its_station() -> None:
    await db.execute("UPDATE area SET valid_to = '2026-01-01' WHERE code = $1", EMPTY_GRID)
    await station.load(now=NOON)
    await db.execute("UPDATE area SET valid_to = NULL WHERE code = $1", EMPTY_GRID)
    await plant([row(3, area_code=EMPTY_GRID)])
    await station.refresh([3])
    assert _get(3).grid == await area.find(EMPTY_GRID)


async def test_a_grid_that_is_changed_is_new_for_all_its_stations() -> None:
    await plant([row(3, area_code=MICRO_GRID)])
    await station.refresh([3])
    old = station.snapshot()
    await db.execute("UPDATE area SET name = '新名' WHERE code = $1", GRID)
    await station.refresh_areas([MICRO_GRID, VILLAGE])
    assert [one.grid and one.grid.name for one in station.snapshot().stations.values()] == [
        "新名",
        None,
        "新名",
    ]
    assert station.find(2) is old.stations[2]


async def test_a_grid_that_is_merged_is_forgotten_and_its_successor_known() -> None:
    officer = await areas.appoint("TOWN_OFFICER", GRID[:9])
    new = Part(name="合并网格", party_organisation="党支部")
    made = await area.merge([GRID, EMPTY_GRID], actor_id=officer, part=new, key="k")
    await station.refresh_areas([GRID, EMPTY_GRID, made.code])
    assert _get(1).grid == made
    assert _get(1).area_code == made.code
    assert sorted(station.snapshot().grids) == [made.code, OTHER_GRID]


async def test_areas_that_could_not_be_read_are_read_by_the_next_refresh(
    database: Database,
) -> None:
    await db.execute("UPDATE area SET name = '新名' WHERE code = $1", GRID)
    await db.close()
    with pytest.raises(Unavailable):
        await station.refresh_areas([GRID])
    await db.connect(database.url)
    await station.refresh([])
    assert station.snapshot().grids[GRID].name == "新名"


async def test_refreshes_at_once_are_all_answered_when_they_return() -> None:
    for version in range(2, 12):
        await plant([row(1, version=version), row(2, version=version)])
        await asyncio.gather(*(station.refresh([key]) for key in (1, 2, 1, 2)))
        assert [found.version for found in station.find_by_ids([1, 2]).values()] == [version] * 2


async def test_a_load_and_a_refresh_at_once_lose_nothing() -> None:
    for version in range(2, 7):
        loading = asyncio.create_task(station.load(now=NOON))
        await asyncio.sleep(0)
        await plant([row(1, version=version)])
        await asyncio.gather(loading, station.refresh([1]))
        assert _get(1).version == version


async def test_who_reads_during_a_swap_sees_one_version() -> None:
    await plant(row(key, (CENTRE[0] + key / 1e5, CENTRE[1])) for key in range(1, 51))
    await station.load(now=NOON)
    seen: set[int] = set()

    async def read_until_seen(last: int) -> None:
        while last not in seen:
            page = station.near(CENTRE, first=50, now=NOW)
            versions = {near.station.version for near in page.items}
            assert (len(page.items), len(versions)) == (50, 1)
            assert {found.version for found in station.find_by_ids(range(1, 51)).values()} == (
                versions
            )
            seen.update(versions)
            await asyncio.sleep(0)

    reader = asyncio.create_task(read_until_seen(4))
    for version in (2, 3, 4):
        await db.execute("UPDATE station SET version = $1", version)
        await station.refresh(range(1, 51))
    await asyncio.wait_for(reader, 10)
    assert seen >= {1, 4}


async def test_an_old_snapshot_stays_as_it_was() -> None:
    old = station.snapshot()
    await plant([row(1, FARTHER, version=2)])
    await uproot(2)
    await station.refresh([1, 2])
    assert [(one.version, one.point) for one in old.stations.values()] == [
        (1, CENTRE),
        (1, FARTHER),
    ]
    assert len(old.strips[None]) == 2


async def test_what_could_not_be_read_is_read_by_the_next_refresh(database: Database) -> None:
    await plant([row(1, version=2), row(2, version=2)])
    await db.close()
    with pytest.raises(Unavailable):
        await station.refresh([1])
    assert _get(1).version == 1
    await db.connect(database.url)
    await station.refresh([2])
    assert [found.version for found in station.find_by_ids([1, 2]).values()] == [2, 2]


async def test_a_refresh_that_is_given_up_is_made_up_for() -> None:
    await plant([row(1, version=2)])
    given_up = asyncio.create_task(station.refresh([1]))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await station.refresh([])
    assert _get(1).version == 2


async def test_without_a_database_a_load_changes_nothing(database: Database) -> None:
    before = station.snapshot()
    await db.close()
    with pytest.raises(Unavailable):
        await station.load()
    assert station.snapshot() is before
    assert _near() == [1, 2]
    await db.connect(database.url)


async def test_before_the_first_load_a_refresh_knows_nothing_and_loses_nothing() -> None:
    station.forget()
    await station.refresh([1])
    with pytest.raises(Unavailable):
        station.snapshot()
    await station.load(now=NOON)
    assert _near() == [1, 2]


async def test_a_load_is_due_at_the_next_midnight_of_the_city() -> None:
    assert station.due_at() == datetime(2026, 11, 25, tzinfo=CITY_ZONE)
    await station.load(now=datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC))
    assert station.due_at() == datetime(2026, 11, 25, tzinfo=CITY_ZONE)
    await station.load(now=datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert station.due_at() == datetime(2026, 11, 26, tzinfo=CITY_ZONE)


async def test_a_refresh_does_not_put_the_next_load_off() -> None:
    await station.refresh([1])
    assert station.due_at() == datetime(2026, 11, 25, tzinfo=CITY_ZONE)


async def test_a_load_is_due_at_once_when_nothing_is_loaded() -> None:
    station.forget()
    assert abs(station.due_at() - datetime.now(UTC)) < timedelta(seconds=10)


def _get(key: int) -> Station:
    found = station.find(key)
    assert found
    return found


def _near(kinds: list[Kind] | None = None) -> list[int]:
    page = station.near(CENTRE, kinds=kinds, now=NOW)
    return [near.station.id for near in page.items]
