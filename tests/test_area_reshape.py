"""Merging and splitting grids: what is now moves, what was stays, and the sums are kept."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import area, db
from models.area import AreaKind
from models.geo import Point
from models.hours import CITY_ZONE
from tests import areas, grids
from tests.areas import TOWN
from tests.conftest import Database
from tests.graph import ask
from tests.grids import OPEN, codes, merge, part, split

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


async def test_a_merged_grid_has_all_that_lay_within_the_boundaries(officer: int) -> None:
    def box(west: float, east: float) -> list[Point]:
        return [Point(120.4 + x, 31.94 + y) for x, y in ((west, 0), (east, 0), (east, 1e-2))]

    halves = {FIRST: box(0, 0.01), SECOND: box(0.01, 0.02)}
    for code, (corner, *others) in halves.items():
        ring = [corner, *others, Point(corner[0], others[-1][1])]
        await area.change(code, actor_id=officer, version=1, changes=area.Changes(boundary=ring))
    merged = await merge(officer, FIRST, SECOND)
    joined = (await area.boundaries([merged.code]))[merged.code]
    assert set(joined) == {Point(120.4 + x, 31.94 + y) for x in (0, 0.01, 0.02) for y in (0, 1e-2)}
    found = await area.at_all([Point(120.4 + x, 31.945) for x in (0.001, 0.01, 0.019)])
    assert [one and one.code for one in found] == [merged.code] * 3


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


async def test_a_point_finds_the_new_grid(officer: int) -> None:
    await merge(officer, FIRST, SECOND)
    found = await area.at(Point(120.4095, 31.95))
    assert found
    assert found.code == NEW
