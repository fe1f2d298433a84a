"""The standard city: built to the figures of the reference city, the same every time."""

import asyncio
import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import orjson
import pytest

from api.city import (
    DEVELOPMENT_GRID,
    DEVELOPMENT_MICRO_GRID,
    DEVELOPMENT_VILLAGE,
    OTHER_MICRO_GRID,
    OTHER_VILLAGE,
)
from api.city.load import City, build, is_loaded, load
from models import area, db, geo, hours, station
from models.area import Level
from models.geo import Point
from models.role import Role
from models.station import Kind, Status
from tests.conftest import Database

WEST, SOUTH, EAST, NORTH = 119.98, 31.70, 120.58, 32.00
NEAR_PEOPLE_METERS = 1_500


@pytest.fixture(scope="module")
def made() -> City:
    return build()


def digest(made: City) -> str:
    whole = [made.areas, made.units, made.persons, made.appointments, made.stations]
    return hashlib.sha256(orjson.dumps(whole, default=str)).hexdigest()


def at_level(made: City, level: Level) -> list[Any]:
    return [row for row in made.areas if row.level == level]


def test_the_same_seed_gives_the_same_city_in_every_process(made: City) -> None:
    code = "from tests.test_city import build, digest; print(digest(build()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(made)


def test_the_tree_has_the_figures_of_the_reference_city(made: City) -> None:
    assert Counter(row.level for row in made.areas) == {
        "CITY": 1,
        "TOWN": 17,
        "VILLAGE": 191 + 90,
        "GRID": 1_390,
        "MICRO_GRID": len(at_level(made, Level.MICRO_GRID)),
    }
    kinds = Counter(row.kind for row in at_level(made, Level.VILLAGE))
    assert kinds == {"VILLAGE": 191, "COMMUNITY": 90}
    gushan = next(row.code for row in made.areas if row.name == "顾山镇")
    villages = [row for row in at_level(made, Level.VILLAGE) if row.parent_code == gushan]
    assert sum(row.kind == "VILLAGE" for row in villages) == 13


def test_every_grid_has_8_to_12_micro_grids_and_a_party_organisation(made: City) -> None:
    counts = Counter(row.parent_code for row in at_level(made, Level.MICRO_GRID))
    assert set(counts.values()) <= set(range(8, 13))
    grids = at_level(made, Level.GRID)
    assert counts.keys() == {row.code for row in grids}
    organisations = {(row.code[:9], row.party_organisation) for row in grids}
    assert all(name for _, name in organisations)
    assert len(organisations) == 1_390


def test_counts_of_an_area_are_the_sums_of_what_is_below_it(made: City) -> None:
    (top,) = at_level(made, Level.CITY)
    assert top.population == 1_770_000
    for field in ("population", "households"):
        sums: Counter[str] = Counter()
        for row in made.areas:
            if row.parent_code:
                sums[row.parent_code] += getattr(row, field)
        assert sums == {row.code: getattr(row, field) for row in made.areas if row.code in sums}


def test_names_are_unique_where_they_must_be_told_apart(made: City) -> None:
    names = Counter((row.parent_code, row.name) for row in made.areas)
    assert names.most_common(1)[0][1] == 1


def test_all_lies_within_the_city(made: City) -> None:
    everything: tuple[list[Any], ...] = (made.areas, made.stations)
    for rows in everything:
        for row in rows:
            assert WEST <= row.longitude <= EAST, row
            assert SOUTH <= row.latitude <= NORTH, row


def test_the_grids_of_two_towns_have_boundaries_that_never_overlap(made: City) -> None:
    bounded = {row.code: _ring(row) for row in made.areas if row.boundary}
    assert {row.level for row in made.areas if row.boundary} == {"GRID"}
    towns = {code[:9] for code in bounded}
    assert len(towns) == 2
    assert bounded.keys() == {
        row.code for row in at_level(made, Level.GRID) if row.code[:9] in towns
    }
    randomness = random.Random(7)  # noqa: S311 - samples
    for row in at_level(made, Level.GRID):
        if row.code in bounded:
            ring = bounded[row.code]
            assert ring[0] == ring[-1]
            assert geo.is_inside(Point(row.longitude, row.latitude), ring)
    for town in sorted(towns):
        rings = [ring for code, ring in bounded.items() if code.startswith(town)]
        corners = [corner for ring in rings for corner in ring]
        for _ in range(300):
            at = Point(*map(randomness.uniform, *_extent(corners)))
            assert sum(geo.is_inside(at, ring) for ring in rings) <= 1


def test_stations_have_the_figures_of_the_reference_city(made: City) -> None:
    counts = Counter(Kind(row.kind) for row in made.stations)
    cluster = (Kind.SERVICE_CENTRE, Kind.PIONEER_STATION, Kind.NEIGHBOUR_POINT)
    love = (Kind.LOVE_RESTAURANT, Kind.LOVE_PHARMACY, Kind.LOVE_SHOP)
    assert sum(counts[kind] for kind in cluster) == 2_674
    assert sum(counts[kind] for kind in love) == 107
    assert all(counts[kind] > 20 for kind in love)
    assert counts[Kind.BEE_STATION] == 135
    assert counts[Kind.DRIVER_STATION] == 2
    assert counts[Kind.LIVE_ROOM] == 10
    assert counts[Kind.MEDIATION_STUDIO] == 60
    studios = {len(row.area_code) for row in made.stations if row.kind == Kind.MEDIATION_STUDIO}
    assert studios == {6, 9, 12}
    statuses = Counter(row.status for row in made.stations)
    assert 0 < statuses[Status.CLOSED] + statuses[Status.SUSPENDED] < 60


