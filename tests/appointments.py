"""Appointing in tests: people who live somewhere, and why something was refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import person
from models.errors import Code, Refusal
from models.hours import CITY_ZONE
from models.person import Appointment, Where, Whom
from models.role import Role
from tests import grids
from tests.areas import MICRO_GRID
from tests.grids import value

TODAY = datetime.now(UTC).astimezone(CITY_ZONE).date()
DAY = timedelta(days=1)


async def live(code: str, name: str = "居民", state: str = "CONFIRMED") -> int:
    """Write somebody who lives in a micro-grid, or wants to."""
    key = await grids.add("person", name=name)
    started = grids.SINCE if state == "CONFIRMED" else None
    await grids.add("residence", person_id=key, area_code=code, state=state, started_on=started)
    return key


async def appoint(
    actor: int,
    whom: int | Whom,
    role: str = "LIAISON",
    code: str | None = MICRO_GRID,
    **more: object,
) -> Appointment:
    given: dict[str, object] = {"key": f"{whom}{role}{code}{more}"}
    unit_id = more.pop("unit_id", None)
    made = await person.appoint(
        whom if isinstance(whom, Whom) else Whom(whom),
        actor_id=actor,
        role=Role(role),
        where=Where(code, unit_id),  # type: ignore[arg-type] # The facts of a case.
        **(given | more),  # type: ignore[arg-type] # The facts of a case.
    )
    assert made
    return made


async def relieve(actor: int, key: int | None, ends_on: date | None = None) -> date:
    ended = await person.relieve(key, actor_id=actor, ends_on=ends_on, key=f"{key}{ends_on}")
    assert ended
    assert ended.ended_on
    return ended.ended_on


async def refusal_of(act: object) -> tuple[Code, tuple[str, ...]]:
    """Give why not, after checking that nothing happened."""
    before = (
        await value("SELECT count(*) FROM appointment"),
        await value("SELECT count(*) FROM event"),
    )
    with pytest.raises(Refusal) as refused:
        await act  # type: ignore[misc] # A coroutine.
    assert before == (
        await value("SELECT count(*) FROM appointment"),
        await value("SELECT count(*) FROM event"),
    )
    return refused.value.code, refused.value.path


async def appointment_of(key: int) -> int:
    return int(await value("SELECT max(id) FROM appointment WHERE person_id = $1", key))
