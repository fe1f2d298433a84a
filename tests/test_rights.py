"""Every cell of the table of rights is tried: each mutation, by each role, near and far.

What is refused changes nothing in any table; what is allowed succeeds. How a mutation is tried
stands in tests/rights_cases.py.
"""

import re
from collections.abc import Iterator
from functools import cache
from inspect import isawaitable
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    execute,
    get_named_type,
    is_composite_type,
    parse,
)

from api import rights as page
from models.access import RIGHTS, Action, Scope
from models.role import Role
from resolvers.context import Context
from resolvers.schema import schema
from tests import rights_city
from tests.conftest import Database
from tests.graph import GivenPhones, NoSessions
from tests.rights_cases import CASES, EXEMPT, Case, Target, Try
from tests.rights_city import Actor, City, Place, contents

ROOT = Path(__file__).parents[1]
GRAPH = schema._schema
REFUSALS = {True: {"UNAUTHENTICATED"}, False: {"NOT_ALLOWED", "NOT_FOUND"}}
"""How a refusal may look: who is nobody signs in first, others learn no more than no."""
AWAITED = {
    Action.ACCESS_READ,
    Action.FILE_UPLOAD,
    Action.HOUSEHOLD_READ,
    Action.PARTY_READ,
    Action.PERSON_BAN,
    Action.PERSON_REGISTER,
    Action.PERSON_REVEAL,
    Action.PERSON_VERIFY_PHONE,
    Action.RESIDENCE_CONFIRM,
    Action.ROSTER_EXPORT,
    Action.ROSTER_IMPORT,
    Action.SESSION_END,
    Action.SESSION_READ,
    Action.SESSION_REFRESH,
    Action.STATION_CHANGE,
    Action.STATION_CHECK_IN,
    Action.STATION_CLOSE,
    Action.STATION_CREATE,
    Action.STATION_IMPORT,
    Action.STATION_MOVE,
}
"""Rights of what is still being built; each leaves this list with the first use of it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.mutation} {case.action}")
async def test_every_cell_is_as_the_table_says(database: Database, case: Case) -> None:
    city = await rights_city.plant()
    people = People(city)
    refused: list[tuple[Cell, Try]] = []
    allowed: list[tuple[Cell, Try]] = []
    for cell in cells(city, case):
        tried = await case.build(await people.target(cell))
        (allowed if allows(case, cell, tried) else refused).append((cell, tried))
    before = await contents()
    for cell, tried in refused:
        said = await carry_out(case.mutation, cell.actor, tried)
        assert said in REFUSALS[cell.actor.person_id is None], cell
    assert await contents() == before
    for cell, _ in allowed:
        tried = await case.build(await people.target(cell, is_fresh=True))
        assert await carry_out(case.mutation, cell.actor, tried) == "done", cell
    everybody = RIGHTS[case.action].get(Role.RESIDENT) is Scope.ANYBODY
    assert (bool(allowed), bool(refused)) == (True, not everybody)


class Cell(NamedTuple):
    """Who tries something where, on something of their own or of somebody else."""

    actor: Actor
    place: Place
    is_own: bool


def cells(city: City, case: Case) -> Iterator[Cell]:
    """Give every cell of a case; only what belongs to people can be somebody's own."""
    for actor, place in product(city.actors, city.places):
        yield Cell(actor, place, is_own=False)
        if case.of_people and actor.person_id is not None:
            yield Cell(actor, place, is_own=True)


class People:
    """Whose the things are: somebody at each place, or the actor."""

    def __init__(self, city: City) -> None:
        self.numbers = count(1)
        self.neighbours: dict[str, tuple[int, int, str]] = {}
        self.actors: dict[int, str] = {}

    async def target(self, cell: Cell, *, is_fresh: bool = False) -> Target:
        """Give the target of a cell: whoever was at the place before, unless it must be fresh."""
        number = next(self.numbers)
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
        return Target(cell.place, person, home, phone, cell.is_own, number)


def allows(case: Case, cell: Cell, tried: Try) -> bool:
    """Say what the table says, in other words than the code that it is a test of."""
    scopes, actor = RIGHTS[case.action], cell.actor
    if scopes.get(Role.RESIDENT) is Scope.ANYBODY:
        return True
    if actor.person_id is None or (case.never_oneself and cell.is_own):
        return False
    is_own = tried.owner_id is not None and tried.owner_id == actor.person_id
    is_home = tried.household_id is not None and tried.household_id == actor.household_id
    own = {Scope.OWN: is_own, Scope.HOUSEHOLD: is_own or is_home}
    if Role.RESIDENT in scopes and own[scopes[Role.RESIDENT]]:
        return True
    if actor.role is None or actor.role is Role.RESIDENT or actor.role not in scopes:
        return False
    return {
        Scope.UNIT: tried.unit_id is not None and tried.unit_id == actor.unit_id,
        Scope.AREA: (tried.area_code or "").startswith(actor.area_code or "?"),
        Scope.CITY: True,
    }[scopes[actor.role]]


async def carry_out(mutation: str, actor: Actor, tried: Try) -> str:
    """Ask the schema; give "done", or the codes of what went wrong."""
    asked = execute(
        GRAPH,
        document_of(mutation),
        context_value=Context(actor.person_id, "test", "127.0.0.1", NoSessions(), GivenPhones()),
        variable_values={"input": tried.input},
    )
    answer = await asked if isawaitable(asked) else asked
    assert isinstance(answer, ExecutionResult)
    if answer.errors:
        return " ".join(_code(error.original_error) for error in answer.errors)
    assert answer.data is not None
    payload: dict[str, Any] = dict(answer.data[mutation])
    errors = payload.pop("userErrors")
    (result,) = payload.values()
    assert (result is None) == bool(errors), payload
    return " ".join(error["code"] for error in errors) or "done"


def _code(error: BaseException | None) -> str:
    return str(getattr(error, "code", repr(error)))


@cache
def document_of(mutation: str) -> DocumentNode:
    """Write the document of a mutation: its result by its type alone, and the codes."""
    assert GRAPH.mutation_type
    payload = get_named_type(GRAPH.mutation_type.fields[mutation].type)
    assert isinstance(payload, GraphQLObjectType)
    result = next(name for name in payload.fields if name != "userErrors")
    is_deep = is_composite_type(get_named_type(payload.fields[result].type))
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    return parse(
        f"mutation ($input: {kind}!) {{ {mutation}(input: $input)"
        f" {{ {result}{' { __typename }' if is_deep else ''} userErrors {{ code }} }} }}"
    )


def test_every_mutation_has_a_case_for_each_of_its_actions() -> None:
    stated = {(name, action) for name, actions in page.mutations().items() for action in actions}
    tried = {(case.mutation, case.action) for case in CASES}
    assert {pair for pair in stated if pair[0] not in EXEMPT} == tried
    assert len(CASES) == len(tried)
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
    assert {action for action in Action if action.name not in used} == AWAITED


def test_the_page_of_rights_is_what_the_table_says() -> None:
    assert (ROOT / "docs/rights.md").read_text() == page.text()
