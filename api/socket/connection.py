"""One client on one socket: who it is, that it is there, and all that it asks.

| what happens | close code |
|---|---|
| a message that is none | 4400 |
| something asked before the acknowledgement | 4401 |
| a token that is wrong, another person's, or over and not renewed | 4403 |
| no `connection_init` in time | 4408 |
| an id that is in use | 4409 |
| `connection_init` twice | 4429 |
| nothing is taken, or no ping is answered | 4499 |
| too many connections by one client | 1013 |
| the process leaves | 1012 |

A token is renewed on the way: before it ends, the client gets a `ping` that says in how many
seconds, and answers with a `pong` that has the new one. What is wrong with one operation is told
under its id and ends that operation only.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge
from starlette.types import Message as Received
from starlette.types import Receive

from api.admission import Admission
from api.identity import Bearer
from api.operations import errors_of
from api.request import new_request_id
from api.socket.message import ACKNOWLEDGED, CloseCode, Closed, Message, authorization, read, said
from api.socket.operation import Operation
from api.socket.wire import Wire
from api.subscription import Subscriptions
from resolvers.errors import EdgeCode, EdgeError


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Every limit of a socket, but for those of its wire.

    `refresh_seconds`: how long before its end a new token is asked for. `leave_seconds`: what
    runs may still be answered when the process leaves.
    """

    init_seconds: float = 5.0
    ping_seconds: float = 25.0
    refresh_seconds: float = 60.0
    leave_seconds: float = 2.0
    operations: int = 20


SOCKET_LIMITS = SocketLimits()


