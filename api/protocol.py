"""HTTP/1.1 as uvicorn speaks it, with limits on what a client may send and how slowly.

A head of more than HEADERS_MOST headers or HEAD_BYTES_MOST bytes is refused with 431; a head or
body that is not complete within SLOW_SECONDS is cut with 408, and so is a client that does not
take its answer. Every refusal is JSON like all others.
"""

from asyncio import TimerHandle
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEADERS_MOST = 100
HEAD_BYTES_MOST = 16_384
SLOW_SECONDS = 10.0
UNREAD_BYTES_MOST = 1_048_576
"""How much of a body is thrown away after its answer before the connection is cut."""

_MALFORMED = (400, "The request is not HTTP/1.1.")
_LARGE_HEAD = (431, f"A head has at most {HEADERS_MOST} headers and {HEAD_BYTES_MOST} bytes.")
_SLOW = (408, f"The request did not come within {SLOW_SECONDS:.0f} seconds.")


class LargeHead(Exception):
    """The head of a request is over the limits."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits; given to `uvicorn.Config(http=…)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._stalled: TimerHandle | None = None
        self._refusal = _MALFORMED
        self._is_refused = False
        self._is_in_head = True
        self._received_bytes = 0
        self._head_bytes = 0
        self._header_count = 0
        self._unread_bytes = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Give a new connection the time of one head."""
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        self._stop_clock()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless this client was refused already."""
        if self._is_refused:
            return
        if self._is_in_head:
            # One header without an end reaches no callback of the parser: count what comes in.
            self._received_bytes += len(data)
        if self._deadline is None:
            self._start_clock()
        super().data_received(data)
        if self._is_in_head and self._received_bytes > HEAD_BYTES_MOST and not self._is_refused:
            self._refuse(_LARGE_HEAD)

    def on_message_begin(self) -> None:
        """Begin to count a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._received_bytes = self._head_bytes = self._header_count = self._unread_bytes = 0

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
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the time of the body."""
        super().on_headers_complete()
        self._is_in_head = False
        self._start_clock()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; one that nobody reads is not taken for ever."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._unread_bytes += len(body)
            if self._unread_bytes > UNREAD_BYTES_MOST:
                self.transport.abort()

    def on_message_complete(self) -> None:
        """End the time of the request."""
        super().on_message_complete()
        self._is_in_head = True
        self._received_bytes = 0
        self._stop_clock()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser could not take."""
        self._refuse(self._refusal)

    def pause_writing(self) -> None:
        """Give a client that does not take its answer a limited time."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(SLOW_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client took its answer."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _unsupported_upgrade_warning(self) -> None:
        """Write no log line for what any client can send."""

    def _start_clock(self) -> None:
        self._stop_clock()
        self._deadline = self.loop.call_later(SLOW_SECONDS, self._cut)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        self._deadline = None
        if self.pipeline:
            # An earlier request of this connection is still being answered.
            self._start_clock()
        elif self._has_asked:
            self._refuse(_SLOW)
        else:
            self.transport.close()

    @property
    def _has_asked(self) -> bool:
        return self._received_bytes > 0 or not self._is_in_head

    def _refuse(self, refusal: tuple[int, str]) -> None:
        self._is_refused = True
        self._stop_clock()
        if self.cycle is not None and self.cycle.response_started:
            # Bytes of another answer are on their way, or this one's: nothing may mix with them.
            if self.cycle.response_complete and self._is_in_head:
                self._write(refusal)
            self.transport.close()
            return
        self._write(refusal)
        self.transport.close()
        if self.cycle is not None:
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
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body),
        ]
        self.transport.write(b"".join([*head, body]))
