"""The graph behind the real edge in this event loop, and clients of its sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

import jwt
import orjson
import uvicorn
import websockets
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from api.admission import Admission
from api.document import Documents
from api.http import GraphQLEndpoint
from api.identity import SignIn, Tokens
from api.operations import Operations
from api.phones import PhoneCodes
from api.protocol import BoundedProtocol
from api.rate import RateLimits
from api.socket import MESSAGE_BYTES_MOST, SUBPROTOCOL, SocketEndpoint, SocketLimits, Wire
from api.sse import EventStreams
from api.subscription import Subscriptions
from models import db, station
from resolvers.live import Feeds, Hub
from resolvers.node import global_id
from resolvers.schema import schema
from tests import areas, stations
from tests.events import change, hub_of, relaying
from tests.program import SECRET

SECONDS = 10.0
ORIGIN = "https://mini.example"
# Patient in all that a test does not look at.
PATIENT = SocketLimits(
    init_seconds=10.0, ping_seconds=60.0, refresh_seconds=0.5, leave_seconds=0.3
)
AREA = '{ area(code: "320281") { name } }'
ANSWER = {"data": {"area": {"name": "江阴市"}}}
FOLLOW = """subscription ($id: ID!, $after: Int) {
  stationChanged(id: $id, after: $after) { kind position station { name } event { version } }
}"""


class QuickWire(Wire):
    """The same wire with less patience, so that tests need none."""

    slow_seconds = 0.5
    close_seconds = 0.5


class House:
    """A server in this event loop; the seconds of its rate limits are `now`."""

    def __init__(self, hub: Hub, limits: SocketLimits, wire: type[Wire]) -> None:
        self.hub = hub
        self.registry = CollectorRegistry()
        self.tokens = Tokens(SECRET)
        self.now = 0.0
        self.rates = RateLimits(clock=lambda: self.now)
        self.feeds = Feeds()
        documents = Documents(schema._schema, public_schema=True)
        sign_in = SignIn(self.tokens, self.rates, lets_developers_in=True)
        phones = PhoneCodes(lets_developers_in=True)
        admission = Admission(self.tokens, self.rates, sign_in, phones=phones, proxies=())
        self.subscriptions = Subscriptions(
            Operations(documents), self.feeds, registry=self.registry
        )
        self.streams = EventStreams(self.subscriptions, registry=self.registry)
        sockets = SocketEndpoint(
            self.subscriptions, admission, origins=[ORIGIN], limits=limits, registry=self.registry
        )
        http = GraphQLEndpoint(documents, admission, streams=self.streams, registry=self.registry)
        config = uvicorn.Config(
            Starlette(routes=[Route("/graphql", http), WebSocketRoute("/graphql", sockets)]),
            http=BoundedProtocol,
            ws=wire,
            ws_max_size=MESSAGE_BYTES_MOST,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self.server = uvicorn.Server(config)
        self.feeds.open(hub)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._task = asyncio.create_task(self.server._serve([self._listener]))

    @property
    def address(self) -> str:
        """Where it answers over HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def measure(self, name: str, **labels: str) -> float:
        """Give a metric's value."""
        return self.registry.get_sample_value(name, labels) or 0.0

    async def signed_in(self, person_id: int) -> str:
        """Sign a person in, made if there is none yet; gives the token."""
        await db.execute(_SIGNED_IN, person_id)
        return self.token(person_id)

    def token(self, person_id: int = 7, *, seconds: float | None = None) -> str:
        """Make a token of a person that ends in so many seconds."""
        token, _ = self.tokens.issue(person_id, person_id)
        if seconds is None:
            return token
        claims = jwt.decode(token, options={"verify_signature": False})
        claims["exp"] = int(time.time() + seconds)
        header = {"kid": jwt.get_unverified_header(token)["kid"]}
        return jwt.encode(claims, SECRET, "HS256", headers=header)

    async def leave(self) -> None:
        """End, as on a signal."""
        self.streams.leave()
        self.server.should_exit = True
        async with asyncio.timeout(SECONDS):
            await self._task

    @asynccontextmanager
    async def client(self, **more: Any) -> AsyncIterator["Client"]:  # noqa: ANN401 - as websockets has it
        """Connect, without a word yet."""
        given = {
            "subprotocols": [SUBPROTOCOL],
            "compression": None,
            "ping_interval": None,
            "max_queue": None,
            **more,
        }
        url = f"ws://127.0.0.1:{self.port}/graphql"
        async with asyncio.timeout(SECONDS):
            wire = await websockets.connect(url, close_timeout=1, **given)
        try:
            yield Client(wire)
        finally:
            await wire.close()

    @asynccontextmanager
    async def welcome(
        self,
        payload: Mapping[str, object] | None = None,
        **more: Any,  # noqa: ANN401 - as above
    ) -> AsyncIterator["Client"]:
        """Connect and be acknowledged."""
        async with self.client(**more) as client:
            await client.say({"type": "connection_init", "payload": payload or {}})
            assert await client.hear() == {"type": "connection_ack"}
            yield client


