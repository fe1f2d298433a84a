"""Merging and splitting when it can't be: twice, at once, by others, or out of nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models import area, db
from models.area import AreaKind
from models.errors import Code, Refusal, Stale
from models.hours import CITY_ZONE
from tests import areas, grids
from tests.areas import EMPTY_GRID, TOWN
from tests.conftest import Database
from tests.grids import codes, merge, part, split

VILLAGE = TOWN + "101"
FIRST, SECOND, THIRD, NEW = (f"{VILLAGE}0{number}" for number in (1, 2, 3, 4))
TODAY = datetime.now(UTC).astimezone(CITY_ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def officer(database: Database) -> int:
    """Give an officer of the town, in which is a village of three grids."""
    await areas.plant()
    await grids.village(VILLAGE, grids=(2, 3, 1))
    return await areas.appoint("TOWN_OFFICER", TOWN)


async def test_codes_are_never_used_again(officer: int) -> None:
    made = await merge(officer, FIRST, SECOND)
    again = await merge(officer, made.code, THIRD, key="2")
    assert again.code == VILLAGE + "05"
    await split(officer, again.code, [f"{again.code}0{n}" for n in range(1, 7)], [], key="3")
    assert [one.code for one in await grids.current(VILLAGE) if len(one.code) == 14] == [
        VILLAGE + "06",
        VILLAGE + "07",
    ]


async def test_a_village_out_of_numbers_makes_no_more_grids(officer: int) -> None:
    await grids.add_area(VILLAGE + "98", "GRID", "GENERAL", 0)
    with pytest.raises(Refusal) as refused:
        await split(officer, FIRST, [FIRST + "01"], [FIRST + "02"])
    assert refused.value.code is Code.LIMIT_REACHED
    assert (await merge(officer, FIRST, SECOND, key="2")).code == VILLAGE + "99"


async def test_the_same_key_merges_once(officer: int) -> None:
    made = await asyncio.gather(*(merge(officer, FIRST, SECOND) for _ in range(5)))
    assert {one.code for one in made} == {NEW}
    with pytest.raises(Refusal) as refused:
        await merge(officer, FIRST, THIRD)
    assert refused.value.code is Code.KEY_REUSED


async def test_of_a_merge_and_a_split_at_once_one_wins(officer: int) -> None:
    for number in range(6):
        village = await grids.village(f"{TOWN}2{number:02}", grids=(2, 2))
        one, other = village + "01", village + "02"
        done = await asyncio.gather(
            merge(officer, one, other, key=f"m{number}"),
            split(officer, one, [one + "01"], [one + "02"], key=f"s{number}"),
            split(officer, other, [other + "02"], [other + "01"], key=f"t{number}"),
            return_exceptions=True,
        )
        lost = [no for no in done if isinstance(no, Stale)]
        assert [isinstance(no.current, area.Area) for no in lost] == [True] * len(lost)
        merged = isinstance(done[0], area.Area)
        assert [isinstance(found, area.Area) for found in done[1:]] == [not merged] * 2
        assert sum(len(one.code) == 14 for one in await grids.current(village)) == (
            1 if merged else 4
        )


async def test_who_comes_at_the_same_time_never_lands_in_what_has_ended(officer: int) -> None:
    async def open_station(number: int) -> str | None:
        async with db.transaction() as connection:
            place = await area.hold(connection, FIRST)
            if place is None:
                return None
            await connection.execute(
                "INSERT INTO station (code, area_code, kind, name, address, longitude, latitude)"
                " VALUES ($1, $2, 'BEE_STATION', '', '', 120.4, 31.95)",
                str(number),
                place.code,
            )
            return place.code

    opened, made, more = await asyncio.gather(
        asyncio.gather(*(open_station(number) for number in range(4))),
        merge(officer, FIRST, SECOND),
        asyncio.gather(*(open_station(number) for number in range(4, 8))),
    )
    held = [code for code in (*opened, *more) if code]
    assert await codes("station") == [made.code] * len(held)
    assert await open_station(9) is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([], "codes"),
        ([FIRST], "codes"),
        ([FIRST, FIRST], "codes"),
        ([f"{VILLAGE}{number:02}" for number in range(1, 10)], "codes"),
        ([FIRST, EMPTY_GRID], "codes"),
        ([FIRST, FIRST + "01"], "codes"),
        ([VILLAGE, VILLAGE[:-1] + "2"], "codes"),
    ],
)
async def test_what_can_not_be_merged_is_invalid(
    officer: int, given: list[str], path: str
) -> None:
    await grids.village(VILLAGE[:-1] + "2")
    with pytest.raises(Refusal) as refused:
        await merge(officer, *given)
    assert (refused.value.code, refused.value.path[:1]) == (Code.INVALID, (path,))
    assert await grids.value("SELECT count(*) FROM area_successor") == 0
    assert await grids.value("SELECT count(*) FROM event") == 0


async def test_grids_of_two_kinds_need_the_kind_to_be_said(officer: int) -> None:
    await db.execute("UPDATE area SET kind = 'DEDICATED' WHERE code = $1", FIRST)
    with pytest.raises(Refusal) as refused:
        await merge(officer, FIRST, SECOND)
    assert refused.value.path == ("kind",)
    new = part(kind=AreaKind.DEDICATED)
    made = await area.merge([FIRST, SECOND], actor_id=officer, part=new, key="2")
    assert made.kind is AreaKind.DEDICATED


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [["01", "02"]],
        [["01"], []],
        [["01"], ["02", "03"]],
        [["01"], ["01", "02"]],
        [["01", "02"], []] * 5,
    ],
)
async def test_a_split_that_does_not_add_up_is_invalid(
    officer: int, shares: list[list[str]]
) -> None:
    with pytest.raises(Refusal) as refused:
        await split(officer, FIRST, *([FIRST + end for end in share] for share in shares))
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("parts",))
    assert await grids.value("SELECT count(*) FROM area_successor") == 0


async def test_what_is_wrong_with_a_part_is_said_of_that_part(officer: int) -> None:
    parts = [part("甲", FIRST + "01"), part("", FIRST + "02")]
    with pytest.raises(Refusal) as refused:
        await area.split(FIRST, actor_id=officer, parts=parts, key="k")
    assert refused.value.path == ("parts", "1", "name")


async def test_a_cadre_and_another_towns_officer_reshape_nothing(officer: int) -> None:
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    with pytest.raises(Refusal) as refused:
        await merge(cadre, FIRST, SECOND)
    assert refused.value.code is Code.NOT_ALLOWED
    with pytest.raises(Refusal) as refused:
        await merge(officer, FIRST, "32028100200101")
    assert refused.value.code is Code.NOT_ALLOWED
    assert (await area.find_all([FIRST, SECOND])).keys() == {FIRST, SECOND}
    assert await grids.value("SELECT count(*) FROM area_successor") == 0
