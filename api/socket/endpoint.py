"""Who may open a socket: the handshake, before anything is said."""

from collections.abc import Collection

import orjson
import structlog
from prometheus_client import REGISTRY, CollectorRegistry
from starlette.types import Receive, Scope, Send

from api.admission import Admission
from api.request import by_name
from api.socket.connection import SOCKET_LIMITS, Connection, Measures, Service, SocketLimits
from api.socket.message import CloseCode
from api.socket.wire import EXTENSION, Wire
from api.subscription import Subscriptions

SUBPROTOCOL = "graphql-transport-ws"

log = structlog.get_logger()


class SocketEndpoint:
    """The ASGI application of sockets at `/graphql`, on uvicorn with `ws=Wire`.

    A page of one of `origins` may connect, or of this very host; so may whoever names none, as
    mini programs do. Other pages would connect with what their visitor's browser knows.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        admission: Admission,
        *,
        origins: Collection[str] = (),
        limits: SocketLimits = SOCKET_LIMITS,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._service = Service(subscriptions, admission, Measures(registry), limits)
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        assert (await receive())["type"] == "websocket.connect", "uvicorn begins with it"
        headers = by_name(scope["headers"])
        if not self._may_connect(headers.get(b"origin"), headers.get(b"host", b"")):
            await _refuse(send, "This origin may not connect.")
            return
        wire: Wire = scope["extensions"][EXTENSION][EXTENSION]
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            self._service.measures.closed[CloseCode.WRONG_SUBPROTOCOL].inc()
            wire.close(CloseCode.WRONG_SUBPROTOCOL, f"The subprotocol is {SUBPROTOCOL}.")
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        connection = Connection(
            wire,
            self._service,
            address=self._service.admission.address(scope, headers),
            authorization=headers.get(b"authorization"),
        )
        with self._service.measures.open.track_inprogress():
            try:
                await connection.run(receive)
            except Exception:
                log.exception("socket failed")
                connection.close(CloseCode.INTERNAL, "Something went wrong here.")

    def _may_connect(self, origin: bytes | None, host: bytes) -> bool:
        if origin is None or origin in self._origins:
            return True
        return origin.partition(b"://")[2].lower() == host.lower()


async def _refuse(send: Send, message: str) -> None:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": "FORBIDDEN"}}]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