class Client:
    """One socket of a client."""

    def __init__(self, wire: websockets.ClientConnection) -> None:
        self.wire = wire

    async def say(self, message: object) -> None:
        """Send a message."""
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        await self.wire.send(text)

    async def hear(self, *, answers_pings: bool = True) -> dict[str, Any]:
        """Receive the next message; pings are answered on the way."""
        async with asyncio.timeout(SECONDS):
            while True:
                message: dict[str, Any] = orjson.loads(await self.wire.recv())
                if message["type"] != "ping" or not answers_pings:
                    return message
                await self.say({"type": "pong"})

    async def ask(self, key: str, query: str, **variables: object) -> None:
        """Ask something under an id."""
        payload = {"query": query, "variables": variables}
        await self.say({"id": key, "type": "subscribe", "payload": payload})

    async def follow(self, key: str, *, thing: int = 1, after: int | None = None) -> Self:
        """Follow a station."""
        await self.ask(key, FOLLOW, id=station_id(thing), after=after)
        return self

    async def item(self, key: str = "1") -> tuple[str, int, int | None]:
        """Receive the next item of a station: its kind, position and version of the event."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", key), message
        update = message["payload"]["data"]["stationChanged"]
        return update["kind"], update["position"], (update["event"] or {}).get("version")

    async def closed(self) -> tuple[int, str]:
        """Wait until the server closes; give the code and the reason."""
        async with asyncio.timeout(SECONDS):
            try:
                while True:
                    await self.wire.recv()
            except websockets.ConnectionClosed:
                assert self.wire.close_code is not None
                return self.wire.close_code, self.wire.close_reason or ""


async def answers(client: Client, key: str = "last") -> None:
    """Assert that a socket still answers."""
    await client.ask(key, AREA)
    assert await client.hear() == {"id": key, "type": "next", "payload": ANSWER}
    assert await client.hear() == {"id": key, "type": "complete"}


def station_id(key: int) -> str:
    """Give the global id of a station."""
    return global_id("Station", key)


async def plant_stations(count: int = 2) -> None:
    """Write stations and their areas, and load them."""
    await areas.plant()
    await stations.plant([stations.row(key) for key in range(1, count + 1)])
    await station.load()


async def rename(key: int, version: int) -> None:
    """Change a station, and record it."""
    await stations.plant([stations.row(key, name=f"第{version}版", version=version)])
    await change(key, version, area_code=areas.GRID)


@asynccontextmanager
async def house(
    limits: SocketLimits = PATIENT,
    *,
    wire: type[Wire] = QuickWire,
    redis: Redis | None = None,
    relays: bool = True,
) -> AsyncIterator[House]:
    """Serve with a hub and, unless others do its work, a relay, until the block ends."""
    async with AsyncExitStack() as stack:
        if relays:
            await stack.enter_async_context(relaying(redis))
        hub = await stack.enter_async_context(hub_of(redis))
        one = House(hub, limits, wire)
        try:
            yield one
        finally:
            await one.leave()
            one.feeds.close()


_SIGNED_IN = """
WITH known AS (
    INSERT INTO person (id, name) VALUES ($1, '张三') ON CONFLICT (id) DO NOTHING
)
INSERT INTO session (id, person_id, family_hash, device, started_at, used_at)
VALUES ($1, $1, sha256(int8send($1)), '', now(), now())
"""


def frame(text: bytes) -> bytes:
    """Make a client's frame of a text, masked with zeros."""
    length = len(text)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + text


HEAD = (
    b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n"
    b"connection: upgrade\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
INIT = frame(b'{"type":"connection_init"}')
LARGE_PING = frame(orjson.dumps({"type": "ping", "payload": {"a": "x" * 50_000}}))
