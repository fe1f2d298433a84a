"""A plain application behind the bounded protocol in this process, and raw sockets to it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import Receive, Scope, Send

from api.protocol import BoundedProtocol
from tests.processes import wait_until

LARGE_ANSWER = b"x" * 8_000_000
SLOW_SECONDS = 0.3
UPLOAD_SECONDS = 1.5
SOCKET_SECONDS = 10.0


class QuickProtocol(BoundedProtocol):
    """The same protocol with less patience, so that tests need none."""

    slow_seconds = SLOW_SECONDS
    upload_seconds = UPLOAD_SECONDS
    linger_seconds = SLOW_SECONDS


class Edge:
    """A server of QuickProtocol: `seen` has every request's path and the size of its body."""

    def __init__(self, listening: socket.socket) -> None:
        self.port: int = listening.getsockname()[1]
        self.loop: asyncio.AbstractEventLoop
        self.holds = False
        self.seen: list[tuple[str, int]] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.may_answer = asyncio.Event()
        config = uvicorn.Config(
            self._answer,
            http=QuickProtocol,
            interface="asgi3",
            proxy_headers=False,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            loop="uvloop",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        sockets = {"sockets": [listening]}
        self.thread = threading.Thread(target=self.server.run, kwargs=sockets, daemon=True)

    @property
    def connections(self) -> int:
        """How many connections the server holds."""
        return len(self.server.server_state.connections)

    def answer_held(self) -> None:
        """Let `/held` be answered, once it was asked."""
        wait_until(lambda: self.holds)
        self.loop.call_soon_threadsafe(self.may_answer.set)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        size, is_whole = 0, False
        if scope["path"] == "/held":
            self.holds = True
            await self.may_answer.wait()
        while not is_whole and scope["path"] != "/unread":
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
        self.seen.append((scope["path"], size))
        self.headers = scope["headers"]
        body = LARGE_ANSWER if scope["path"] == "/large" else scope["path"].encode()
        headers = [(b"content-length", str(len(body)).encode())]
        if scope["path"] == "/unread":
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def is_idle(self) -> bool:
        """Let go of what is still held, and say whether nothing is left."""
        if self.holds:
            self.loop.call_soon_threadsafe(self.may_answer.set)
        return not self.connections and not self.server.server_state.tasks

    def timers(self) -> int:
        """Count what the connections' clocks still have running."""
        connections = list(self.server.server_state.connections)
        return sum(
            clock is not None
            for one in connections
            if isinstance(one, BoundedProtocol)
            for clock in (one._deadline, one._stalled)
        )


@contextmanager
def edge() -> Iterator[Edge]:
    """Serve until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one = Edge(listening)
        one.thread.start()
        wait_until(lambda: one.server.started)
        try:
            yield one
        finally:
            one.server.should_exit = True
            one.thread.join(SOCKET_SECONDS)


@contextmanager
def connected(one: Edge, *, receive_bytes: int | None = None) -> Iterator[socket.socket]:
    """Open a connection; every wait on it has an end."""
    with socket.socket() as client:
        client.settimeout(SOCKET_SECONDS)
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.connect(("127.0.0.1", one.port))
        yield client


def until_closed(client: socket.socket) -> bytes:
    """Read all that comes until the server closes; a reset fails the test."""
    parts = []
    while part := client.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def exchange(one: Edge, *sent: bytes) -> bytes:
    """Send bytes as they are and read until the server closes."""
    with connected(one) as client:
        for part in sent:
            client.sendall(part)
        return until_closed(client)
