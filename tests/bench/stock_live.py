"""The peer for tickets: detail and live changes on Strawberry's own endpoint and Tortoise.

Written as most people write it, and kindly: it asks for no rights at all, one listener of Redis
serves all subscriptions of the process, an event comes with the news and is not read again,
related rows come by select_related, indexes are there.

As a program (`python -m tests.bench.stock_live PORT`) it serves the database of DATABASE_URL and
listens to REDIS_URL.
"""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any

import orjson
import strawberry
import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from tortoise import Tortoise

from models import tables
from models.event import connect_redis

CHANNEL = "stock:tickets"
ALL = 0
News = dict[str, Any]


class Listener:
    """Hears of every change once, and passes it on to those who follow that ticket, or all."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues: dict[int, set[asyncio.Queue[News]]] = {}

    @contextmanager
    def following(self, ticket: int) -> Any:  # noqa: ANN401 - a context manager of a queue
        """Give a queue of what happens."""
        queue: asyncio.Queue[News] = asyncio.Queue()
        self._queues.setdefault(ticket, set()).add(queue)
        try:
            yield queue
        finally:
            self._queues[ticket].discard(queue)

    async def listen(self) -> None:
        """Listen for ever."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(CHANNEL)
            async for message in subscription.listen():
                news = orjson.loads(message["data"])
                for key in (news["ticket"], ALL):
                    for queue in self._queues.get(key, ()):
                        queue.put_nowait(news)


listener: Listener


@strawberry.type
class Actor:
    """Who did it."""

    row: strawberry.Private[tables.Person]
    name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Give the opaque id."""
        return global_id("Person", self.row.id)


@strawberry.type
class Event:
    """What happened."""

    kind: str
    state: str
    version: int
    at: datetime | None = None
    text: str | None = None
    actor: Actor | None = None


@strawberry.type
class Unit:
    """A unit."""

    name: str


@strawberry.type
class EventConnection:
    """Events."""

    nodes: list[Event]


@strawberry.type
class Ticket:
    """A ticket."""

    row: strawberry.Private[tables.Ticket]
    number: str
    state: str
    version: int
    text: str
    due_at: datetime | None
    submitted_at: datetime
    unit: Unit | None

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Give the opaque id."""
        return global_id("Ticket", self.row.id)

    @strawberry.field
    async def events(self, first: int = 20) -> EventConnection:
        """Give what happened."""
        rows = (
            await tables.Event.filter(topic="ticket", thing_id=self.row.id)
            .order_by("version")
            .limit(first)
            .select_related("actor", "content")
        )
        return EventConnection(nodes=[event(row) for row in rows])


@strawberry.type
class Update:
    """An item."""

    kind: str
    ticket: Ticket
    event: Event | None


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def ticket(self, id: strawberry.ID) -> Ticket | None:  # noqa: A002 - as ours
        """Find a ticket."""
        row = await tables.Ticket.get_or_none(id=key_of(id)).select_related("unit")
        return ticket(row) if row else None


@strawberry.type
class Subscription:
    """The root of what is followed."""

    @strawberry.subscription
    async def ticket_changed(self, id: strawberry.ID) -> AsyncIterator[Update]:  # noqa: A002
        """Follow a ticket."""
        key = key_of(id)
        with listener.following(key) as queue:
            yield Update(kind="CURRENT", ticket=await read(key), event=None)
            while True:
                news = await queue.get()
                yield Update(kind="CHANGE", ticket=await read(key), event=told(news))

    @strawberry.subscription
    async def area_tickets_changed(self, area_code: str) -> AsyncIterator[Update]:
        """Follow the tickets of the city."""
        with listener.following(ALL) as queue:
            first = await tables.Ticket.filter(area_code__startswith=area_code).first()
            assert first
            yield Update(kind="CURRENT", ticket=await read(first.id), event=None)
            while True:
                news = await queue.get()
                found = await read(news["ticket"])
                yield Update(kind="CHANGE", ticket=found, event=told(news))


schema = strawberry.Schema(Query, subscription=Subscription)


async def read(key: int) -> Ticket:
    """Read a ticket."""
    return ticket(await tables.Ticket.get(id=key).select_related("unit"))


def ticket(row: tables.Ticket) -> Ticket:
    """Show a ticket."""
    return Ticket(
        row=row,
        number=row.number,
        state=row.state,
        version=row.version,
        text=row.text,
        due_at=row.due_at,
        submitted_at=row.submitted_at,
        unit=Unit(name=row.unit.name) if row.unit else None,
    )


def event(row: tables.Event) -> Event:
    """Show an event."""
    facts: Any = row.facts
    body: Any = row.content.body if row.content else {}
    return Event(
        kind=row.kind,
        state=facts["to"],
        version=row.version,
        at=row.at,
        text=body.get("text"),
        actor=Actor(row=row.actor, name=row.actor.name) if row.actor else None,
    )


def told(news: News) -> Event:
    """Show an event as the news tell of it."""
    return Event(kind=news["kind"], state=news["state"], version=news["version"])


def key_of(opaque: str) -> int:
    """Read an opaque id."""
    text = base64.urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)).decode()
    return int(text.partition(":")[2])


def global_id(name: str, key: int) -> strawberry.ID:
    """Write an opaque id."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{name}:{key}".encode()).decode().rstrip("="))


@asynccontextmanager
async def connected(_app: Starlette) -> AsyncIterator[None]:
    """Keep the pool and the listener open while serving."""
    global listener
    await Tortoise.init(
        db_url=os.environ["DATABASE_URL"],
        modules={"models": ["models.tables"]},
        _enable_global_fallback=True,
    )
    async with connect_redis(os.environ["REDIS_URL"]) as redis:
        listener = Listener(redis)
        listening = asyncio.create_task(listener.listen())
        yield
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    await Tortoise.close_connections()


def main() -> None:
    """Serve on a port."""
    view = GraphQL[Any, Any](schema)
    app = Starlette(
        routes=[Route("/graphql", view), WebSocketRoute("/graphql", view)], lifespan=connected
    )
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
