from datetime import date

import pytest

from models import area, db
from models.area import Lack, Level, StaffMember
from models.errors import Invalid
from models.geo import Point
from models.role import Role
from tests import areas
from tests.areas import (
    CITY,
    EMPTY_GRID,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
    OTHER_VILLAGE,
    SQUARE,
    TOWN,
    VILLAGE,
)
from tests.conftest import Database


@pytest.fixture(autouse=True)
async def tree(database: Database) -> None:
    await areas.plant()


async def found(text: str, **only: str) -> list[str]:
    level = Level(only["level"]) if "level" in only else None
    page = await area.search(text, level=level, under=only.get("under"), first=20, after=None)
    return [one.code for one in page.items]


async def test_an_area_is_found_by_its_code() -> None:
    grid = await area.find(GRID)
    assert grid
    assert (grid.name, grid.level, grid.point) == (
        "长泾村第一网格",
        Level.GRID,
        Point(120.28, 31.91),
    )
    assert (grid.households, grid.population) == (100, 300)
    assert grid.party_organisation == "长泾村第一网格党支部"


@pytest.mark.parametrize(
    "code", ["", "3202", "320281001001019", "江阴", "x" * 5_000, "3202\x0081"]
)
async def test_a_code_that_no_area_has_finds_nothing(code: str) -> None:
    assert await area.find(code) is None


async def test_the_code_is_the_path() -> None:
    assert area.path_codes(MICRO_GRID) == (CITY, TOWN, VILLAGE, GRID, MICRO_GRID)
    assert area.path_codes(CITY) == (CITY,)


async def test_children_come_page_by_page_in_the_order_of_codes() -> None:
    first = (await area.children([VILLAGE], first=1, after=None))[VILLAGE]
    assert [one.code for one in first.items] == [GRID]
    assert first.has_next_page
    second = (await area.children([VILLAGE], first=1, after=first.cursors[-1]))[VILLAGE]
    assert [one.code for one in second.items] == [EMPTY_GRID]
    assert not second.has_next_page


async def test_children_of_many_areas_are_read_together() -> None:
    pages = await area.children([VILLAGE, OTHER_VILLAGE, MICRO_GRID], first=20, after=None)
    assert {code: [one.code for one in page.items] for code, page in pages.items()} == {
        VILLAGE: [GRID, EMPTY_GRID],
        OTHER_VILLAGE: [OTHER_GRID],
        MICRO_GRID: [],
    }


async def test_a_cursor_of_other_children_is_invalid() -> None:
    page = (await area.children([VILLAGE], first=1, after=None))[VILLAGE]
    with pytest.raises(Invalid):
        await area.children([TOWN], first=1, after=page.cursors[0])


@pytest.mark.parametrize("first", [0, -1, 101, 2**40])
async def test_a_page_beyond_its_limits_is_invalid(first: int) -> None:
    with pytest.raises(Invalid):
        await area.children([VILLAGE], first=first, after=None)


async def test_an_area_that_ended_is_no_child_but_still_found() -> None:
    await db.execute("UPDATE area SET valid_to = '2025-01-01' WHERE code = $1", EMPTY_GRID)
    page = (await area.children([VILLAGE], first=20, after=None))[VILLAGE]
    assert [one.code for one in page.items] == [GRID]
    ended = await area.find(EMPTY_GRID)
    assert ended
    assert ended.ended_on == date(2025, 1, 1)
    assert await area.grids() == {code: await area.find(code) for code in (GRID, OTHER_GRID)}


async def test_a_part_of_the_name_finds_higher_levels_first() -> None:
    assert await found("长泾") == [VILLAGE, GRID, EMPTY_GRID, MICRO_GRID]
    assert await found("泾村第一") == [GRID, MICRO_GRID]
    assert await found("江") == [CITY, TOWN, OTHER_VILLAGE, OTHER_GRID]
    assert await found("泾长") == []


async def test_the_beginning_of_the_initials_finds_with_local_readings() -> None:
    assert await found("cj") == [TOWN, VILLAGE, GRID, EMPTY_GRID, MICRO_GRID]
    assert await found("CJC") == [VILLAGE, GRID, EMPTY_GRID, MICRO_GRID]
    assert await found("jc") == []


async def test_a_search_keeps_to_a_level_and_a_subtree() -> None:
    assert await found("cj", level="VILLAGE") == [VILLAGE]
    assert await found("第一", under=OTHER_VILLAGE) == [OTHER_GRID]
    with pytest.raises(Invalid):
        await found("第一", under="3202810010")


