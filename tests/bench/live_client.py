"""Many phones in one process: each follows something over a WebSocket of its own.

A program: reads an Order as JSON from the first line of its standard input, says `ready` once each
phone has its first item, then reads how many items are to come in all, and writes them as JSON.
They are looked at in the end, so that little time is taken from the side that is measured.
"""

import asyncio
import resource
import struct
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, cast

import orjson
import uvloop

AT_ONCE = 20
READY_SECONDS = 120.0
REST_SECONDS = 60.0
POLL_SECONDS = 0.05
FILES = 10_000
HEAD = (
    b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
PING = b'{"type":"ping"'
TEXT, PING_OF_WIRE, PONG_OF_WIRE = 0x1, 0x9, 0xA


@dataclass(frozen=True, slots=True)
class Order:
    """What to follow, where: phone by phone the token and the variables."""

    port: int
    query: str
    tokens: list[str]
    variables: list[Mapping[str, object]]


class Item(NamedTuple):
    """What a phone got, and when (time.monotonic, which all processes share)."""

    phone: int
    at: float
    data: Any


class Phone(asyncio.Protocol):
    """One connection, from its handshake on; `ready` is done when its first item is there."""

    def __init__(self, asked: bytes, token: str) -> None:
        self.got: list[tuple[float, bytes]] = []
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._say = (_frame(orjson.dumps(_init(token))), _frame(asked))
        self._buffer = b""
        self._take: Callable[[], bool] = self._welcome

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._transport.write(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError(f"hung up: {self._buffer!r}"))

    def data_received(self, data: bytes) -> None:
        self._now = time.monotonic()
        self._buffer += data
        while self._take():
            pass

    def _welcome(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 101"), head
        self._buffer, self._take = rest, self._frame
        self._transport.write(self._say[0])
        return True

    def _frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        size, begin = buffer[1], 2
        if size == 126:
            size, begin = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, begin = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < begin + size:
            return False
        self._buffer = buffer[begin + size :]
        self._hear(buffer[0] & 0xF, buffer[begin : begin + size])
        return True

    def _hear(self, kind: int, text: bytes) -> None:
        if kind == PING_OF_WIRE:
            self._transport.write(_frame(text, PONG_OF_WIRE))
        elif kind != TEXT:
            raise ConnectionError(text)
        elif text.startswith(PING):
            self._transport.write(_frame(b'{"type":"pong"}'))
        elif self.ready.done():
            self.got.append((self._now, text))
        elif b"connection_ack" in text:
            self._transport.write(self._say[1])
        else:
            _data(text)
            self.ready.set_result(None)


def _init(token: str) -> object:
    return {"type": "connection_init", "payload": {"token": token}}


def _frame(text: bytes, kind: int = TEXT) -> bytes:
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return bytes([0x80 | kind]) + length + bytes(4) + text


def _data(text: bytes) -> Any:  # noqa: ANN401 - JSON
    message = orjson.loads(text)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"]


async def follow(order: Order) -> list[Item]:
    """Connect all, say `ready`, and gather what comes until it is as much as the input says."""
    loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def connect(token: str, variables: Mapping[str, object]) -> Phone:
        payload = {"query": order.query, "variables": variables}
        asked = orjson.dumps({"id": "1", "type": "subscribe", "payload": payload})
        async with turns:
            _, phone = await loop.create_connection(
                lambda: Phone(asked, token), "127.0.0.1", order.port
            )
            await phone.ready
        return phone

    pairs = zip(order.tokens, order.variables, strict=True)
    async with asyncio.timeout(READY_SECONDS):
        phones = await asyncio.gather(*(connect(*pair) for pair in pairs))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    wanted = int(await loop.run_in_executor(None, sys.stdin.buffer.read))
    async with asyncio.timeout(REST_SECONDS):
        while sum(len(phone.got) for phone in phones) < wanted:  # noqa: ASYNC110 - rarely
            await asyncio.sleep(POLL_SECONDS)
    return [
        Item(number, at, _data(text)) for number, one in enumerate(phones) for at, text in one.got
    ]


def main() -> None:
    """Carry out the order of the first line."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    order = Order(**orjson.loads(sys.stdin.buffer.readline()))
    found = [tuple(one) for one in uvloop.run(follow(order))]
    # Not sys.stdout: where that is not buffered, it writes no more than a pipe holds.
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:
        output.write(orjson.dumps(found))


def written(order: Order) -> bytes:
    """Write an order as the first line of the input."""
    return orjson.dumps(asdict(order)) + b"\n"


if __name__ == "__main__":
    main()
