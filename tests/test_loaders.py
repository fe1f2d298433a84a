"""How many statements an answer costs, however many things it shows."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from models import db
from tests import areas, homes
from tests.areas import CITY, GRID, MICRO_GRID, TOWN, VILLAGE
from tests.graph import ask


@pytest.fixture
async def statements(database_url: str) -> AsyncIterator[list[str]]:
    """Give the statements that the process sends from now on, on its one connection."""
    await db.connect(database_url, pool_size=1)
    await areas.plant()
    sent: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        sent.append(query.query)

    async with db.pool().acquire() as connection:
        connection.add_query_logger(note)
    yield sent
    await db.close()


async def test_the_children_of_every_child_are_read_together(statements: list[str]) -> None:
    answer = await ask(
        """query ($code: String!) { area(code: $code) {
            children { nodes { children { nodes { code parent { code } path { code } } } } }
        } }""",
        code=TOWN,
    )
    villages = answer["area"]["children"]["nodes"]
    assert [len(village["children"]["nodes"]) for village in villages] == [2, 1]
    assert villages[0]["children"]["nodes"][0] == {
        "code": GRID,
        "parent": {"code": VILLAGE},
        "path": [{"code": code} for code in (CITY, TOWN, VILLAGE, GRID)],
    }
    # The area, its children, theirs, and all their parents and paths.
    assert len(statements) == 4


async def test_staff_and_boundaries_of_a_page_are_read_together(statements: list[str]) -> None:
    answer = await ask(
        """{ areas(search: "网格", level: GRID) { nodes {
            code boundary { longitude } staff { name } staffing { isComplete grids }
        } } }"""
    )
    assert len(answer["areas"]["nodes"]) == 3
    # The search, boundaries, staff, and two that count.
    assert len(statements) == 5


async def test_the_viewer_is_read_in_one_statement(statements: list[str]) -> None:
    key = await areas.appoint("GRID_WORKER", GRID)
    await areas.appoint("VOLUNTEER", CITY, person_id=key)
    await homes.live(key)
    statements.clear()
    answer = await ask(
        """{ viewer { id name roles phoneMasked isPartyMember
            appointments { role startedOn unitName area { code name point { longitude } } }
            residence { state startedOn area { code name } household { code addressMasked } }
            pendingResidence { state } household { code area { name } } } }""",
        key,
    )
    assert len(answer["viewer"]["appointments"]) == 2
    assert answer["viewer"]["household"] == {"code": "H1", "area": {"name": "长泾村第一微网格"}}
    assert len(statements) == 1


async def test_people_and_members_of_a_list_are_read_together(statements: list[str]) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID)
    for number in range(5):
        key = await homes.somebody(f"居民{number}")
        household = await homes.live(key, household_code=f"H{number}")
        await db.execute(
            "INSERT INTO residence (person_id, household_id, area_code, state)"
            " VALUES ($1, $2, $3, 'PENDING')",
            key,
            household,
            MICRO_GRID,
        )
    query = """query ($code: String!) { residencesPending(areaCode: $code) { nodes {
        person { name } household { head { name } members { name } } } } }"""
    # The driver asks once a connection what an array of numbers is.
    await ask(query, worker, code=GRID)
    statements.clear()
    nodes = (await ask(query, worker, code=GRID))["residencesPending"]["nodes"]
    assert [node["household"]["members"] for node in nodes] == [
        [{"name": f"居民{number}"}] for number in range(5)
    ]
    # The list, the people and the members.
    assert len(statements) == 3


async def test_units_and_their_staff_are_read_together(statements: list[str]) -> None:
    for code in "ABC":
        await db.execute(
            "INSERT INTO unit (code, kind, name, area_code) VALUES ($1, 'OTHER', '站', $2)",
            code,
            TOWN,
        )
    query = "{ units { nodes { area { name } staff { name } parent { id } } } }"
    # The first time asyncpg also asks what a list of keys is.
    await ask(query)
    statements.clear()
    answer = await ask(query)
    assert len(answer["units"]["nodes"]) == 3
    # The list, areas, staff; nobody has a parent.
    assert len(statements) == 3


async def test_who_is_in_charge_takes_two_statements(statements: list[str]) -> None:
    answer = await ask(
        """{ areaInCharge(point: {longitude: 120.28, latitude: 31.91}) {
            grid { code } microGrid { code } staff { role name }
        } }"""
    )
    assert answer["areaInCharge"]["grid"]["code"] == GRID
    assert len(statements) == 2
