"""Every cell of the table of rights is tried: each mutation, by each role, near and far.

What is refused changes nothing in any table, and tells strangers nothing of what there is; what
is allowed succeeds. How a mutation is tried stands in tests/rights_cases.py.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import count, product
from pathlib import Path
from typing import NamedTuple

import pytest

from api import rights as page
from models import catalogue, db, station
from models.access import RIGHTS, Action, Scope
from models.role import Role
from tests import (
    rights_city,
    rights_people,  # noqa: F401 - registers its cases
    rights_points,  # noqa: F401 - so
    rights_rewards,  # noqa: F401 - so
    rights_stations,  # noqa: F401 - so
    rights_tickets,  # noqa: F401 - so
    rights_wishes,  # noqa: F401 - so
    uploading,
)
from tests.databases import Databases
from tests.rights_asking import absent, carry_out
from tests.rights_cases import CASES, EXEMPT, Case, Target, Try
from tests.rights_city import Actor, City, Place, contents
from tests.rights_table import allows

ROOT = Path(__file__).parents[1]
REFUSALS = {True: {"UNAUTHENTICATED"}, False: {"NOT_ALLOWED", "NOT_FOUND"}}
"""How a refusal may look: who is nobody signs in first, others learn no more than no."""


NUMBERS = count(1)
"""What no two things share that are tried."""


class Planted(NamedTuple):
    """Where the city is, and who is in it."""

    url: str
    city: City


class Cell(NamedTuple):
    """Who tries something where, on something of their own or of somebody else."""

    actor: Actor
    place: Place
    is_own: bool

    @property
    def is_far(self) -> bool:
        """Whether whoever tries has nothing to do with the thing, nor with where it lies."""
        is_elsewhere = self.place.name == rights_city.FAR
        return is_elsewhere and not self.is_own and self.actor.area_code != rights_city.CITY


def cells(city: City, case: Case) -> Iterator[Cell]:
    """Give every cell of a case; only what belongs to people can be somebody's own."""
    for actor, place in product(city.actors, city.places):
        if actor.person_id is None or not case.of_oneself:
            yield Cell(actor, place, is_own=False)
        if case.is_of_people and actor.person_id is not None:
            yield Cell(actor, place, is_own=True)


class People:
    """Whose the things are: somebody at each place, or the actor."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.neighbours: dict[str, tuple[int, int, str]] = {}
        self.actors: dict[int, str] = {}
        self.tried: dict[str, Try] = {}

    async def refused(self, case: Case, cell: Cell) -> Try:
        """Build what may be refused: once a place, where it is nothing of the actor's."""
        if cell.is_own or case.by_actor:
            return await case.build(await self.target(cell))
        if cell.place.name not in self.tried:
            self.tried[cell.place.name] = await case.build(await self.target(cell))
        return self.tried[cell.place.name]

    async def target(self, cell: Cell, *, is_fresh: bool = False) -> Target:
        """Give the target of a cell: whoever was at the place before, unless it must be fresh."""
        number = next(NUMBERS)
        phone = f"138{number:08}"
        if cell.is_own:
            person, home = cell.actor.person_id, cell.actor.household_id
            assert person is not None
            assert home is not None
            if person not in self.actors:
                await rights_city.give_phone(person, phone)
            phone = self.actors.setdefault(person, phone)
        else:
            if is_fresh or cell.place.name not in self.neighbours:
                key, house = await rights_city.somebody(cell.place, phone)
                self.neighbours[cell.place.name] = (key, house, phone)
            person, home, phone = self.neighbours[cell.place.name]
        actor = cell.actor.person_id
        return Target(cell.place, actor, person, home, phone, cell.is_own, number)


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run on the loop that programs run on: there are thousands of cells to be tried."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="module")
def planted(
    databases: Databases, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planted]:
    """One city for all cases: none of them lets the next one find something else."""
    uploading.use(tmp_path_factory.mktemp("files"))
    with databases.copy(template) as url:
        yield Planted(url, asyncio.run(_plant(url)))
    catalogue.forget()
    station.forget()


@pytest.fixture
async def people(planted: Planted) -> AsyncIterator[People]:
    """Give the people of the city to be tried by."""
    await db.connect(planted.url)
    await rights_city.tidy(planted.city)
    yield People(planted.city)
    await db.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.mutation} {case.actions[0]}")
async def test_every_cell_is_as_the_tables_say(people: People, case: Case) -> None:
    refused: list[tuple[Cell, Try]] = []
    allowed: list[Cell] = []
    for cell in cells(people.city, case):
        tried = await people.refused(case, cell)
        if allows(case, cell.actor, tried, is_own=cell.is_own):
            allowed.append(cell)
        else:
            refused.append((cell, tried))
    before = await contents()
    for cell, tried in refused:
        said = await carry_out(case.mutation, cell.actor, tried.input)
        assert said.codes in REFUSALS[cell.actor.person_id is None], cell
        if cell.is_far and not case.by_actor:
            # What is there and what is not are told alike.
            nothing = await carry_out(case.mutation, cell.actor, absent(tried))
            assert nothing == said, cell
    assert await contents() == before
    for cell in allowed:
        tried = await case.build(await people.target(cell, is_fresh=case.is_of_people))
        said = await carry_out(case.mutation, cell.actor, tried.input)
        assert said.codes == "done", (cell, said)
    everybody = any(RIGHTS[action].get(Role.RESIDENT) is Scope.ANYBODY for action in case.actions)
    assert (bool(allowed), bool(refused)) == (True, not everybody)


async def _plant(url: str) -> City:
    await db.connect(url)
    try:
        city = await rights_city.plant()
        await station.load()
        return city
    finally:
        await db.close()


def test_every_mutation_has_a_case_for_each_of_its_actions() -> None:
    stated = {(name, action) for name, actions in page.mutations().items() for action in actions}
    tried = {(case.mutation, action) for case in CASES for action in case.actions}
    assert {pair for pair in stated if pair[0] not in EXEMPT} == tried
    assert len(CASES) == len({(case.mutation, case.actions, case.move) for case in CASES})
    assert EXEMPT.keys() <= page.mutations().keys()


def test_every_right_is_asked_for_somewhere() -> None:
    table = {ROOT / "models/access/rights.py", ROOT / "models/access/words.py"}
    source = "\n".join(
        path.read_text()
        for folder in ("api", "models", "resolvers")
        for path in (ROOT / folder).rglob("*.py")
        if path not in table
    )
    used = set(re.findall(r"\bAction\.([A-Z_]+)\b", source))
    assert {action for action in Action if action.name not in used} == set()


def test_the_page_of_rights_is_what_the_table_says() -> None:
    assert (ROOT / "docs/rights.md").read_text() == page.text()
