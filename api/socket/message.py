"""What is said on a socket: messages of graphql-transport-ws, and the codes that end it."""

from enum import IntEnum
from typing import Any, NamedTuple

import orjson

ID_CHARACTERS_MOST = 128
# Tuples: what is looked for may be a list or an object, which no set takes.
KINDS = ("connection_init", "ping", "pong", "subscribe", "complete")
KINDS_WITH_ID = ("subscribe", "complete")

ACKNOWLEDGED = b'{"type":"connection_ack"}'


class CloseCode(IntEnum):
    """Why a socket was closed; the client libraries come back after 1012, 1013, 4403, 4408, 4499.

    A message over the limit is 1009, not 4400: the library under us refuses it by its head,
    before it takes up memory, and that code too tells a client not to send it again.
    """

    WRONG_DATA = 1007
    TOO_LARGE = 1009
    RESTART = 1012
    TRY_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    WRONG_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE_ID = 4409
    SECOND_INIT = 4429
    SLOW = 4499
    INTERNAL = 4500


class Closed(Exception):
    """What came ends the socket; the reason is for whoever wrote the client."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """A message of a client; `key` is the id of its operation, "" where the kind has none."""

    kind: str
    key: str
    payload: Any


def read(text: str | None) -> Message:
    """Read a message; raises Closed."""
    if text is None:
        raise Closed(CloseCode.BAD_MESSAGE, "A message is text, not binary.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closed(CloseCode.BAD_MESSAGE, "A message is JSON.") from None
    if not isinstance(message, dict) or message.get("type") not in KINDS:
        raise Closed(CloseCode.BAD_MESSAGE, "A message is an object with a type that is known.")
    kind, payload = message["type"], message.get("payload")
    if kind in KINDS_WITH_ID:
        return Message(kind, _key(message.get("id")), payload)
    if payload is not None and not isinstance(payload, dict):
        raise Closed(CloseCode.BAD_MESSAGE, f"The payload of {kind} is an object.")
    return Message(kind, "", payload or {})


def said(kind: str, payload: object = None, *, key: str | None = None) -> bytes:
    """Write a message of ours."""
    message: dict[str, object] = {} if key is None else {"id": key}
    message["type"] = kind
    if payload is not None:
        message["payload"] = payload
    return orjson.dumps(message)


def beginning_of_next(key: str) -> bytes:
    """Write what stands before the result in each `next` of an operation; `}` follows it."""
    return b'{"id":%b,"type":"next","payload":' % orjson.dumps(key)


def authorization(payload: dict[str, Any]) -> bytes | None:
    """Give the Authorization that a payload shows, or None; raises Closed."""
    for name in ("authorization", "Authorization", "token"):
        shown = payload.get(name)
        if shown is None:
            continue
        if not isinstance(shown, str):
            raise Closed(CloseCode.BAD_MESSAGE, f"The payload's {name} is a string.")
        whole = f"Bearer {shown}" if name == "token" else shown
        return whole.encode(errors="replace")
    return None


def _key(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= ID_CHARACTERS_MOST:
        limits = f"1 to {ID_CHARACTERS_MOST} characters"
        raise Closed(CloseCode.BAD_MESSAGE, f"The id of an operation has {limits}.")
    return value
