"""People who report tickets and bring each to its end over HTTP, as patient as a good client.

Whoever gets no answer asks again with the same key, until there is one. Some ask twice from the
beginning, as a finger does that taps twice.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from models import db
from resolvers.node import global_id, key_of
from tests import sessions, tickets
from tests.events import until
from tests.tickets import CATEGORY, HERE, Cast

RESIDENTS = 12
AT_ONCE = 6
ANSWER_SECONDS = 3.0
PAUSE_SECONDS_MOST = 0.15
AGAIN_SECONDS = 0.05
PATIENCE_SECONDS = 120.0
TWICE = 0.05
"""How many of all requests are sent twice."""


class Step(NamedTuple):
    """A move of every ticket's life, by whom, and what it takes."""

    move: str
    who: str
    given: Mapping[str, object] = {}


LIFE = (
    Step("ACCEPT", "dispatcher"),
    Step("ACKNOWLEDGE", "officer"),
    Step("START", "officer"),
    Step("COMMENT", "reporter", {"text": "什么时候好"}),
    Step("RESOLVE", "officer", {"text": "已修"}),
    Step("VERIFY", "worker", {"ok": True}),
    Step("RATE", "reporter", {"solved": True, "satisfaction": 5}),
)
KINDS = ["SUBMIT", *(step.move for step in LIFE)]


@dataclass
class People:
    """Who takes part: officials by their names, residents by numbers; each signed in."""

    officials: dict[str, str]
    residents: list[str]

    def token(self, who: str, resident: int) -> str:
        """Give the token of an official, or of the resident who reports."""
        return self.residents[resident] if who == "reporter" else self.officials[who]


async def people() -> People:
    """Write them into an empty city."""
    cast: Cast = await tickets.cast()
    officials = {
        name: await sessions.token_of(cast[name])
        for name in ("dispatcher", "officer", "worker", "cadre", "town", "auditor")
    }
    rows = await db.fetch(
        "INSERT INTO person (name) SELECT '居民' || n FROM generate_series(1, $1::int) n"
        " RETURNING id",
        RESIDENTS,
    )
    return People(officials, [await sessions.token_of(row["id"]) for row in rows])


@dataclass
class Load:
    """What was asked and answered so far."""

    people: People
    chance: random.Random
    on_ticket: Callable[[int, int], Awaitable[None]]
    """Called with each new ticket's key and its resident."""
    tickets: list[int] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0
    """How many requests got no answer, or that the city is unavailable."""
    newest: float = 0.0
    """When the newest of all requests that were answered was sent (time.monotonic)."""
    is_enough: bool = False
    _keys: int = 0

    async def until_answered(self, more: int) -> None:
        """Wait until so many more were answered."""
        wanted = self.answered + more
        await until(lambda: self.answered >= wanted, seconds=PATIENCE_SECONDS)

    async def live(self, client: httpx.AsyncClient, *, at_least: int) -> None:
        """Report tickets and bring them to their ends, until it is enough."""
        while not self.is_enough or len(self.tickets) < at_least:
            resident = self.chance.randrange(RESIDENTS)
            key = await self._submit(client, resident)
            self.tickets.append(key)
            await self.on_ticket(key, resident)
            for step in LIFE:
                await asyncio.sleep(self.chance.uniform(0, PAUSE_SECONDS_MOST))
                token = self.people.token(step.who, resident)
                given = {"ticketId": global_id("Ticket", key), **step.given}
                await self._ask(client, f"ticket{step.move.capitalize()}", token, given)

    async def _submit(self, client: httpx.AsyncClient, resident: int) -> int:
        point = {"longitude": HERE.longitude, "latitude": HERE.latitude}
        given = {"category": CATEGORY, "text": "路灯不亮", "point": point}
        token = self.people.residents[resident]
        found = key_of(await self._ask(client, "ticketSubmit", token, given), "Ticket")
        assert found
        return found

    async def _ask(
        self, client: httpx.AsyncClient, name: str, token: str, given: Mapping[str, object]
    ) -> str:
        """Ask until it is answered, sometimes twice at once; gives the ticket's id."""
        self._keys += 1
        whole = {**given, "idempotencyKey": f"load {id(self)} {self._keys}"}
        times = 2 if self.chance.random() < TWICE else 1
        answers = await asyncio.gather(
            *(self._insist(client, name, token, whole) for _ in range(times))
        )
        assert len(set(answers)) == 1
        self.answered += 1
        return answers[0]

    async def _insist(
        self, client: httpx.AsyncClient, name: str, token: str, given: Mapping[str, object]
    ) -> str:
        whole = {"query": _document(name), "variables": {"input": given}}
        headers = {"authorization": f"Bearer {token}"}
        while True:
            sent = time.monotonic()
            try:
                answer = await client.post("/graphql", json=whole, headers=headers)
            except httpx.TransportError:
                found = None
            else:
                found = _ticket_id(answer.json(), name)
            if found:
                self.newest = max(self.newest, sent)
                return found
            self.unanswered += 1
            await asyncio.sleep(AGAIN_SECONDS)


def _document(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input!"
    return f"""mutation ($input: {kind}) {{
        {name}(input: $input) {{ ticket {{ id }} userErrors {{ code message }} }} }}"""


def _ticket_id(answer: dict[str, Any], name: str) -> str | None:
    """Give the id of the ticket that was moved; None if the city was unavailable."""
    if "errors" in answer:
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes == {"UNAVAILABLE"}, answer
        return None
    payload = answer["data"][name]
    assert payload["userErrors"] == [], (name, payload)
    return str(payload["ticket"]["id"])


@asynccontextmanager
async def living(load: Load, address: str, *, at_least: int) -> AsyncIterator[None]:
    """Let people live as long as the block takes, and so many tickets at least."""
    async with (
        httpx.AsyncClient(base_url=address, timeout=ANSWER_SECONDS) as client,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(AT_ONCE):
            group.create_task(load.live(client, at_least=at_least))
        yield
        load.is_enough = True
