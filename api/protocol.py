"""HTTP/1.1 as uvicorn speaks it, with limits on what a client may send and how slowly.

A head of more than HEADERS_MOST headers or HEAD_BYTES_MOST bytes is refused with 431; a head or
body that is not complete within SLOW_SECONDS is refused with 408, and a client that does not take
its answer in that time is cut. A file may take UPLOAD_SECONDS to come, for phones on a poor line.
Every refusal is JSON like all others.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEADERS_MOST = 100
HEAD_BYTES_MOST = 16_384
SLOW_SECONDS = 10.0
UPLOAD_SECONDS = 90.0
UPLOADS = b"/files/upload/"
LINGER_SECONDS = 2.0
"""How long a refused client may go on sending: cut at once, it would never see its refusal."""
REQUEST_BYTES_MOST = 8_388_608
"""How much of one request is read, most of it to be thrown away, before the connection is cut."""

_MALFORMED = (400, "The request is not HTTP/1.1.")
_LARGE_HEAD = (431, f"A head has at most {HEADERS_MOST} headers and {HEAD_BYTES_MOST} bytes.")
_CROWDED = (503, "There are too many connections.")
_SLOW = (408, "The request did not come in time.")


class LargeHead(Exception):
    """The head of a request is over the limits."""


class _GentleTransport:
    """What a request's answer is written to; closing it gives way to `_close_after_answer`."""

    __slots__ = ("_write", "close", "is_closing")

    def __init__(self, transport: Transport, close: Callable[[], None]) -> None:
        self._write = transport.write
        self.is_closing = transport.is_closing
        self.close = close

    def write(self, data: bytes) -> None:
        """Write, unless the connection is gone: uvicorn tells that to its last request only."""
        if not self.is_closing():
            self._write(data)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits; given to `uvicorn.Config(http=…)`."""

    slow_seconds = SLOW_SECONDS
    upload_seconds = UPLOAD_SECONDS
    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._stalled: TimerHandle | None = None
        self._refusal = _MALFORMED
        self._is_refused = False
        self._is_lingering = False
        self._is_in_head = True
        self._received_bytes = 0
        self._head_bytes = 0
        self._header_count = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Give a new connection the time of one head."""
        super().connection_made(transport)
        self._gentle = _GentleTransport(transport, self._close_after_answer)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        self._stop_clock()
        self._stop_stalled()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless this client was refused already."""
        # One header without an end reaches no callback of the parser: count what comes in.
        self._received_bytes += len(data)
        if self._received_bytes > REQUEST_BYTES_MOST:
            self.transport.abort()
        elif not self._is_refused:
            if self._deadline is None:
                self._start_clock()
            super().data_received(data)
            if self._is_in_head and self._received_bytes > HEAD_BYTES_MOST:
                self._refuse(_LARGE_HEAD)

    def on_message_begin(self) -> None:
        """Begin to count a head."""
        super().on_message_begin()
        self._head_bytes = self._header_count = 0
        # It may have come in together with the end of the request before.
        self._received_bytes = max(1, self._received_bytes)
        if self._deadline is None:
            self._start_clock()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address, which counts as head."""
        self._head_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header within the limits."""
        self._header_count += 1
        self._head_bytes += len(name) + len(value)
        if self._header_count > HEADERS_MOST or self._head_bytes > HEAD_BYTES_MOST:
            self._refusal = _LARGE_HEAD
            raise LargeHead
        if self._is_in_head:
            # A trailer is no header: it must not say who asks after that was decided.
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the time of the body."""
        super().on_headers_complete()
        if self._should_upgrade():
            return
        self.cycle.transport = self._gentle  # type: ignore[assignment] # It uses no more of it.
        self._is_in_head = False
        self._start_clock(self.upload_seconds if self.url.startswith(UPLOADS) else None)
        if self.parser.should_upgrade():
            # We speak nothing else, and what follows this head may be meant as its body: none of
            # it may be read as a request.
            self.cycle.keep_alive = False
            self._is_refused = True

    def handle_websocket_upgrade(self) -> None:
        """Give the connection to the socket's protocol, if there is room for one more."""
        self._stop_clock()
        if self.cycle is not None and not self.cycle.response_complete:
            # The answer before this would be written between the frames.
            self.transport.abort()
        elif len(self.connections) > (self.limit_concurrency or len(self.connections)):
            self._refuse(_CROWDED)
        else:
            super().handle_websocket_upgrade()

    def on_message_complete(self) -> None:
        """End the time of the request."""
        super().on_message_complete()
        self._is_in_head = True
        self._received_bytes = 0
        self._stop_clock()

    def on_response_complete(self) -> None:
        """Go on to the next request, unless this was the connection's last."""
        if self._is_lingering:
            self.flow.resume_reading()
        else:
            super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection without news; what its client never took is thrown away."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser could not take."""
        self._refuse(self._refusal)

    def pause_writing(self) -> None:
        """Give a client that does not take its answer a limited time."""
        super().pause_writing()
        self._start_stalled()

    def resume_writing(self) -> None:
        """Go on: the client took its answer."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_stalled()

    def _unsupported_upgrade_warning(self) -> None:
        """Write no log line for what any client can send."""

    def _start_clock(self, seconds: float | None = None) -> None:
        self._stop_clock()
        self._deadline = self.loop.call_later(seconds or self.slow_seconds, self._cut)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _start_stalled(self) -> None:
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.slow_seconds, self.transport.abort)

    def _stop_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _cut(self) -> None:
        self._deadline = None
        if self._is_answering:
            # What follows waits for the answer, whose time is limited elsewhere.
            self._start_clock()
        elif self._received_bytes or not self._is_in_head:
            self._refuse(_SLOW)
        else:
            self.transport.close()

    @property
    def _is_answering(self) -> bool:
        """Whether an earlier request than the one that is coming in has no whole answer yet."""
        if self._is_in_head:
            return self.cycle is not None and not self.cycle.response_complete
        return bool(self.pipeline)

    def _refuse(self, refusal: tuple[int, str]) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        if self._is_in_head and self._is_answering:
            # Answers keep the order of requests: the connection ends after the last good one.
            self.cycle.keep_alive = False
            self._stop_clock()
        elif self._is_in_head:
            self._write(refusal)
        elif self._is_answering or self.cycle.response_started:
            self.transport.abort()
        else:
            self._write(refusal)
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _write(self, refusal: tuple[int, str]) -> None:
        status, message = refusal
        body = orjson.dumps(
            {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
        )
        head = [
            STATUS_LINE[status],
            *(b"%s: %s\r\n" % header for header in self.server_state.default_headers),
            b"content-type: application/json; charset=utf-8\r\n",
            b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n",
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body),
        ]
        self.transport.write(b"".join([*head, body]))
        self._linger()

    def _close_after_answer(self) -> None:
        """Close in limited time, whether or not the client takes its answer."""
        if self._is_in_head:
            self.transport.close()
            self._start_stalled()
        else:
            self._is_refused = True
            self._linger()

    def _linger(self) -> None:
        self._is_lingering = True
        self.transport.write_eof()
        self._stop_clock()
        self._deadline = self.loop.call_later(self.linger_seconds, self.transport.abort)
