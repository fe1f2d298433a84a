"""Whom one can appoint, and where: who is seen or has a number, and what holds today."""

import asyncio
from datetime import UTC, datetime

import pytest

from models import area, cipher, db
from models.errors import Code, Refusal
from models.person import Whom
from models.role import Role
from tests import areas, grids
from tests.appointments import appoint, live, refusal_of
from tests.areas import (
    CITY,
    EMPTY_GRID,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
)
from tests.conftest import Database


@pytest.fixture(autouse=True)
async def cadre(database: Database) -> int:
    """Give a cadre of the village."""
    await areas.plant()
    return await areas.appoint("VILLAGE_CADRE", VILLAGE, name="村干部")


@pytest.fixture
async def resident() -> int:
    return await live(MICRO_GRID)


async def test_who_can_not_be_seen_is_found_by_phone_only(cadre: int) -> None:
    stranger = await live(OTHER_GRID)
    await db.execute(
        "UPDATE person SET phone_index = $2 WHERE id = $1",
        stranger,
        cipher.blind_index("13912345678", column="person.phone"),
    )
    assert await refusal_of(appoint(cadre, stranger)) == (Code.NOT_FOUND, ("personId",))
    assert await refusal_of(appoint(cadre, 12345)) == (Code.NOT_FOUND, ("personId",))
    assert (await appoint(cadre, Whom(phone="139 1234-5678"))).person.id == stranger
    unknown = appoint(cadre, Whom(phone="13900000000"))
    assert await refusal_of(unknown) == (Code.NOT_FOUND, ("phone",))


@pytest.mark.parametrize(
    ("whom", "path"),
    [
        (Whom(), "personId"),
        (Whom(1, "13900000000"), "personId"),
        (Whom(phone="110"), "phone"),
        (Whom(phone="139000000001"), "phone"),
    ],
)
async def test_one_person_is_named_in_one_way(cadre: int, whom: Whom, path: str) -> None:
    assert await refusal_of(appoint(cadre, whom)) == (Code.INVALID, (path,))


async def test_who_asks_to_live_here_or_serves_here_can_be_appointed(cadre: int) -> None:
    for key in (
        await live(MICRO_GRID, state="PENDING"),
        await areas.appoint("VOLUNTEER", MICRO_GRID),
    ):
        assert (await appoint(cadre, key)).person.id == key


async def test_who_is_banned_or_nobody_any_more_is_not_appointed(
    cadre: int, resident: int
) -> None:
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", resident)
    assert (await refusal_of(appoint(cadre, resident)))[0] is Code.ILLEGAL_MOVE
    await db.execute(
        "UPDATE person SET banned_at = NULL, claimed_by_id = $2 WHERE id = $1", resident, cadre
    )
    assert (await refusal_of(appoint(cadre, resident, key="2")))[0] is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("role", "code", "has_unit", "path"),
    [
        ("LIAISON", None, False, "areaCode"),
        ("LIAISON", MICRO_GRID, True, "unitId"),
        ("LIAISON", None, True, "areaCode"),
        ("DEPARTMENT_OFFICER", None, False, "unitId"),
        ("DEPARTMENT_OFFICER", CITY, True, "unitId"),
    ],
)
async def test_a_role_is_held_in_an_area_or_in_a_unit(  # noqa: PLR0913, PLR0917 - a case
    cadre: int, resident: int, role: str, code: str | None, has_unit: bool, path: str
) -> None:
    unit = await grids.add("unit", code="U", kind="OTHER", name="站", area_code=CITY)
    act = appoint(cadre, resident, role, code, unit_id=unit if has_unit else None)
    assert await refusal_of(act) == (Code.INVALID, (path,))


async def test_a_specialist_is_sent_by_a_unit_that_serves_there(cadre: int, resident: int) -> None:
    police = await grids.add("unit", code="P", kind="TOWN", name="派出所", area_code=TOWN)
    other = await grids.add("unit", code="Q", kind="VILLAGE", name="站", area_code=OTHER_VILLAGE)
    closed = await grids.add(
        "unit", code="R", kind="OTHER", name="站", area_code=CITY, closed_at=datetime.now(UTC)
    )
    for unit in (other, closed, 999):
        no = await refusal_of(appoint(cadre, resident, "SPECIALIST", GRID, unit_id=unit))
        assert no == (Code.NOT_FOUND, ("unitId",))
    no = await refusal_of(appoint(cadre, resident, "SPECIALIST", GRID, unit_id=police))
    assert no == (Code.NOT_ALLOWED, ("unitId",))
    officer = await areas.appoint("TOWN_OFFICER", TOWN)
    await appoint(officer, resident, "SPECIALIST", GRID, unit_id=police, key="good")
    staff = (await area.staff([GRID]))[GRID]
    assert [(one.role, one.unit_name) for one in staff] == [(Role.SPECIALIST, "派出所")]


async def test_nobody_is_appointed_where_an_area_has_ended(cadre: int, resident: int) -> None:
    await db.execute("UPDATE area SET valid_to = '2025-01-01' WHERE code = $1", EMPTY_GRID)
    for code in (EMPTY_GRID, EMPTY_GRID[:-1] + "9"):
        no = await refusal_of(appoint(cadre, resident, "GRID_LEAD", code))
        assert no == (Code.NOT_FOUND, ("areaCode",))


async def test_an_appointment_and_a_merge_at_once_leave_nobody_behind(
    cadre: int, resident: int
) -> None:
    officer = await areas.appoint("TOWN_OFFICER", TOWN)
    done = await asyncio.gather(
        appoint(cadre, resident, "GRID_LEAD", GRID),
        area.merge([GRID, EMPTY_GRID], actor_id=officer, part=grids.part(), key="k"),
        appoint(cadre, resident, "GRID_WORKER", EMPTY_GRID),
        return_exceptions=True,
    )
    made = done[1]
    assert isinstance(made, area.Area)
    served = await grids.codes("appointment", f"person_id = {resident} AND ({grids.OPEN})")
    refused = [no for no in done if isinstance(no, Refusal)]
    assert served == [made.code] * (2 - len(refused))
