"""The client that phones use (npm graphql-ws) follows a ticket through its whole life."""

import json
from typing import Any

import pytest

from models import ticket
from models.ticket import Move, State
from resolvers.node import global_id
from tests import sessions, tickets
from tests.conftest import Database
from tests.program import serving
from tests.test_socket_npm import following, modules

__all__ = ["modules"]

BREAK_AFTER = 3
LIFE: tuple[tuple[Move, str, dict[str, Any]], ...] = (
    (Move.ACCEPT, "dispatcher", {"unit": "LAMPS"}),
    (Move.RETURN, "officer", {"reason": "NOT_OUR_DUTY", "text": "不属本单位"}),
    (Move.ACCEPT, "dispatcher", {"unit": "COMMITTEE"}),
    (Move.ACKNOWLEDGE, "cadre", {}),
    (Move.ASSIGN, "cadre", {"assignee": "worker"}),
    (Move.CONTACT, "worker", {}),
    (Move.START, "worker", {}),
    (Move.SUSPEND, "cadre", {"reason": "WEATHER"}),
    (Move.RESUME, "cadre", {}),
    (Move.COMMENT, "reporter", {"text": "什么时候好"}),
    (Move.RESOLVE, "worker", {"text": "已修"}),
    (Move.REWORK, "lead", {}),
    (Move.RESOLVE, "worker", {"text": "又修了"}),
    (Move.VERIFY, "dispatcher", {}),
    (Move.RATE, "reporter", {"satisfaction": 4, "is_solved": True}),
)


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("shape", ["browser", "wx"])
async def test_the_real_client_follows_a_ticket_to_its_end_over_reconnects(
    database: Database, redis_url: str, shape: str
) -> None:
    people = await tickets.cast()
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    token = await sessions.token_of(people["reporter"])
    last = 1 + len(LIFE)
    signed_in = {"FIELD": "ticketChanged", "TOKEN": token}
    with (
        serving(database_url=database.url, redis_url=redis_url) as address,
        following(
            address,
            shape,
            thing=global_id("Ticket", key),
            last=last,
            break_after=BREAK_AFTER,
            **signed_in,
        ) as client,
    ):
        assert client.stdout
        assert client.stdout.readline() == "following\n"
        for move, name, more in LIFE:
            await _move(key, move, people[name], people, more)
        said, errors = client.communicate(timeout=30)
    assert errors == ""
    told = json.loads(said)
    assert told["versions"] == list(range(1, last + 1))
    assert told["connections"] > len(LIFE) // BREAK_AFTER
    found = await ticket.find(key, person_id=people["reporter"])
    assert found
    assert (found.state, found.version, found.round) == (State.CLOSED, last, 2)


async def _move(
    key: int, move: Move, person_id: int, people: tickets.Cast, more: dict[str, Any]
) -> None:
    named = {"unit": "unit_id", "assignee": "assignee_id"}
    given = {
        named.get(name, name): people[value] if name in named else value
        for name, value in more.items()
    }
    await tickets.move(key, move, person_id, **given)
