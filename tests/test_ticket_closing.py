"""What higher domains do when a ticket closes: in its transaction, with all it needs to know."""

from collections.abc import Iterator

import pytest

from models import db
from models.db import Connection
from models.ticket import ON_CLOSED, Closing, Move, State
from tests import tickets
from tests.conftest import Database
from tests.tickets import HERE, Cast

AGAIN = {"text": "又不亮了"}


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


@pytest.fixture
def closings() -> Iterator[list[Closing]]:
    """Give what is told of each ticket that closes, and write a row beside it."""
    told: list[Closing] = []

    async def note(connection: Connection, closing: Closing) -> None:
        state = await connection.fetchval(
            "SELECT state FROM ticket WHERE id = $1", closing.case.id
        )
        assert state == "CLOSED"
        told.append(closing)
        await connection.execute("INSERT INTO content (body) VALUES ('{\"closed\": 1}')")

    ON_CLOSED["test"] = note
    yield told
    del ON_CLOSED["test"]


async def noted() -> int:
    rows = await db.fetch("SELECT FROM content WHERE body ? 'closed'")
    return len(rows)


async def test_who_reported_and_who_closed_is_told_once_each_time_it_closes(
    people: Cast, closings: list[Closing]
) -> None:
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    await tickets.move(key, Move.JOIN, people["joiner"], point=HERE)
    await tickets.put(key, State.CALLBACK, people)
    await tickets.move(key, Move.CALL_BACK, people["dispatcher"], is_contacted=False)
    assert closings == []
    await tickets.move(key, Move.RATE, people["reporter"], is_solved=True, satisfaction=5)
    (told,) = closings
    assert told.case == await tickets.case(key)
    assert told.case.ended_at == told.at
    assert told.reporters == {people["reporter"]: True, people["joiner"]: False}
    assert told.first_reporter_id == told.actor_id == people["reporter"]
    assert await noted() == 1
    await tickets.move(key, Move.COMMENT, people["dispatcher"], text="谢谢")
    assert len(closings) == 1
    await tickets.move(key, Move.REOPEN, people["reporter"], **AGAIN)
    await tickets.put(key, State.CALLBACK, people)
    await tickets.move(
        key, Move.CALL_BACK, people["dispatcher"], is_solved=False, satisfaction=None
    )
    assert [one.case.id for one in closings] == [key, key]
    assert closings[1].actor_id == people["dispatcher"]


async def test_a_move_that_does_not_close_tells_nobody(
    people: Cast, closings: list[Closing]
) -> None:
    for state, move, name, more in (
        (State.SUBMITTED, Move.WITHDRAW, "reporter", {}),
        (State.SUBMITTED, Move.REJECT, "dispatcher", {"reason": "UNCLEAR"}),
        (State.RESOLVED, Move.VERIFY, "worker", {}),
    ):
        key = await tickets.submit(people["reporter"])
        await tickets.put(key, state, people)
        await tickets.move(key, move, people[name], **more)
    assert closings == []


async def test_what_fails_beside_the_closing_leaves_the_ticket_open(
    people: Cast, closings: list[Closing]
) -> None:
    async def fail(_connection: Connection, _closing: Closing) -> None:
        raise ZeroDivisionError

    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.CALLBACK, people)
    before = await tickets.whole(key)
    ON_CLOSED["test that fails"] = fail
    try:
        with pytest.raises(ZeroDivisionError):
            await tickets.move(key, Move.RATE, people["reporter"], satisfaction=5)
    finally:
        del ON_CLOSED["test that fails"]
    assert len(closings) == 1
    assert await tickets.whole(key) == before
    assert await noted() == 0
