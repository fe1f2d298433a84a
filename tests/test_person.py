import asyncio
from datetime import date
from zlib import crc32

import pytest

from models import cipher, db, person
from models.errors import Code, Refusal
from models.role import Role
from tests import areas
from tests.areas import CITY, EMPTY_GRID, GRID, MICRO_GRID, TOWN, VILLAGE
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
    for table in ("person", "appointment", "household", "residence"):
        assert await count(table) == 1


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


HOMES = """
SELECT person.id, state, residence.area_code, head_id, household.id AS household,
    household.address, phone,
    phone_index, phone_verified_at IS NOT NULL AS is_verified
FROM residence JOIN household ON household.id = household_id JOIN person ON person.id = person_id
ORDER BY person.id
"""


async def test_a_development_person_lives_in_a_home_of_their_own_and_has_a_phone() -> None:
    keys = [("worker", 1), ("worker", 2), ("resident", 1), ("town", 999)]
    people = [
        await person.development_person(key, number=number, area_code=MICRO_GRID)
        for key, number in keys
    ]
    rows = await db.fetch(HOMES)
    assert [row["id"] for row in rows] == [one.id for one in people]
    phones = []
    for row in rows:
        assert (row["state"], row["area_code"]) == ("CONFIRMED", MICRO_GRID)
        assert (row["head_id"], row["is_verified"]) == (row["id"], True)
        place = f"household.address:{row['household']}"
        address = f"澄江街道长泾村长泾村第一{row['household']}号"
        assert cipher.unseal(row["address"], place=place) == address
        phones.append(cipher.unseal(row["phone"], place=f"person.phone:{row['id']}"))
        assert row["phone_index"] == cipher.blind_index(phones[-1], column="person.phone")
    assert [phone[:8] for phone in phones] == ["19906001", "19906002", "19900001", "19909999"]
    assert {len(phone) for phone in phones} == {11}


async def test_people_of_many_areas_never_have_the_same_phone() -> None:
    """Two of these areas would give a phone with the same last digits."""
    digits: dict[int, str] = {}
    for number in range(10_000):
        code = f"{VILLAGE}{number:04}"[:14]
        if (same := digits.setdefault(crc32(code.encode()) % 1_000, code)) != code:
            break
    for twin in (same, code):
        await db.execute(
            "INSERT INTO area (code, parent_code, level, kind, name, initials, terms, longitude,"
            " latitude, valid_from) VALUES ($1, $2, 'GRID', 'GENERAL', $1, '', '{}', 120, 31,"
            " '2020-01-01') ON CONFLICT DO NOTHING",
            twin,
            VILLAGE,
        )
        await person.development_person("worker", number=1, area_code=twin)
    rows = await db.fetch("SELECT id, phone FROM person ORDER BY id")
    first, second = (
        int(cipher.unseal(row["phone"], place=f"person.phone:{row['id']}")) for row in rows
    )
    assert second - first in {1, -999}


async def test_a_development_person_who_moved_or_left_office_stays_as_they_are() -> None:
    one = await person.development_person("worker", number=1, area_code=MICRO_GRID)
    await db.execute("UPDATE residence SET state = 'ENDED', ended_on = started_on")
    await db.execute("UPDATE appointment SET ended_on = started_on")
    assert await person.development_person("worker", number=1, area_code=MICRO_GRID) == one
    assert (await count("residence"), await count("appointment")) == (1, 1)


async def test_officers_serve_in_a_unit() -> None:
    for code, kind, area_code in (
        ("D2", "DEPARTMENT", CITY),
        ("D1", "DEPARTMENT", CITY),
        ("T", "TOWN", TOWN),
        ("V", "VILLAGE", VILLAGE),
    ):
        await db.execute(
            "INSERT INTO unit (code, kind, name, area_code) VALUES ($1, $2, $1, $3)",
            code,
            kind,
            area_code,
        )
    keys = [("department", 1), ("department", 2), ("department", 3), ("town", 5), ("cadre", 1)]
    for key, number in [*keys, ("worker", 1)]:
        await person.development_person(key, number=number, area_code=MICRO_GRID)
    rows = await db.fetch(
        "SELECT unit.code, role FROM appointment LEFT JOIN unit ON unit.id = unit_id"
        " ORDER BY appointment.id"
    )
    assert [tuple(row) for row in rows] == [
        ("D1", "DEPARTMENT_OFFICER"),
        ("D2", "DEPARTMENT_OFFICER"),
        ("D1", "DEPARTMENT_OFFICER"),
        ("T", "TOWN_OFFICER"),
        ("V", "VILLAGE_CADRE"),
        (None, "GRID_WORKER"),
    ]


async def test_the_viewer_holds_the_roles_of_today_in_the_order_of_roles() -> None:
    key = await areas.appoint("GRID_LEAD", GRID, name="王五")
    await areas.appoint("VOLUNTEER", MICRO_GRID, person_id=key)
    await areas.appoint("GRID_LEAD", EMPTY_GRID, person_id=key)
    await areas.appoint("AUDITOR", GRID, person_id=key, ended_on=date(2021, 1, 1))
    await areas.appoint("ADMIN", GRID, person_id=key, started_on=date(2999, 1, 1))
    viewer = await person.viewer(key)
    assert viewer
    assert (viewer.id, viewer.name) == (key, "王五")
    assert viewer.roles == (Role.RESIDENT, Role.VOLUNTEER, Role.GRID_LEAD)
    assert [(one.role, one.area.code, one.started_on) for one in viewer.appointments] == [
        (Role.GRID_LEAD, GRID, date(2020, 1, 1)),
        (Role.VOLUNTEER, MICRO_GRID, date(2020, 1, 1)),
        (Role.GRID_LEAD, EMPTY_GRID, date(2020, 1, 1)),
    ]


async def test_who_is_unknown_banned_or_claimed_is_no_viewer() -> None:
    key, other = [await areas.appoint("VOLUNTEER", GRID) for _ in range(2)]
    assert await person.viewer(key)
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", key)
    await db.execute("UPDATE person SET claimed_by_id = $1 WHERE id = $2", key, other)
    assert [await person.viewer(one) for one in (12345, key, other)] == [None, None, None]
