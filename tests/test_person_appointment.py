"""Giving a role: by those above, never to oneself, at its level and with its days."""

import asyncio
from datetime import date

import pytest

from models import access, cipher, db
from models.errors import Code, Refusal
from models.person import Whom
from models.role import Role
from tests import areas, grids
from tests.appointments import DAY, TODAY, appoint, appointment_of, live, refusal_of, relieve
from tests.areas import (
    CITY,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
    TOWN,
    VILLAGE,
)
from tests.conftest import Database
from tests.grids import value


@pytest.fixture(autouse=True)
async def cadre(database: Database) -> int:
    """Give a cadre of the village."""
    await areas.plant()
    return await areas.appoint("VILLAGE_CADRE", VILLAGE, name="村干部")


@pytest.fixture
async def resident() -> int:
    return await live(MICRO_GRID)


async def test_a_role_is_given_at_once_and_told(cadre: int, resident: int) -> None:
    made = await appoint(cadre, resident)
    assert (made.role, made.area_code, made.started_on, made.ended_on) == (
        Role.LIAISON,
        MICRO_GRID,
        TODAY,
        None,
    )
    assert (await access.rights_of(resident)).may(
        access.Action.RESIDENCE_CONFIRM, access.Thing(area_code=MICRO_GRID)
    )
    row = await db.fetch_one(
        "SELECT topic, thing_id, area_code, event.version, kind, actor_id, facts,"
        " person.version AS known FROM event JOIN person ON person.id = thing_id"
    )
    assert row
    assert tuple(row) == (
        "person",
        resident,
        MICRO_GRID,
        2,
        "APPOINTED",
        cadre,
        f'{{"area": "{MICRO_GRID}", "role": "LIAISON", "unit": null, "endsOn": null,'
        f' "startsOn": "{TODAY}", "appointment": {made.id}}}',
        2,
    )


async def test_the_same_key_appoints_once(cadre: int, resident: int) -> None:
    made = await asyncio.gather(*(appoint(cadre, resident, key="k") for _ in range(6)))
    assert len({one.id for one in made}) == 1
    assert await refusal_of(appoint(cadre, resident, "GRID_LEAD", GRID, key="k")) == (
        Code.KEY_REUSED,
        ("idempotencyKey",),
    )


async def test_a_role_that_is_held_is_not_given_again(cadre: int, resident: int) -> None:
    made = await appoint(cadre, resident)
    assert (await refusal_of(appoint(cadre, resident, key="2")))[0] is Code.CONFLICT
    await relieve(cadre, made.id)
    assert (await appoint(cadre, resident, key="3")).id != made.id


async def test_terms_that_do_not_touch_are_two(cadre: int, resident: int) -> None:
    await appoint(cadre, resident, ends_on=TODAY + 9 * DAY)
    overlapping = appoint(cadre, resident, starts_on=TODAY + 9 * DAY, key="2")
    assert (await refusal_of(overlapping))[0] is Code.CONFLICT
    later = await appoint(cadre, resident, starts_on=TODAY + 10 * DAY, key="3")
    assert later.started_on == TODAY + 10 * DAY


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("VOLUNTEER", GRID),
        ("LIAISON", GRID),
        ("GRID_WORKER", MICRO_GRID),
        ("GRID_LEAD", VILLAGE),
        ("SPECIALIST", MICRO_GRID),
        ("COURIER", MICRO_GRID),
        ("VILLAGE_CADRE", GRID),
        ("TOWN_OFFICER", VILLAGE),
        ("ADMIN", TOWN),
        ("DISPATCHER", VILLAGE),
    ],
)
async def test_a_role_is_held_at_its_level_only(resident: int, role: str, code: str) -> None:
    admin = await areas.appoint("ADMIN", CITY)
    assert await refusal_of(appoint(admin, resident, role, code)) == (
        Code.INVALID,
        ("areaCode",),
    )


