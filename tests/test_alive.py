"""The demo tickets: they live by ordinary moves, and leave everybody else's alone."""

import random
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from api.alive import people
from api.alive import tickets as alive
from api.alive import wishes as alive_wishes
from api.city import DEVELOPMENT_GRID, tickets
from models import area, db, person, ticket, wish
from models.ticket import Filter, Move, Report, State
from tests.conftest import Database
from tests.databases import Databases


@pytest.fixture(scope="session")
def offices_template(databases: Databases, city_template: str) -> str:
    """Give the city with its offices, and one old ticket."""
    return databases.template("offices", of=city_template, fill=partial(tickets.load, count=1))


@pytest.fixture
def offices_url(databases: Databases, offices_template: str) -> Iterator[str]:
    with databases.copy(offices_template) as url:
        yield url


@pytest.fixture
async def moving(offices_url: str) -> AsyncIterator[None]:
    """Connect to a copy of it."""
    await db.connect(offices_url)
    yield
    await db.close()


async def of(number: int) -> int:
    resident = await person.development_person(
        "resident", number=number, area_code=DEVELOPMENT_GRID
    )
    return resident.id


@pytest.mark.usefixtures("moving")
async def test_demo_tickets_live_to_their_end() -> None:
    randomness = random.Random(1)  # noqa: S311 - a test's
    for _ in range(60):
        assert await alive.step(randomness)
    found = await ticket.tickets(
        Filter(is_mine=True), person_id=await of(people.NUMBER), first=100, after=None
    )
    states = [one.state for one in found.items]
    assert states.count(State.CLOSED) >= 5
    assert len(states) - states.count(State.CLOSED) <= alive.TICKETS_MOST


@pytest.mark.usefixtures("moving")
async def test_what_others_reported_is_left_alone() -> None:
    grid = await area.find(DEVELOPMENT_GRID)
    assert grid
    mine = await of(1)
    report = Report(
        category="TREE",
        text="树倒了",
        longitude=grid.point.longitude,
        latitude=grid.point.latitude,
    )
    key = await ticket.submit(report, person_id=mine, key="k")
    for seed in range(12):
        await alive.step(random.Random(seed))  # noqa: S311 - a test's
    found = await ticket.find(key, person_id=mine)
    assert found
    assert (found.state, found.version) == (State.SUBMITTED, 1)


async def test_without_the_standard_city_nothing_moves(database: Database) -> None:
    assert not await alive.step(random.Random(1))  # noqa: S311 - a test's
    row = await db.fetch_one("SELECT count(*) AS people FROM person")
    assert row
    assert row["people"] == 0


def test_each_open_state_but_the_rare_ones_has_a_next_move() -> None:
    assert {request.move for _, request in alive.NEXT.values()} == {
        Move.ACCEPT,
        Move.ACKNOWLEDGE,
        Move.START,
        Move.RESOLVE,
        Move.VERIFY,
        Move.RATE,
    }


@pytest.mark.usefixtures("moving")
async def test_demo_wishes_live_to_their_end() -> None:
    randomness = random.Random(2)  # noqa: S311 - a test's
    for _ in range(30):
        assert await alive_wishes.step(randomness)
    mine = wish.Filter(is_mine=True)
    found = await wish.wishes(mine, person_id=await of(people.NUMBER), first=100, after=None)
    states = [one.state for one in found.items]
    assert states.count(wish.State.CONFIRMED) >= 2
    assert len(states) - states.count(wish.State.CONFIRMED) <= alive_wishes.WISHES_MOST
    assert {request.move for _, request in alive_wishes.NEXT.values()} == {
        wish.Move.PUBLISH,
        wish.Move.CLAIM,
        wish.Move.DELIVER,
        wish.Move.FULFIL,
        wish.Move.CONFIRM,
    }
