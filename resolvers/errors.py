"""What a client is told when something goes wrong at the top level: a code, a text, an id.

Never internals: what nobody foresaw is shown as INTERNAL with a fixed text, and its cause is
for the log alone (`cause`). A text never echoes more than `ECHO_MOST` characters of a client.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from graphql import GraphQLError

from models.errors import Invalid, Unavailable

ECHO_MOST = 100
LOCATIONS_MOST = 4
UNAVAILABLE_TEXT = "服务暂时不可用，请稍后再试"
INTERNAL_TEXT = "服务器内部错误，请稍后再试"


class EdgeCode(StrEnum):
    """Why a request or a field failed at the top level; the codes a program can act on."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    LIMITED = "LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


class EdgeError(Exception):
    """A failure with its code and the text for the client; raised by the edge and by guards.

    `retry_after` is the number of seconds after which asking again makes sense.
    """

    def __init__(self, code: EdgeCode, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


def shown(error: GraphQLError, *, request_id: str) -> dict[str, Any]:
    """Give the entry of `errors` that a client sees for `error`."""
    code, message = _told(error)
    entry: dict[str, Any] = {"message": message}
    if error.locations:
        entry["locations"] = [place.formatted for place in error.locations[:LOCATIONS_MOST]]
    if error.path:
        entry["path"] = error.path
    entry["extensions"] = {"code": code, "requestId": request_id}
    return entry


def cause(error: GraphQLError) -> BaseException | None:
    """Give what lies under `error`: the innermost exception that is not GraphQL's own."""
    inner: BaseException | None = error
    while isinstance(inner, GraphQLError):
        inner = inner.original_error
    return inner


def clipped(text: str) -> str:
    """Shorten a text that may quote a client, so that little of it comes back."""
    return text if len(text) <= ECHO_MOST else text[: ECHO_MOST - 1] + "…"


def bare(errors: Iterable[GraphQLError]) -> tuple[GraphQLError, ...]:
    """Copy errors about a document without their hold on its tree, to be kept or thrown away."""
    return tuple(_bare(error) for error in errors)


def _bare(error: GraphQLError) -> GraphQLError:
    copy = GraphQLError(clipped(error.message))
    copy.locations = error.locations and error.locations[:LOCATIONS_MOST]
    return copy


def _told(error: GraphQLError) -> tuple[EdgeCode, str]:
    match cause(error):
        case EdgeError() as refusal:
            return refusal.code, refusal.message
        case Invalid() as invalid:
            return EdgeCode.BAD_REQUEST, clipped(str(invalid))
        case Unavailable() | TimeoutError():
            return EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT
    if error.path is None or _is_about_an_argument(error):
        return EdgeCode.BAD_REQUEST, clipped(error.message)
    return EdgeCode.INTERNAL, INTERNAL_TEXT


def _is_about_an_argument(error: GraphQLError) -> bool:
    """Tell a wrong argument from a wrong answer, which GraphQL both finds while it executes.

    Only the former points at a place in the document by itself.
    """
    original = error.original_error
    return isinstance(original, GraphQLError) and bool(original.nodes) and cause(error) is None