def test_opening_hours_differ_and_can_all_be_read(made: City) -> None:
    texts = {row.opening_hours for row in made.stations}
    assert len(texts) > 10
    assert any("PH" in text for text in texts)
    for text in texts:
        hours.check(text)


def test_stations_stand_near_people(made: City) -> None:
    homes: dict[str, list[Point]] = {}
    for row in at_level(made, Level.MICRO_GRID):
        homes.setdefault(row.code[:12], []).append(Point(row.longitude, row.latitude))
    for row in made.stations:
        if len(row.area_code) >= 12:
            here = Point(row.longitude, row.latitude)
            nearest = min(geo.distance_meters(here, home) for home in homes[row.area_code[:12]])
            assert nearest < NEAR_PEOPLE_METERS, row


def test_volunteers_are_21456_of_whom_7152_are_party_members(made: City) -> None:
    members = {person.id for person in made.persons if person.is_party_member}
    volunteers = [one for one in made.appointments if one.role == Role.VOLUNTEER]
    assert len({one.person_id for one in volunteers}) == len(volunteers) == 21_456
    assert sum(one.person_id in members for one in volunteers) == 7_152
    assert {len(one.area_code) for one in volunteers} == {16}


def test_there_are_units_of_all_five_kinds_each_with_staff(made: City) -> None:
    kinds = Counter(unit.kind for unit in made.units)
    assert kinds == {
        "DEPARTMENT": 25,
        "TOWN": 17,
        "STATIONED": 4 * 17,
        "VILLAGE": 191 + 90,
        "OTHER": 8,
    }
    assert len({unit.code for unit in made.units}) == len({unit.name for unit in made.units})
    staff = Counter(one.unit_id for one in made.appointments if one.unit_id)
    assert all(staff[unit.id] >= 2 for unit in made.units)
    known = {unit.id: unit for unit in made.units}
    for unit in made.units:
        assert unit.duties[0].isprintable()
        if unit.parent_id:
            assert unit.area_code.startswith(known[unit.parent_id].area_code)
    for one in made.appointments:
        assert one.unit_id is None or one.area_code == known[one.unit_id].area_code


def test_nobody_holds_a_role_twice_in_an_area(made: City) -> None:
    held = Counter((one.person_id, one.role, one.area_code) for one in made.appointments)
    assert held.most_common(1)[0][1] == 1


async def test_most_grids_are_fully_staffed_and_some_lack_somebody(city: Database) -> None:
    staffing = (await area.staffing(["320281"]))["320281"]
    assert staffing.grids == 1_390
    assert 1_250 < staffing.complete_grids < 1_390
    assert {lack.role for lack in staffing.missing} == {
        Role.GRID_LEAD,
        Role.GRID_WORKER,
        Role.LIAISON,
        Role.VOLUNTEER,
    }


async def test_most_residents_have_a_station_within_reach_and_some_have_not(
    city: Database,
) -> None:
    await station.load()
    try:
        coverage = await station.coverage("320281")
        clusters = [
            station.cluster(row["code"])
            for row in await db.fetch("SELECT code FROM area WHERE level = 'VILLAGE'")
        ]
    finally:
        station.forget()
    assert coverage.residents == 1_770_000
    assert coverage.rate is not None
    assert 0.9 < coverage.rate < 1
    assert 0 < sum(not one.is_complete for one in clusters) < 200


async def test_the_development_people_live_in_a_village_with_everything(city: Database) -> None:
    assert DEVELOPMENT_MICRO_GRID.startswith(DEVELOPMENT_GRID)
    assert DEVELOPMENT_GRID.startswith(DEVELOPMENT_VILLAGE)
    assert OTHER_MICRO_GRID.startswith(OTHER_VILLAGE)
    assert OTHER_VILLAGE[:9] != DEVELOPMENT_VILLAGE[:9]
    assert (await area.staffing([DEVELOPMENT_VILLAGE]))[DEVELOPMENT_VILLAGE].is_complete
    grid = await area.find(DEVELOPMENT_GRID)
    assert grid
    assert await area.at(grid.point) == grid
    assert await area.boundaries([DEVELOPMENT_GRID])


async def test_a_city_is_loaded_once_also_when_two_load_at_once(database: Database) -> None:
    assert not await is_loaded()
    told: list[tuple[int, int]] = []
    loaded = await asyncio.gather(
        load(database.url, progress=lambda done, whole: told.append((done, whole))),
        load(database.url),
    )
    assert sorted(loaded) == [False, True]
    assert await is_loaded()
    assert not await load(database.url)
    if loaded[0]:
        assert told[-1][0] == told[-1][1] > 60_000
    # The keys that the rows brought are taken: the next one is free.
    await db.execute("INSERT INTO person (name) VALUES ('张三')")


async def test_a_load_that_is_interrupted_leaves_nothing(database: Database) -> None:
    def interrupt(done: int, _whole: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load(database.url, progress=interrupt)
    assert not await is_loaded()


def _ring(row: Any) -> tuple[Point, ...]:  # noqa: ANN401 - a row of the city
    return tuple(Point(*corner) for corner in orjson.loads(row.boundary))


def _extent(corners: list[Point]) -> tuple[tuple[float, float], tuple[float, float]]:
    longitudes, latitudes = zip(*corners, strict=True)
    return (min(longitudes), min(latitudes)), (max(longitudes), max(latitudes))