@pytest.mark.parametrize("text", ["", "  ", "长" * 33, "长\x00"])
async def test_a_search_for_nothing_or_too_much_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        await found(text)


async def test_a_search_goes_on_after_its_cursor_and_no_others() -> None:
    page = await area.search("cj", level=None, under=None, first=2, after=None)
    after = page.cursors[-1]
    rest = await area.search("cj", level=None, under=None, first=20, after=after)
    assert [one.code for one in rest.items] == [GRID, EMPTY_GRID, MICRO_GRID]
    with pytest.raises(Invalid):
        await area.search("cj", level=Level.GRID, under=None, first=2, after=after)


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "长%"])
async def test_a_search_takes_no_wildcards(text: str) -> None:
    assert await found(text) == []


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((120.3001, 31.9001), OTHER_GRID),
        ((120.3199, 31.9199), OTHER_GRID),
        ((120.2999, 31.9100), EMPTY_GRID),
        ((120.2810, 31.9110), GRID),
        ((120.2500, 31.9100), GRID),
        ((120.2400, 31.9100), None),
        ((120.3000, 31.9500), None),
    ],
)
async def test_a_point_lies_in_a_boundary_or_near_a_centre_without_one(
    point: tuple[float, float], code: str | None
) -> None:
    grid = await area.at(Point(*point))
    assert (grid.code if grid else None) == code


async def test_a_boundary_is_a_closed_ring() -> None:
    assert await area.boundaries([OTHER_GRID, GRID]) == {
        OTHER_GRID: tuple(Point(*corner) for corner in SQUARE)
    }


async def test_a_grid_lacks_what_the_formula_asks_for() -> None:
    empty = (await area.staffing([EMPTY_GRID]))[EMPTY_GRID]
    assert not empty.is_complete
    assert empty.missing == (
        Lack(Role.GRID_LEAD, 1),
        Lack(Role.GRID_WORKER, 1),
        Lack(Role.LIAISON, 1),
        Lack(Role.VOLUNTEER, 3),
    )


async def test_a_grid_is_complete_with_those_of_its_micro_grids() -> None:
    await areas.appoint("GRID_LEAD", GRID)
    await areas.appoint("GRID_WORKER", GRID)
    await areas.appoint("LIAISON", MICRO_GRID)
    for _ in range(2):
        await areas.appoint("VOLUNTEER", MICRO_GRID)
    assert (await area.staffing([GRID]))[GRID].missing == (Lack(Role.VOLUNTEER, 1),)
    await areas.appoint("VOLUNTEER", MICRO_GRID)
    complete = (await area.staffing([GRID]))[GRID]
    assert complete.is_complete
    assert complete.missing == ()


async def test_a_person_in_two_grids_counts_once_above_them_and_for_each_of_them() -> None:
    lead = await areas.appoint("GRID_LEAD", GRID)
    await areas.appoint("GRID_LEAD", EMPTY_GRID, person_id=lead)
    counts = await area.staffing([VILLAGE, GRID, EMPTY_GRID])
    assert [counts[code].leads for code in (VILLAGE, GRID, EMPTY_GRID)] == [1, 1, 1]
    assert counts[VILLAGE].grids == 2
    assert Lack(Role.GRID_LEAD, 1) not in counts[VILLAGE].missing
    assert Lack(Role.GRID_WORKER, 2) in counts[VILLAGE].missing


async def test_an_appointment_counts_from_its_first_to_its_last_day() -> None:
    await areas.appoint("GRID_LEAD", GRID, ended_on=date(2021, 1, 1))
    await areas.appoint("GRID_WORKER", GRID, started_on=date(2999, 1, 1))
    counts = (await area.staffing([GRID]))[GRID]
    assert (counts.leads, counts.workers) == (0, 0)
    assert await area.staff([GRID]) == {GRID: ()}


async def test_the_sign_at_the_entrance_names_those_in_charge_and_no_volunteer() -> None:
    await areas.appoint("GRID_WORKER", GRID, name="李四")
    await areas.appoint("GRID_LEAD", GRID, name="王五")
    await areas.appoint("VOLUNTEER", GRID, name="赵六")
    assert (await area.staff([GRID]))[GRID] == (
        StaffMember(Role.GRID_LEAD, "王五", GRID),
        StaffMember(Role.GRID_WORKER, "李四", GRID),
    )
