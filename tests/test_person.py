import asyncio
from datetime import date

import pytest

from models import db, person
from models.errors import Code, Refusal
from models.role import Role
from tests import areas
from tests.areas import EMPTY_GRID, GRID, MICRO_GRID, TOWN, VILLAGE
from tests.conftest import Database


@pytest.fixture(autouse=True)
async def tree(database: Database) -> None:
    await areas.plant()


async def count(table: str) -> int:
    row = await db.fetch_one(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - our own
    assert row
    return int(row["rows"])


async def test_a_development_person_is_made_once() -> None:
    made = await asyncio.gather(
        *(person.development_person("worker", number=1, area_code=GRID) for _ in range(8))
    )
    assert len(set(made)) == 1
    assert (await count("person"), await count("appointment")) == (1, 1)


async def test_a_development_person_holds_the_role_of_the_key_at_its_level() -> None:
    for key, code in (("worker", MICRO_GRID), ("town", GRID), ("liaison", VILLAGE)):
        await person.development_person(key, number=1, area_code=code)
    rows = await db.fetch("SELECT role, area_code FROM appointment ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("GRID_WORKER", GRID),
        ("TOWN_OFFICER", TOWN),
        ("LIAISON", MICRO_GRID),
    ]


async def test_numbers_and_areas_make_different_people() -> None:
    people = {
        (await person.development_person("lead", number=number, area_code=code)).id
        for number in (1, 2)
        for code in (GRID, EMPTY_GRID)
    }
    assert len(people) == 4


@pytest.mark.parametrize("code", ["999999", "320282001001", "32028100100109", "3202810"])
async def test_there_is_no_development_person_where_there_is_no_area(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await person.development_person("worker", number=1, area_code=code)
    assert refused.value.code is Code.NOT_FOUND
    assert (await count("person"), await count("appointment")) == (0, 0)


async def test_the_viewer_holds_the_roles_of_today_in_the_order_of_roles() -> None:
    key = await areas.appoint("GRID_LEAD", GRID, name="王五")
    await areas.appoint("VOLUNTEER", MICRO_GRID, person_id=key)
    await areas.appoint("GRID_LEAD", EMPTY_GRID, person_id=key)
    await areas.appoint("AUDITOR", GRID, person_id=key, ended_on=date(2021, 1, 1))
    await areas.appoint("ADMIN", GRID, person_id=key, started_on=date(2999, 1, 1))
    assert await person.viewer(key) == person.Viewer(
        key, "王五", (Role.RESIDENT, Role.VOLUNTEER, Role.GRID_LEAD)
    )


async def test_an_unknown_person_is_no_viewer() -> None:
    assert await person.viewer(12345) is None
