"""How many statements an answer costs, however many things it shows."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from models import db
from tests import areas
from tests.areas import CITY, GRID, TOWN, VILLAGE
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
