"""Merging and splitting grids: what is now moves, what was stays, and the sums are kept."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from models import area, db
from models.area import AreaKind
from models.errors import Code, Refusal, Stale
from models.geo import Point
from models.hours import CITY_ZONE
from models.role import Role
from tests import areas, grids
from tests.areas import EMPTY_GRID, OTHER_GRID, SQUARE, TOWN
from tests.conftest import Database
from tests.graph import ask
from tests.grids import OPEN, codes, part

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


async def merge(officer: int, *given: str, key: str = "k", name: str = "合并网格") -> area.Area:
    return await area.merge(given, actor_id=officer, part=part(name), key=key)


async def split(officer: int, code: str, *shares: list[str], key: str = "k") -> area.Area:
    parts = [part(f"新网格{number}", *share) for number, share in enumerate(shares)]
    return await area.split(code, actor_id=officer, parts=parts, key=key)


async def counts(*where: str) -> list[tuple[int, int]]:
    found = await area.find_all(where)
    return [(found[code].households, found[code].population) for code in where]


async def test_a_merge_makes_one_grid_with_all_micro_grids(officer: int) -> None:
    made = await merge(officer, SECOND, FIRST)
    assert (made.code, made.name, made.kind) == (NEW, "合并网格", AreaKind.GENERAL)
    assert (made.population, made.households, made.version) == (700, 350, 1)
    assert made.point.longitude == pytest.approx((120.41 * 300 + 120.42 * 400) / 700)
    assert (made.started_on, made.ended_on) == (TODAY, None)
    below = (await area.children([NEW], first=20, after=None))[NEW].items
    assert [(one.code, one.population) for one in below] == [
        (f"{NEW}0{number}", 100) for number in (1, 2, 3, 4, 5)
    ]
    assert [one.name for one in below] == [
        "微网0101",
        "微网0102",
        "微网0201",
        "微网0202",
        "微网0203",
    ]


async def test_what_was_merged_keeps_its_row_and_names_its_successors(officer: int) -> None:
    await merge(officer, FIRST, SECOND)
    old = await area.find_all([FIRST, SECOND, FIRST + "01", SECOND + "03"])
    assert {(one.ended_on, one.version) for one in old.values()} == {(TODAY, 2)}
    assert [one.population for one in old.values()] == [300, 100, 400, 100]
    followers = await area.successors([FIRST, SECOND, SECOND + "03", THIRD])
    assert {code: [one.code for one in found] for code, found in followers.items()} == {
        FIRST: [NEW],
        SECOND: [NEW],
        SECOND + "03": [NEW + "05"],
        THIRD: [],
    }
    answer = await ask(
        "query ($code: String!) { area(code: $code) { endedOn successors { code } } }", code=FIRST
    )
    assert answer["area"] == {"endedOn": TODAY.isoformat(), "successors": [{"code": NEW}]}


async def test_a_split_shares_micro_grids_and_keeps_the_sums(officer: int) -> None:
    old = await split(officer, SECOND, [SECOND + "03", SECOND + "01"], [SECOND + "02"])
    assert (old.code, old.ended_on) == (SECOND, TODAY)
    assert [one.code for one in (await area.successors([SECOND]))[SECOND]] == [NEW, VILLAGE + "05"]
    # The hundred in no micro-grid go to the first.
    assert await counts(NEW, VILLAGE + "05") == [(150, 300), (50, 100)]
    followers = await area.successors([f"{SECOND}0{number}" for number in (1, 2, 3)])
    assert [found[0].code for found in followers.values()] == [
        NEW + "01",
        VILLAGE + "0501",
        NEW + "02",
    ]
    assert [one.kind for one in (await area.successors([SECOND]))[SECOND]] == [
        AreaKind.GENERAL
    ] * 2


async def test_a_count_below_that_of_the_micro_grids_is_kept_too(officer: int) -> None:
    await db.execute("UPDATE area SET population = 120 WHERE code = $1", FIRST)
    await split(officer, FIRST, [FIRST + "01"], [FIRST + "02"])
    assert [people for _, people in await counts(NEW, VILLAGE + "05")] == [20, 100]


async def test_what_stands_there_moves_and_what_is_over_stays(officer: int) -> None:
    await grids.furnish(FIRST, FIRST + "02")
    person = await grids.add("person", name="迁出者")
    await grids.add(
        "residence",
        person_id=person,
        area_code=FIRST + "01",
        state="ENDED",
        started_on=grids.SINCE,
        ended_on=YESTERDAY,
    )
    unit = await grids.add("unit", code="U1", kind="STATIONED", name="警务站", area_code=FIRST)
    await merge(officer, FIRST, SECOND)
    assert await codes("station") == [NEW, NEW + "02"]
    assert await codes("household") == [NEW + "02"]
    assert await codes("residence") == [FIRST + "01", NEW + "02"]
    assert await codes("unit") == [NEW]
    assert await codes("appointment", OPEN) == [TOWN, NEW, NEW + "02"]
    assert await codes("appointment", f"NOT ({OPEN})") == [FIRST, FIRST + "02"]
    assert await grids.value("SELECT version FROM station LIMIT 1") == 2
    assert await grids.value("SELECT version FROM unit WHERE id = $1", unit) == 2


async def test_an_office_ends_yesterday_and_goes_on_today(officer: int) -> None:
    lead = await areas.appoint("GRID_LEAD", FIRST)
    await areas.appoint("GRID_LEAD", SECOND, person_id=lead, ended_on=date(2999, 1, 1))
    later = TODAY + timedelta(days=9)
    soon = await areas.appoint("GRID_WORKER", FIRST, started_on=later)
    fresh = await areas.appoint("SPECIALIST", FIRST, started_on=TODAY)
    await merge(officer, FIRST, SECOND)
    rows = await db.fetch(
        "SELECT person_id, area_code, started_on, ended_on FROM appointment"
        " WHERE role <> 'TOWN_OFFICER' ORDER BY person_id, area_code"
    )
    assert [tuple(row) for row in rows] == [
        (lead, FIRST, grids.SINCE, YESTERDAY),
        (lead, SECOND, grids.SINCE, YESTERDAY),
        (lead, NEW, TODAY, None),
        (soon, FIRST, later, later - timedelta(days=1)),
        (soon, NEW, later, None),
        (fresh, FIRST, TODAY, YESTERDAY),
        (fresh, NEW, TODAY, None),
    ]


async def test_whoever_staffed_a_grid_staffs_every_part_of_it(officer: int) -> None:
    lead = await grids.furnish(FIRST, FIRST + "02")
    before = (await area.staffing([VILLAGE]))[VILLAGE]
    await split(officer, FIRST, [FIRST + "01"], [FIRST + "02"])
    assert await codes("appointment", f"person_id = {lead} AND ({OPEN})") == [NEW, VILLAGE + "05"]
    assert await codes("appointment", f"role = 'LIAISON' AND ({OPEN})") == [VILLAGE + "0501"]
    after = (await area.staffing([VILLAGE]))[VILLAGE]
    assert (before.leads, before.liaisons) == (after.leads, after.liaisons) == (1, 1)


async def test_a_station_of_a_grid_that_is_split_goes_where_it_stands(officer: int) -> None:
    for micro in (SECOND + "01", SECOND + "03"):
        await grids.furnish(SECOND, micro)
    await split(officer, SECOND, [SECOND + "01", SECOND + "02"], [SECOND + "03"])
    assert await codes("station") == [NEW, NEW + "01", VILLAGE + "05", VILLAGE + "0501"]


async def test_a_boundary_says_whose_a_station_is(officer: int) -> None:
    await grids.furnish(FIRST, FIRST + "01")
    ring = [
        Point(120.4 + x, 31.94 + y) for x, y in ((0, 0), (0.0115, 0), (0.0115, 0.02), (0, 0.02))
    ]
    parts = [part("甲", FIRST + "01"), part("乙", FIRST + "02", boundary=ring)]
    await area.split(FIRST, actor_id=officer, parts=parts, key="k")
    assert await codes("station") == [NEW + "01", VILLAGE + "05"]


async def test_everything_is_told_once_where_it_was_and_where_it_is(officer: int) -> None:
    lead = await grids.furnish(FIRST, FIRST + "02")
    await merge(officer, FIRST, SECOND)
    rows = await db.fetch(
        "SELECT topic || ' ' || kind AS said, count(*) FROM event GROUP BY 1 ORDER BY 1"
    )
    assert {row["said"]: row["count"] for row in rows} == {
        "area FORMED": 6,
        "area MERGED": 7,
        "person REASSIGNED": 2,
        "station REASSIGNED": 2,
    }
    row = await db.fetch_one(
        "SELECT id, area_code, actor_id FROM event WHERE thing_id = $1 AND topic = 'person'",
        lead,
    )
    assert row
    assert (row["area_code"], row["actor_id"]) == (NEW, officer)
    told = await db.fetch(
        "SELECT area_code FROM outbox WHERE event_id = $1 ORDER BY id", row["id"]
    )
    assert [one["area_code"] for one in told] == [NEW, FIRST]


async def test_an_event_of_before_keeps_the_old_grid(officer: int) -> None:
    await grids.add(
        "event", topic="ticket", thing_id=1, area_code=FIRST + "01", version=1, kind="SUBMITTED"
    )
    await merge(officer, FIRST, SECOND)
    assert await codes("event", "topic = 'ticket'") == [FIRST + "01"]


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


async def test_a_point_finds_the_new_grid(officer: int) -> None:
    await merge(officer, FIRST, SECOND)
    found = await area.at(Point(120.4095, 31.95))
    assert found
    assert found.code == NEW


# Who is in charge


async def test_those_in_charge_stand_in_the_order_in_which_they_are_near(officer: int) -> None:
    police = await grids.add("unit", code="P", kind="STATIONED", name="派出所", area_code=TOWN)
    for role, code, name in (
        ("VILLAGE_CADRE", VILLAGE, "村"),
        ("GRID_LEAD", FIRST, "长"),
        ("SPECIALIST", FIRST, "警"),
        ("GRID_WORKER", FIRST, "员"),
        ("LIAISON", FIRST + "02", "联"),
        ("LIAISON", FIRST + "01", "邻"),
        ("VOLUNTEER", FIRST + "02", "志"),
        ("GRID_LEAD", SECOND, "远"),
    ):
        await areas.appoint(role, code, name=name)
    await db.execute("UPDATE appointment SET unit_id = $1 WHERE role = 'SPECIALIST'", police)
    found = await area.in_charge(Point(120.4121, 31.95))
    assert found
    assert found.grid.code == FIRST
    assert found.micro_grid
    assert found.micro_grid.code == FIRST + "02"
    assert [(one.role, one.name, one.unit_name) for one in found.staff] == [
        (Role.LIAISON, "联", None),
        (Role.GRID_WORKER, "员", None),
        (Role.GRID_LEAD, "长", None),
        (Role.SPECIALIST, "警", "派出所"),
        (Role.VILLAGE_CADRE, "村", None),
    ]


async def test_nobody_is_in_charge_outside_and_a_grid_may_have_no_micro_grid(officer: int) -> None:
    assert await area.in_charge(Point(121, 31.95)) is None
    corner, opposite = SQUARE[0], SQUARE[2]
    middle = Point((corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2)
    answer = await ask(
        """query ($point: PointInput!) { areaInCharge(point: $point) {
            grid { code } microGrid { code } staff { role name unitName }
        } }""",
        point={"longitude": middle.longitude, "latitude": middle.latitude},
    )
    assert answer["areaInCharge"] == {"grid": {"code": OTHER_GRID}, "microGrid": None, "staff": []}
