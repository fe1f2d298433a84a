"""Appointments as they are seen, and in the graph."""

from datetime import date

import pytest

from models import person
from models.errors import Invalid
from models.role import Role
from resolvers.node import global_id
from tests import areas
from tests.appointments import DAY, TODAY, live
from tests.areas import (
    CITY,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
    OTHER_VILLAGE,
    VILLAGE,
)
from tests.conftest import Database
from tests.graph import ask

START = """mutation ($input: AppointmentStartInput!) { appointmentStart(input: $input) {
    appointment { id role person { name } area { code } unit { name } startedOn endedOn }
    userErrors { code path }
} }"""
END = """mutation ($input: AppointmentEndInput!) { appointmentEnd(input: $input) {
    appointment { endedOn } userErrors { code path }
} }"""


@pytest.fixture(autouse=True)
async def cadre(database: Database) -> int:
    """Give a cadre of the village."""
    await areas.plant()
    return await areas.appoint("VILLAGE_CADRE", VILLAGE, name="村干部")


@pytest.fixture
async def resident() -> int:
    return await live(MICRO_GRID)


async def seen_by(viewer: int | None, code: str = VILLAGE) -> list[str]:
    page = await person.appointments_in(code, viewer_id=viewer, first=20, after=None)
    return [one.person.name for one in page.items]


async def test_a_list_shows_what_the_roles_reach_with_history(cadre: int) -> None:
    await areas.appoint("VOLUNTEER", MICRO_GRID, name="志")
    await areas.appoint("GRID_LEAD", GRID, name="前", ended_on=date(2021, 1, 1))
    lead = await areas.appoint("GRID_LEAD", GRID, name="长")
    await areas.appoint("GRID_WORKER", OTHER_GRID, name="外")
    assert await seen_by(cadre) == ["村干部", "前", "长", "志"]
    assert await seen_by(lead) == ["前", "长", "志"]
    assert await seen_by(lead, MICRO_GRID) == ["志"]
    assert await seen_by(cadre, OTHER_VILLAGE) == []
    assert await seen_by(await areas.appoint("VOLUNTEER", MICRO_GRID)) == []
    assert await seen_by(None) == []
    auditor = await areas.appoint("AUDITOR", CITY, name="审")
    assert await seen_by(auditor, OTHER_VILLAGE) == ["外"]


async def test_a_list_goes_on_after_its_cursor(cadre: int) -> None:
    for name in "甲乙丙":
        await areas.appoint("VOLUNTEER", MICRO_GRID, name=name)
    names: list[str] = []
    after = None
    for _ in range(2):
        page = await person.appointments_in(VILLAGE, viewer_id=cadre, first=2, after=after)
        names += [one.person.name for one in page.items]
        after = page.cursors[-1]
    assert names == ["村干部", "甲", "乙", "丙"]
    assert not page.has_next_page
    with pytest.raises(Invalid):
        await person.appointments_in(GRID, viewer_id=cadre, first=2, after=after)


async def test_of_a_person_everybody_sees_offices_and_those_above_all(cadre: int) -> None:
    key = await areas.appoint("VOLUNTEER", MICRO_GRID)
    await areas.appoint("GRID_LEAD", GRID, person_id=key)
    await areas.appoint("GRID_WORKER", GRID, person_id=key, ended_on=date(2021, 1, 1))

    async def roles(viewer: int | None, first: int = 20) -> list[Role]:
        page = await person.appointments_of(key, viewer_id=viewer, first=first, after=None)
        return [one.role for one in page.items]

    everything = [Role.GRID_WORKER, Role.GRID_LEAD, Role.VOLUNTEER]
    assert await roles(key) == await roles(cadre) == everything
    assert await roles(None) == await roles(await live(MICRO_GRID)) == [Role.GRID_LEAD]
    assert await roles(cadre, 2) == everything[:2]


async def test_the_graph_appoints_shows_and_relieves(cadre: int, resident: int) -> None:
    given = {
        "personId": global_id("Person", resident),
        "role": "GRID_LEAD",
        "areaCode": GRID,
        "idempotencyKey": "k",
    }
    started = (await ask(START, cadre, input=given))["appointmentStart"]
    assert started["userErrors"] == []
    key = started["appointment"].pop("id")
    assert started["appointment"] == {
        "role": "GRID_LEAD",
        "person": {"name": "居民"},
        "area": {"code": GRID},
        "unit": None,
        "startedOn": TODAY.isoformat(),
        "endedOn": None,
    }
    shown = await ask(
        """query ($code: String!, $id: ID!) {
            area(code: $code) { appointments { nodes { role person {
                appointments(first: 1) { nodes { role } }
            } } } }
            node(id: $id) { ... on Appointment { role } }
        }""",
        code=GRID,
        id=key,
        person_id=cadre,
    )
    assert shown == {
        "area": {
            "appointments": {
                "nodes": [
                    {
                        "role": "GRID_LEAD",
                        "person": {"appointments": {"nodes": [{"role": "GRID_LEAD"}]}},
                    }
                ]
            }
        },
        "node": {"role": "GRID_LEAD"},
    }
    ended = await ask(END, cadre, input={"appointmentId": key, "idempotencyKey": "e"})
    assert ended["appointmentEnd"] == {
        "appointment": {"endedOn": (TODAY - DAY).isoformat()},
        "userErrors": [],
    }
    assert (await ask("query ($id: ID!) { node(id: $id) { id } }", id=key))["node"] is None


@pytest.mark.parametrize("field", ["personId", "unitId"])
async def test_an_id_that_is_none_finds_nobody(cadre: int, resident: int, field: str) -> None:
    given = {"personId": global_id("Person", resident), "unitId": global_id("Unit", 1)}
    said = await ask(
        START,
        cadre,
        input={
            **given,
            field: "x",
            "role": "SPECIALIST",
            "areaCode": GRID,
            "idempotencyKey": "k",
        },
    )
    assert said["appointmentStart"]["appointment"] is None
    (error,) = said["appointmentStart"]["userErrors"]
    assert error["code"] == "NOT_FOUND"
