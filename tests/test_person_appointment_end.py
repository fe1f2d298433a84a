"""Ending a role: at once or with a last day, never one's own, never the last administrator's."""

import asyncio
from datetime import date

import pytest

from models import access, db
from models.errors import Code, Refusal
from tests import areas
from tests.appointments import DAY, TODAY, appoint, appointment_of, live, refusal_of, relieve
from tests.areas import (
    CITY,
    EMPTY_GRID,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
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


async def test_an_end_holds_at_once_and_is_told(cadre: int, resident: int) -> None:
    await areas.appoint("LIAISON", MICRO_GRID, person_id=resident)
    key = await appointment_of(resident)
    assert await relieve(cadre, key) == TODAY - DAY
    assert (await access.rights_of(resident)).held == ()
    row = await db.fetch_one("SELECT kind, thing_id, facts->>'endsOn' FROM event")
    assert row
    assert tuple(row) == ("RELIEVED", resident, (TODAY - DAY).isoformat())
    assert await value("SELECT ended_by_id FROM appointment WHERE id = $1", key) == cadre


async def test_what_never_held_ends_before_it_began(cadre: int, resident: int) -> None:
    today = await appoint(cadre, resident)
    assert await relieve(cadre, today.id) == TODAY - DAY
    later = await appoint(cadre, resident, starts_on=TODAY + 9 * DAY)
    assert await relieve(cadre, later.id) == TODAY + 8 * DAY
    for key in (today.id, later.id):
        no = await refusal_of(relieve(cadre, key, TODAY + DAY))
        assert no == (Code.ILLEGAL_MOVE, ("appointmentId",))
    assert (await appoint(cadre, resident, key="again")).started_on == TODAY


async def test_an_end_may_be_brought_forward_but_not_put_off(cadre: int, resident: int) -> None:
    made = await appoint(cadre, resident)
    assert await relieve(cadre, made.id, TODAY + 5 * DAY) == TODAY + 5 * DAY
    for day in (TODAY + 6 * DAY, TODAY - 2 * DAY, date.max):
        assert await refusal_of(relieve(cadre, made.id, day)) == (Code.INVALID, ("endsOn",))
    assert await relieve(cadre, made.id) == TODAY - DAY


async def test_who_may_not_see_an_appointment_learns_nothing_of_it(cadre: int) -> None:
    await areas.appoint("VOLUNTEER", OTHER_GRID)
    hidden = await value("SELECT max(id) FROM appointment")
    await areas.appoint("GRID_LEAD", OTHER_GRID)
    public = await value("SELECT max(id) FROM appointment")
    for key, code in (
        (hidden, Code.NOT_FOUND),
        (None, Code.NOT_FOUND),
        (public, Code.NOT_ALLOWED),
    ):
        assert await refusal_of(relieve(cadre, key)) == (code, ("appointmentId",))


async def test_the_city_is_never_without_an_administrator(cadre: int) -> None:
    one = await areas.appoint("ADMIN", CITY)
    temporary = await areas.appoint("ADMIN", CITY, ended_on=TODAY + 9 * DAY)
    last = await refusal_of(relieve(temporary, await appointment_of(one)))
    assert last == (Code.ILLEGAL_MOVE, ("appointmentId",))
    other = await areas.appoint("ADMIN", CITY)
    done = await asyncio.gather(
        relieve(one, await appointment_of(other)),
        relieve(other, await appointment_of(one)),
        return_exceptions=True,
    )
    assert sum(isinstance(no, Refusal) for no in done) == 1
    assert (
        await value("SELECT count(*) FROM appointment WHERE role = 'ADMIN' AND ended_on IS NULL")
        == 1
    )


async def test_two_who_appoint_each_other_do_not_wait_for_each_other() -> None:
    admins = [await areas.appoint("ADMIN", CITY) for _ in range(2)]
    for number in range(5):
        made = await asyncio.gather(
            appoint(admins[0], admins[1], "GRID_LEAD", (GRID, EMPTY_GRID)[number % 2]),
            appoint(admins[1], admins[0], "GRID_LEAD", (GRID, EMPTY_GRID)[number % 2]),
        )
        await asyncio.gather(relieve(admins[0], made[0].id), relieve(admins[1], made[1].id))
        await db.execute("DELETE FROM once")