class Measures:
    """What is counted of all sockets of a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = Gauge("wangge_sockets", "Open sockets", registry=registry)
        closed = Counter("wangge_socket_closes", "Sockets we closed", ["code"], registry=registry)
        self.closed = {code: closed.labels(str(int(code))) for code in CloseCode}


class Service(NamedTuple):
    """What all sockets of a process share."""

    subscriptions: Subscriptions
    admission: Admission
    measures: Measures
    limits: SocketLimits


class Connection:
    """One client; `run` it until it is gone."""

    def __init__(
        self, wire: Wire, service: Service, *, address: str, authorization: bytes | None
    ) -> None:
        self._wire = wire
        self._subscriptions, self._admission, self._measures, self._limits = service
        self._address = address
        self._authorization = authorization
        self._loop = asyncio.get_running_loop()
        self._bearer: Bearer | None = None
        self._operations: dict[str, Operation] = {}
        self._is_initialised = self._is_acknowledged = self._is_leaving = False
        self._has_spoken = True
        self._token_clock: asyncio.TimerHandle | None = None
        self._clock = self._loop.call_later(
            self._limits.init_seconds,
            self.close,
            CloseCode.INIT_TIMEOUT,
            "No connection_init came.",
        )
        wire.on_drained, wire.on_slow, wire.on_shutdown = self._flush, self._is_slow, self.leave

    async def run(self, receive: Receive) -> None:
        """Answer the client until it is gone."""
        try:
            while (received := await receive())["type"] == "websocket.receive":
                # Who does not take what is said is not listened to either.
                await self._wire.drained()
                self._take(received)
        finally:
            self._clock.cancel()
            if self._token_clock:
                self._token_clock.cancel()
            for operation in self._operations.values():
                operation.stop()
            self._operations.clear()

    def close(self, code: CloseCode, reason: str) -> None:
        """End the connection, and say why."""
        if self._wire.is_open:
            self._measures.closed[code].inc()
            self._wire.close(code, reason)

    def leave(self) -> None:
        """Close for a restart, once what runs is answered or its time is over."""
        if not self._is_leaving:
            self._is_leaving = True
            self._clock.cancel()
            self._clock = self._loop.call_later(
                self._limits.leave_seconds, self.close, CloseCode.RESTART, "The server restarts."
            )
        if not any(operation.is_busy for operation in self._operations.values()):
            self.close(CloseCode.RESTART, "The server restarts.")

    def _take(self, received: Received) -> None:
        self._has_spoken = True
        try:
            message = read(received.get("text"))
            match message.kind:
                case "connection_init":
                    self._init(message.payload)
                case "ping":
                    self._wire.send_text(said("pong", message.payload or None))
                case "pong":
                    self._renew(message.payload)
                case "subscribe":
                    self._subscribe(message)
                case "complete":
                    operation = self._operations.pop(message.key, None)
                    if operation:
                        operation.stop()
        except Closed as closed:
            self.close(closed.code, closed.reason)

    def _init(self, payload: dict[str, Any]) -> None:
        if self._is_initialised:
            raise Closed(CloseCode.SECOND_INIT, "connection_init came twice.")
        self._is_initialised = True
        try:
            self._bearer = self._admission.bearer(
                authorization(payload) or self._authorization, self._address
            )
        except EdgeError as error:
            if error.code is EdgeCode.LIMITED:
                raise Closed(CloseCode.TRY_LATER, "Too many connections.") from None
            raise Closed(CloseCode.FORBIDDEN, "The token is not valid.") from None
        self._is_acknowledged = True
        self._wire.send_text(ACKNOWLEDGED)
        self._clock.cancel()
        self._ping_later()
        self._watch_token()

    def _subscribe(self, message: Message) -> None:
        if not self._is_acknowledged:
            raise Closed(CloseCode.UNAUTHORIZED, "connection_init comes first.")
        if message.key in self._operations:
            raise Closed(CloseCode.DUPLICATE_ID, "This id is in use.")
        if self._is_leaving:
            return  # It is asked again, elsewhere, when this socket is closed.
        context = self._admission.context(self._bearer, self._address, request_id=new_request_id())
        refusal = self._excess()
        if refusal:
            self._refuse(message.key, refusal, context.request_id)
            return
        operation = Operation(
            message.key, context, self._wire, self._subscriptions, self._finished
        )
        self._operations[message.key] = operation
        operation.start(message.payload)

    def _excess(self) -> EdgeError | None:
        """Count one more operation; give the limit that it breaks."""
        if len(self._operations) >= self._limits.operations:
            return EdgeError(EdgeCode.LIMITED, "同时进行的操作过多")
        try:
            self._admission.count(self._bearer, self._address)
        except EdgeError as refusal:
            return refusal
        return None

    def _refuse(self, key: str, refusal: EdgeError, request_id: str) -> None:
        entries = self._subscriptions.operations.entries(errors_of(refusal), request_id=request_id)
        self._wire.send_text(said("error", entries, key=key))

    def _finished(self, operation: Operation) -> None:
        self._operations.pop(operation.key, None)
        if self._is_leaving:
            # Its own task is not done yet: it is still in this call.
            self._loop.call_soon(self.leave)

    def _flush(self) -> None:
        for operation in tuple(self._operations.values()):
            operation.flush()

    def _is_slow(self) -> None:
        self.close(CloseCode.SLOW, "Nothing was taken for too long.")

    def _ping_later(self) -> None:
        self._clock = self._loop.call_later(self._limits.ping_seconds, self._ping)

    def _ping(self) -> None:
        if self._has_spoken:
            self._has_spoken = False
            self._wire.send_text(said("ping"))
            self._ping_later()
        else:
            self.close(CloseCode.SLOW, "No ping was answered.")

    def _watch_token(self) -> None:
        """Ask for a new token before this one ends."""
        if self._token_clock:
            self._token_clock.cancel()
        if self._bearer:
            left = self._bearer.expires_at - time.time()
            wait = max(0.0, left - self._limits.refresh_seconds)
            self._token_clock = self._loop.call_later(wait, self._ask_for_token)

    def _ask_for_token(self) -> None:
        assert self._bearer, "only a person's token ends"
        left = self._bearer.expires_at - time.time()
        self._wire.send_text(said("ping", {"tokenExpiresIn": max(0, int(left))}))
        self._token_clock = self._loop.call_later(
            left, self.close, CloseCode.FORBIDDEN, "The token is over."
        )

    def _renew(self, payload: dict[str, Any]) -> None:
        shown = authorization(payload)
        if shown is None or not self._is_acknowledged:
            return
        try:
            bearer = self._admission.verify(shown)
        except EdgeError:
            raise Closed(CloseCode.FORBIDDEN, "The token is not valid.") from None
        if self._bearer is None or bearer.person_id != self._bearer.person_id:
            raise Closed(CloseCode.FORBIDDEN, "The token is another person's.")
        self._bearer = bearer
        self._watch_token()
        # An appointment may have ended with its day, of which no event tells.
        self._subscriptions.recheck_soon(bearer.person_id)
