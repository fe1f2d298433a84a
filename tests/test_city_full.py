"""The full city: 1.77 million residents, every one at home, and nobody searched for one by one."""

import asyncio
import pkgutil
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

import asyncpg
import orjson
import pytest

import models.access
import models.area
import models.person
from api.city.residents import load as load_residents
from tests import plans
from tests.databases import Databases
from tests.program import DATA_KEYS

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

pytestmark = pytest.mark.slow

RESIDENTS = 1_770_000
PEOPLE = {"person", "household", "residence", "appointment"}


async def fill(url: str) -> None:
    await load_residents(url, DATA_KEYS)


@pytest.fixture(scope="module")
def full_url(databases: Databases, city_template: str) -> Iterator[str]:
    """The standard city with everybody in it; it takes minutes, so that tests only read it."""
    with databases.copy(city_template) as url:
        asyncio.run(fill(url))
        yield url


@pytest.fixture
async def full(full_url: str) -> AsyncIterator[Connection]:
    """A connection that may take its time."""
    connection = await asyncpg.connect(full_url)
    yield connection
    await connection.close()


COUNTS = """
SELECT
    (SELECT count(*) FROM residence WHERE state = 'CONFIRMED') AS residents,
    (SELECT count(*) FROM household) AS households,
    (SELECT households FROM area WHERE level = 'CITY') AS wanted,
    (SELECT count(*) FROM area LEFT JOIN (
        SELECT area_code, count(*) AS people, count(DISTINCT household_id) AS homes
        FROM residence GROUP BY area_code
    ) AS lived_in ON area_code = code
    WHERE level = 'MICRO_GRID' AND (people, homes) IS DISTINCT FROM (population, households)
    ) AS wrong,
    (SELECT max(namesakes) FROM (
        SELECT count(*) AS namesakes FROM person GROUP BY name
    ) AS counted) AS namesakes
"""


async def test_everybody_is_there(full: Connection) -> None:
    row = await full.fetchrow(COUNTS)
    assert row
    assert (row["residents"], row["wrong"]) == (RESIDENTS, 0)
    assert row["households"] == row["wanted"]
    # The most frequent name of a city of this size is that of some hundreds.
    assert row["namesakes"] < RESIDENTS / 1_000


def modules() -> Iterator[ModuleType]:
    for package in (models.access, models.area, models.person):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield import_module(found.name)


def statements() -> Iterator[tuple[str, str]]:
    """Give every statement on people that stands as a constant in the domains below stations."""
    for name, text in plans.statements(*modules()):
        if "{" not in text and any(table in text for table in PEOPLE):
            yield name, text


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """Name the tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for below in plan.get("Plans", []):
        yield from scans(below)


async def plan_of(connection: Connection, text: str) -> dict[str, Any]:
    """Give the plan that serves whatever the arguments are, as a prepared statement gets it."""
    await connection.execute(f"PREPARE asked AS {text}")
    kinds = await connection.fetchval(
        "SELECT parameter_types FROM pg_prepared_statements WHERE name = 'asked'"
    )
    given = f"({', '.join(['NULL'] * len(kinds))})" if kinds else ""
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{given}")
    await connection.execute("DEALLOCATE asked")
    plan: dict[str, Any] = orjson.loads(explained)[0]["Plan"]
    return plan


async def test_nobody_is_searched_for_from_end_to_end(full: Connection) -> None:
    await full.execute("SET plan_cache_mode = force_generic_plan")
    asked, found = 0, []
    for name, text in statements():
        plan = await plan_of(full, text)
        asked += 1
        found += [(name, table) for table in scans(plan) if table in PEOPLE]
    assert asked >= 15
    assert found == []
