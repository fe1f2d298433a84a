"""A small schema behind the edge, and a real server for it on loopback.

As a module (`python -m tests.edge`) it serves until its standard input closes, after it has
printed its port.
"""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import strawberry
import uvicorn
from graphql import GraphQLSchema
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Scope

from api.document import Documents
from api.http import Admit, GraphQLEndpoint
from models.errors import Invalid, Unavailable

READY_SECONDS = 10.0

calls: list[str] = []


@strawberry.input
class PlaceInput:
    longitude: float
    latitude: float
    inner: Annotated["PlaceInput", strawberry.lazy("tests.edge")] | None = None


@strawberry.interface
class Thing:
    @strawberry.field
    def name(self) -> str:
        return "物"

    @strawberry.field
    def thing(self) -> "Thing":
        return Town()

    @strawberry.field
    def things(self, first: int = 20) -> list["Thing"]:
        return [Town()] * min(first, 2)


@strawberry.type
class Town(Thing):
    number: int = 1

    @strawberry.field
    def size(self) -> int:
        return 17


@strawberry.type
class Village(Thing):
    @strawberry.field
    def size(self) -> str:
        return "small"


@strawberry.type
class Query(Thing):
    @strawberry.field
    def town(self) -> Town:
        return Town()

    @strawberry.field
    def echo(
        self, text: str | None = None, number: int | None = None, numbers: list[int] | None = None
    ) -> str:
        return f"{text}{number}{numbers}"

    @strawberry.field
    def place(self, at: PlaceInput) -> float:
        return at.longitude

    @strawberry.field
    def wrong(self) -> str:
        raise Invalid("坐标不在城市范围内")

    @strawberry.field
    def unavailable(self) -> str:
        raise Unavailable("connection to 10.0.0.7 refused")

    @strawberry.field
    def maybe_unavailable(self) -> str | None:
        raise Unavailable

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret of the house")

    @strawberry.field
    async def endless(self) -> str:
        await asyncio.Event().wait()
        return ""

    @strawberry.field
    async def later(self) -> str:
        await asyncio.sleep(0)
        return "later"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def move(self, to: str) -> str:
        calls.append(to)
        return to


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


def schema() -> GraphQLSchema:
    made = strawberry.Schema(Query, Mutation, Subscription, types=[Town, Village])
    return made._schema


class Context:
    """What resolvers of the small schema know: nothing."""

    is_held_back = False

    async def let_go(self, answer: Mapping[str, object] | None) -> None:
        raise AssertionError("nothing here depends on who asks")


async def admit(_scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str) -> Context:
    assert request_id
    return Context()


def endpoint(documents: Documents | None = None, admitting: Admit = admit) -> GraphQLEndpoint:
    return GraphQLEndpoint(
        documents or Documents(schema()), admitting, registry=CollectorRegistry()
    )


@contextmanager
def served(application: GraphQLEndpoint) -> Iterator[int]:
    """Serve on a free port of loopback, in a thread, as the product does; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = _server(application)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + READY_SECONDS
        while not server.started:
            assert time.monotonic() < deadline, "The server did not start."
            time.sleep(0.005)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(READY_SECONDS)


def _server(application: GraphQLEndpoint) -> uvicorn.Server:
    routes = Starlette(routes=[Route("/graphql", application)])
    config = uvicorn.Config(
        routes, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False
    )
    return uvicorn.Server(config)


def main() -> None:
    with served(endpoint(Documents(schema(), public_schema=True))) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