async def test_every_role_can_be_held_somewhere(resident: int) -> None:
    admin = await areas.appoint("ADMIN", CITY)
    unit = await grids.add("unit", code="U", kind="DEPARTMENT", name="局", area_code=CITY)
    for role in Role:
        if role in {Role.RESIDENT, Role.DEPARTMENT_OFFICER}:
            assert (await refusal_of(appoint(admin, resident, role, CITY)))[0] is Code.INVALID
            continue
        for code in (MICRO_GRID, GRID, VILLAGE, TOWN, CITY):
            try:
                await appoint(admin, resident, role, code)
            except Refusal:
                continue
            break
        else:
            pytest.fail(role)
    made = await appoint(admin, resident, "DEPARTMENT_OFFICER", None, unit_id=unit)
    assert (made.area_code, made.unit_id) == (CITY, unit)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "path"),
    [
        (TODAY - DAY, None, "startsOn"),
        (TODAY + 367 * DAY, None, "startsOn"),
        (TODAY + DAY, TODAY, "endsOn"),
        (None, TODAY - DAY, "endsOn"),
        (None, TODAY + 3_654 * DAY, "endsOn"),
        (None, date.max, "endsOn"),
    ],
)
async def test_a_term_begins_today_or_later_and_ends_after_that(
    cadre: int, resident: int, starts_on: date | None, ends_on: date | None, path: str
) -> None:
    act = appoint(cadre, resident, starts_on=starts_on, ends_on=ends_on)
    assert await refusal_of(act) == (Code.INVALID, (path,))


async def test_a_role_of_tomorrow_gives_no_right_today(cadre: int, resident: int) -> None:
    await appoint(cadre, resident, starts_on=TODAY + DAY)
    assert (await access.rights_of(resident)).held == ()


# By whom


async def test_nobody_appoints_outside_or_above_their_own_area(cadre: int, resident: int) -> None:
    for role, code in (
        ("GRID_LEAD", OTHER_GRID),
        ("VILLAGE_CADRE", VILLAGE),
        ("TOWN_OFFICER", TOWN),
        ("ADMIN", CITY),
    ):
        assert await refusal_of(appoint(cadre, resident, role, code)) == (
            Code.NOT_ALLOWED,
            ("areaCode",),
        )


async def test_a_lead_appoints_volunteers_but_no_worker(resident: int) -> None:
    lead = await areas.appoint("GRID_LEAD", GRID)
    assert (await appoint(lead, resident, "VOLUNTEER")).role is Role.VOLUNTEER
    no = await refusal_of(appoint(lead, resident, "GRID_WORKER", GRID))
    assert no[0] is Code.NOT_ALLOWED


async def test_nobody_appoints_or_relieves_themself() -> None:
    admin = await areas.appoint("ADMIN", CITY)
    await areas.appoint("ADMIN", CITY)
    assert (await refusal_of(appoint(admin, admin, "AUDITOR", CITY)))[0] is Code.NOT_ALLOWED
    own = await appointment_of(admin)
    assert (await refusal_of(relieve(admin, own)))[0] is Code.NOT_ALLOWED


async def test_who_lost_the_right_a_moment_ago_appoints_nobody(cadre: int, resident: int) -> None:
    admin = await areas.appoint("ADMIN", CITY)
    await relieve(admin, await appointment_of(cadre))
    assert (await refusal_of(appoint(cadre, resident)))[0] is Code.NOT_ALLOWED


async def test_an_officer_appoints_in_the_own_unit_only(cadre: int) -> None:
    number = "13800001111"
    index = cipher.blind_index(number, column="person.phone")
    await grids.add("person", name="新人", phone_index=index)
    own, other = [
        await grids.add("unit", code=code, kind="DEPARTMENT", name="局", area_code=CITY)
        for code in "AB"
    ]
    officer = await areas.appoint("VOLUNTEER", MICRO_GRID)
    admin = await areas.appoint("ADMIN", CITY)
    await appoint(admin, officer, "DEPARTMENT_OFFICER", None, unit_id=own)
    by_phone = Whom(phone=f"+86 {number}")
    made = await appoint(officer, by_phone, "DEPARTMENT_OFFICER", None, unit_id=own)
    assert made.person.name == "新人"
    no = await refusal_of(appoint(officer, by_phone, "DEPARTMENT_OFFICER", None, unit_id=other))
    assert no == (Code.NOT_ALLOWED, ("unitId",))
    sealed = await value("SELECT string_agg(encode(asked, 'hex'), '') FROM once")
    assert number not in sealed
