"""Grids that are merged while people move in and open stations: nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from models import area, db, person, roster, sheet, station
from models.errors import Code, Refusal
from models.file import keep_table
from models.geo import Point
from models.person import Registration
from models.station import Facts, Kind, New, Place
from tests import areas, grids, homes, uploading
from tests.conftest import Database
from tests.grids import value

VILLAGE = areas.TOWN + "003"
FIRST, SECOND = VILLAGE + "01", VILLAGE + "02"
HERE = Point(120.41, 31.95)
TURNS = 4
LEFT_BEHIND = {
    "residence": "state IN ('CONFIRMED', 'PENDING')",
    "household": "true",
    "station": "true",
    "appointment": grids.OPEN,
}


@pytest.fixture(autouse=True)
async def officer(database: Database, tmp_path: Path) -> AsyncIterator[int]:
    uploading.use(tmp_path)
    await areas.plant()
    await grids.village(VILLAGE)
    await station.load()
    yield await areas.appoint("TOWN_OFFICER", areas.TOWN)
    station.forget()


async def unless_refused(acting: Awaitable[object]) -> object:
    """Give what an action gives, or the code of its refusal: never anything else."""
    try:
        return await acting
    except Refusal as refusal:
        return refusal.code


async def somebody() -> int:
    number = await value("SELECT count(*) FROM person")
    return await homes.somebody(f"某人{number}")


def said(code: str) -> Registration:
    return Registration(micro_grid_code=code, name="某人", address="某路1号")


async def resident(code: str) -> int:
    """Give somebody who lives in a micro-grid."""
    key = await somebody()
    await homes.live(key, code, f"H{key}")
    return key


@pytest.mark.parametrize("turn", range(TURNS))
async def test_a_merge_leaves_nothing_current_in_what_ended(officer: int, turn: int) -> None:
    micro_grid, other = FIRST + "01", SECOND + "02"
    asking = [await resident(other) for _ in range(3)]
    pending = [await person.register(one, said(micro_grid), key="asked") for one in asking]
    new = [await somebody() for _ in range(3)]
    rows = [await homes.roster_row(f"名册{one}", phone=f"1390000000{one}") for one in range(2)]
    for row in rows:
        await homes.live(row, micro_grid, f"R{row}")
    made = await station.create(_station("旧站"), person_id=officer, idempotency_key="old")
    table = sheet.write("花名册", ("姓名", "微网格编码"), [("新人", micro_grid), ("新人", other)])
    file_id = (await keep_table(table, person_id=officer)).id
    worker = await areas.appoint("GRID_WORKER", FIRST)
    place = Place(point=Point(120.42, 31.95), address="新路")
    acts: list[Awaitable[object]] = [
        *(person.register(one, said(micro_grid), key="k") for one in new),
        *(person.confirm(worker, one, household_code=None, key=str(one)) for one in pending),
        *(
            person.verify_phone(one, code=f"1390000000{place}", key="p", look_up=_itself)
            for place, one in enumerate(new[:2])
        ),
        station.create(_station("新站"), person_id=officer, idempotency_key="new"),
        station.move(made.id, version=1, place=place, person_id=officer),
        roster.bring(
            file_id, area_code=VILLAGE, dry_run=False, person_id=officer, idempotency_key="r"
        ),
    ]
    # The merge comes in at another place each time.
    acts.insert(turn * len(acts) // TURNS, grids.merge(officer, FIRST, SECOND))
    answers = await asyncio.gather(*map(unless_refused, acts))
    assert not [one for one in answers if isinstance(one, Code) and one not in EXPECTED], answers
    assert await value("SELECT count(*) FROM area WHERE valid_to IS NOT NULL AND code = $1", FIRST)
    for table_name, is_current in LEFT_BEHIND.items():
        left = await db.fetch(
            f"SELECT FROM {table_name} JOIN area ON area.code = area_code"
            f" WHERE valid_to IS NOT NULL AND ({is_current})"
        )
        assert left == [], table_name
    apart = await db.fetch(
        "SELECT FROM residence JOIN household ON household.id = household_id"
        " WHERE residence.area_code <> household.area_code AND state <> 'ENDED'"
    )
    assert apart == []


EXPECTED = {Code.CONFLICT, Code.NOT_FOUND, Code.NOT_ALLOWED, Code.INVALID}


async def _itself(code: str) -> str:
    return code


def _station(name: str) -> New:
    return New(facts=Facts(name=name, address="路1号"), kind=Kind.BEE_STATION, point=HERE)


async def test_who_registers_where_a_grid_has_ended_is_told_so(officer: int) -> None:
    me = await somebody()
    async with db.transaction() as connection:
        # A merge that is not committed yet: the registration waits, and then finds it.
        await connection.execute(
            "SELECT FROM area WHERE code = $1 FOR NO KEY UPDATE", FIRST + "01"
        )
        waiting = asyncio.create_task(
            unless_refused(person.register(me, said(FIRST + "01"), key="k"))
        )
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        await connection.execute(
            "UPDATE area SET valid_to = now()::date WHERE code = $1", FIRST + "01"
        )
    assert await waiting is Code.CONFLICT
    assert await value("SELECT count(*) FROM residence") == 0
    assert await area.find(FIRST + "01")
