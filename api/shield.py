"""The first thing a request meets: the name under which it asks, and headers for every answer."""

from collections.abc import Collection

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)
GRAPHQL = "/graphql"


class Shield:
    """Refuses a missing or foreign Host, and gives every answer its safe headers.

    `/graphql` writes these headers itself, so its answers are not touched.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower().encode() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._is_ours(scope):
            await _refuse(send, "" if scope["type"] == "http" else "websocket.")
        elif scope["path"] == GRAPHQL:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _safe(send))

    def _is_ours(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1:
            return False
        host = named[0].lower()
        return host in self._hosts or _without_port(host) in self._hosts


def _without_port(host: bytes) -> bytes:
    name, separator, port = host.rpartition(b":")
    return name if separator and port.isdigit() else host


def _safe(send: Send) -> Send:
    async def safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            added = [header for header in HEADERS if header[0] not in given]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return safely


async def _refuse(send: Send, kind: str) -> None:
    body = orjson.dumps(
        {
            "errors": [
                {
                    "message": "The Host header is missing or not one of this server's names.",
                    "extensions": {"code": "BAD_REQUEST"},
                }
            ]
        }
    )
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *HEADERS,
    ]
    await send({"type": f"{kind}http.response.start", "status": 400, "headers": headers})
    await send({"type": f"{kind}http.response.body", "body": body})
