"""Asks a server as fast as it answers, over a few connections that stay open.

A program of its own, so that it takes no time from the side that is measured: it reads an Order
as JSON from its standard input, and writes a Result. Requests are sent as bytes that were made
before, and of an answer it reads no more than it must.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter
from typing import cast

import orjson
import uvloop

CONNECTIONS = 8
GRACE_SECONDS = 10.0
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Order:
    """What to ask, where, and for how long."""

    port: int
    requests: list[str]
    seconds: float
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Result:
    """How many answers came in how many seconds, and how long one took in the middle."""

    answers: int
    seconds: float
    median_seconds: float
    p99_seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Client(asyncio.Protocol):
    """One connection: asks, reads the answer, and asks again until the end."""

    def __init__(self, requests: Iterator[bytes], *, until: float) -> None:
        self.took: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._until = until
        self._buffer = b""
        self._length = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("The server hung up."))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._length:
            self._length = self._announced()
        if self._length and len(self._buffer) >= self._length:
            self._answered()

    def _announced(self) -> int:
        head = self._buffer.find(END_OF_HEAD)
        if head < 0:
            return 0
        start = self._buffer.lower().index(LENGTH) + len(LENGTH)
        body = int(self._buffer[start : self._buffer.index(b"\r", start)])
        return head + len(END_OF_HEAD) + body

    def _answered(self) -> None:
        now = perf_counter()
        self.took.append(now - self._began)
        if not self._buffer.startswith(b"HTTP/1.1 200") or b'"errors"' in self._buffer:
            self.ended.set_exception(AssertionError(self._buffer[:1000]))
        elif now < self._until:
            self._buffer, self._length = b"", 0
            self._ask()
        else:
            self.ended.set_result(None)
            self._transport.close()

    def _ask(self) -> None:
        self._began = perf_counter()
        self._transport.write(next(self._requests))


async def ask(order: Order) -> Result:
    """Carry out an order; raises AssertionError at the first answer that is none."""
    loop = asyncio.get_running_loop()
    requests = cycle([text.encode("latin-1") for text in order.requests])
    began = perf_counter()
    clients = [Client(requests, until=began + order.seconds) for _ in range(order.connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", order.port)  # type: ignore[misc]
    async with asyncio.timeout(order.seconds + GRACE_SECONDS):
        await asyncio.gather(*(client.ended for client in clients))
    seconds = perf_counter() - began
    took = sorted(took for client in clients for took in client.took)
    return Result(len(took), seconds, took[len(took) // 2], took[len(took) * 99 // 100])


def main() -> None:
    """Carry out the order on the standard input."""
    result = uvloop.run(ask(Order(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(result)))


if __name__ == "__main__":
    main()
