"""A WebSocket as uvicorn drives it, with limits, and a way to write that never waits.

Whoever sends to many clients can't wait for one of them: what is written goes to the connection
at once, and `is_clogged` says that its client does not take it. If nothing is taken for a while,
`on_slow` is called; whatever closes a connection, its client has `close_seconds` to take note.
"""

import socket
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from api.socket.message import CloseCode

MESSAGE_BYTES_MOST = 65_536
FRAGMENTS_MOST = 64
SLOW_SECONDS = 10.0
LOOKS = 5
"""How often within SLOW_SECONDS it is seen whether a client takes anything."""
CLOSE_SECONDS = 3.0
KERNEL_BYTES = 65_536
"""What the kernel keeps of what a client does not take; by itself it would keep megabytes."""
REASON_CHARACTERS_MOST = 100
EXTENSION = "wangge.wire"


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's protocol with limits; given to `uvicorn.Config(ws=…)`.

    The application finds it in the scope's `extensions`.
    """

    slow_seconds = SLOW_SECONDS
    close_seconds = CLOSE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self.on_drained: Callable[[], None] | None = None
        self.on_slow: Callable[[], None] | None = None
        self.on_shutdown: Callable[[], None] | None = None
        self._look: TimerHandle | None = None
        self._untaken_bytes = 0
        self._stuck_looks = 0

    @property
    def is_clogged(self) -> bool:
        """Whether the client has yet to take much of what was written."""
        return not self.writable.is_set()

    @property
    def is_open(self) -> bool:
        """Whether anything written may still arrive."""
        return not self.close_sent and not self.transport.is_closing()

    async def drained(self) -> None:
        """Wait until it is not clogged, or lost."""
        await self.writable.wait()

    def send_text(self, message: bytes) -> None:
        """Write a message, unless the connection is closed."""
        if self.is_open:
            self.transport.write(Frame(Opcode.TEXT, message).serialize(mask=False))

    def close(self, code: CloseCode, reason: str) -> None:
        """Say why, wait a little for the client to take note, and be gone."""
        if not self.is_open:
            return
        self.conn.send_close(code, reason[:REASON_CHARACTERS_MOST])
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._cut_later()

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application says of the handshake: accepted, or refused as over HTTP."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            # uvicorn would take it for an application that forgot to answer, and log that.
            self.handshake_complete = True

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Have small messages sent at once, and little kept of what a client does not take."""
        super().connection_made(transport)
        inner = transport.get_extra_info("socket")
        inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        inner.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        self._stop_looking()
        super().connection_lost(exc)
        # No circle is left, so that all of it is freed now and not by the collector, much later.
        self.on_drained = self.on_slow = self.on_shutdown = None
        if self.handshake_initiated and hasattr(self, "scope"):
            self.scope["extensions"].pop(EXTENSION, None)

    def pause_writing(self) -> None:
        """Begin to look whether the client takes anything."""
        super().pause_writing()
        self._stuck_looks = 0
        self._look_later()

    def resume_writing(self) -> None:
        """Go on: the client took what was written."""
        super().resume_writing()
        self._stop_looking()
        if self.on_drained:
            self.on_drained()

    def shutdown(self) -> None:
        """Leave with the process: the application closes it once nothing runs any more."""
        if self.on_shutdown:
            self.on_shutdown()
        elif self.is_open and self.handshake_complete:
            self.close(CloseCode.RESTART, "")
        else:
            super().shutdown()

    def handle_connect(self, event: Request) -> None:
        """Pass a handshake on with a way back to this wire."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][EXTENSION] = {EXTENSION: self}

    def handle_cont(self, event: Frame) -> None:
        """Take a part of a message; parts may be empty, so they are counted."""
        if len(self.frames) >= FRAGMENTS_MOST:
            self.frames = []
            self.close(CloseCode.TOO_LARGE, f"A message has at most {FRAGMENTS_MOST} parts.")
        elif not self.close_sent:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer a ping, unless the client does not take the answers."""
        answer = b"".join(self.conn.data_to_send())
        if not self.is_clogged:
            self.transport.write(answer)

    def handle_close(self, event: Frame) -> None:
        """Answer a client that leaves, for a limited time."""
        super().handle_close(event)
        self._cut_later()

    def handle_parser_exception(self) -> None:
        """Close what is not a WebSocket, for a limited time."""
        super().handle_parser_exception()
        self._cut_later()

    def send_receive_event_to_app(self) -> None:
        """Hand a message over, and read no more before it is taken."""
        if self.curr_msg_data_type == "text" and not _is_utf_8(self.frames):
            self.frames = []
            self.close(CloseCode.WRONG_DATA, "A message is in UTF-8.")
        else:
            super().send_receive_event_to_app()

    def _cut_later(self) -> None:
        if self.close_timer is None:
            self.close_timer = self.loop.call_later(self.close_seconds, self.transport.abort)

    def _look_later(self) -> None:
        self._untaken_bytes = self.transport.get_write_buffer_size()
        self._look = self.loop.call_later(self.slow_seconds / LOOKS, self._look_at_client)

    def _look_at_client(self) -> None:
        is_stuck = self.transport.get_write_buffer_size() >= self._untaken_bytes
        self._stuck_looks = self._stuck_looks + 1 if is_stuck else 0
        if self._stuck_looks < LOOKS:
            self._look_later()
        elif self.on_slow:
            self.on_slow()
        else:
            self.transport.abort()

    def _stop_looking(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None


def _is_utf_8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
