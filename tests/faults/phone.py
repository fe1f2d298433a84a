"""A phone that watches: it comes back with the last position seen, whatever ends its socket."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import websockets

from api.socket import SUBPROTOCOL
from resolvers.node import global_id

AGAIN_SECONDS, AGAIN_SECONDS_MOST = 0.1, 3.0
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 40.0
"""Longer than from one ping of the server to the next."""

TICKET = """subscription ($id: ID!, $after: Int) { ticketChanged(id: $id, after: $after) {
    kind position ticket { state version } event { version kind at } } }"""
AREA = """subscription ($code: String!, $after: Int) { areaTicketsChanged(areaCode: $code,
    after: $after) { kind position ticket { state version } event { version kind at } } }"""


class Item(NamedTuple):
    """An item as it came: the ticket's `state` at `state_version`, and what happened to it."""

    kind: str
    position: int
    state: str | None
    state_version: int
    version: int | None
    move: str | None
    at: float
    """When it happened (epoch seconds); 0 where nothing did."""
    late_seconds: float


@dataclass
class Following:
    """A ticket or an area that is followed, and what was new of it."""

    ticket: int | None = None
    area: str | None = None
    seen: int | None = None
    items: list[Item] = field(default_factory=list)
    refusals: int = 0
    """How often it was refused in a row, because the city was unavailable."""
    again: int = 0
    """How many items came that had been seen before."""
    disorder: list[tuple[int, int]] = field(default_factory=list)
    """Positions that came after higher ones although nobody had asked anew."""
    _last: int = -1

    def begin(self) -> dict[str, object]:
        """Give what to ask for, from where it was left."""
        self._last = -1
        wanted: dict[str, object] = {"after": self.seen}
        if self.ticket is None:
            return {"query": AREA, "variables": {"code": self.area, **wanted}}
        return {"query": TICKET, "variables": {"id": global_id("Ticket", self.ticket), **wanted}}

    def take(self, item: Item) -> None:
        """Keep an item, unless it was seen before."""
        self.refusals = 0
        if item.position <= self._last:
            self.disorder.append((self._last, item.position))
        self._last = item.position
        if self.seen is not None and item.position <= self.seen:
            self.again += 1
        else:
            self.seen = item.position
            self.items.append(item)


class Phone:
    """A client with one socket; `follow` things with it while it `run`s."""

    def __init__(self, address: str, token: str) -> None:
        self.followed: dict[str, Following] = {}
        self.connections = 0
        self._url = address.replace("http", "ws", 1) + "/graphql"
        self._token = token
        self._wire: websockets.ClientConnection | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def follow_ticket(self, key: int) -> None:
        """Follow a ticket from now on."""
        await self._follow(f"ticket {key}", Following(ticket=key))

    async def follow_area(self, code: str, *, after: int) -> None:
        """Follow the tickets of an area after a position."""
        await self._follow(f"area {code}", Following(area=code, seen=after))

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            with suppress(OSError, TimeoutError, websockets.WebSocketException):
                await self._watch()
            self._wire = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self, name: str, following: Following) -> None:
        self.followed[name] = following
        await self._ask(name)

    async def _watch(self) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            wire = await websockets.connect(
                self._url,
                subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
                compression=None,
                ping_interval=None,
                max_queue=None,
                close_timeout=1,
            )
        async with wire:
            said = {"type": "connection_init", "payload": {"token": self._token}}
            await wire.send(orjson.dumps(said).decode())
            async with asyncio.timeout(CONNECT_SECONDS):
                assert orjson.loads(await wire.recv()) == {"type": "connection_ack"}
            self.connections += 1
            self._wire = wire
            for name in tuple(self.followed):
                await self._ask(name)
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._hear(orjson.loads(await wire.recv()))

    async def _hear(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                await self._say({"type": "pong"})
            case "next":
                self._take(message)
            case "error":
                codes = {error["extensions"]["code"] for error in message["payload"]}
                assert codes == {"UNAVAILABLE"}, message
                task = asyncio.create_task(self._ask_later(message["id"]))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            case kind:
                raise AssertionError(kind)

    def _take(self, message: dict[str, Any]) -> None:
        payload = message["payload"]
        assert "errors" not in payload, message
        (update,) = payload["data"].values()
        ticket, event = update["ticket"], update["event"]
        at = datetime.fromisoformat(event["at"]).timestamp() if event else 0.0
        self.followed[message["id"]].take(
            Item(
                kind=update["kind"],
                position=update["position"],
                state=ticket and ticket["state"],
                state_version=ticket["version"] if ticket else 0,
                version=event and event["version"],
                move=event and event["kind"],
                at=at,
                late_seconds=time.time() - at,
            )
        )

    async def _ask_later(self, name: str) -> None:
        # Longer each time, as client libraries wait: all phones at once would be a load by itself.
        following = self.followed[name]
        seconds = min(AGAIN_SECONDS * 2**following.refusals, AGAIN_SECONDS_MOST)
        following.refusals += 1
        await asyncio.sleep(seconds)
        await self._ask(name)

    async def _ask(self, name: str) -> None:
        await self._say({"id": name, "type": "subscribe", "payload": self.followed[name].begin()})

    async def _say(self, message: object) -> None:
        """Say something, if there is a connection: all is asked anew with the next one."""
        if self._wire:
            with suppress(websockets.ConnectionClosed):
                await self._wire.send(orjson.dumps(message).decode())


@asynccontextmanager
async def watching(phones: Sequence[Phone]) -> AsyncIterator[None]:
    """Let phones watch for the length of the block; what goes wrong with one fails it."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(one.run()) for one in phones]
        yield
        for task in running:
            task.cancel()
