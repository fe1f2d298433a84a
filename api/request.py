"""What a GraphQL-over-HTTP request asks, read strictly from a body or a query string.

Whatever is not a well-formed request raises `HttpError` with its status, before any GraphQL.
"""

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from resolvers.errors import EdgeCode, EdgeError

PARAMETERS = ("query", "operationName", "variables", "extensions")
SHA_256 = re.compile(r"[0-9a-f]{64}")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
MOST_PARAMETERS = 20

_process = secrets.token_hex(6)
_numbers = count(1)
_NAMES = re.compile(rb'"(?:query|operationName|variables|extensions)"')


class HttpError(EdgeError):
    """A request that HTTP itself refuses, with its status and the headers that go with it."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(EdgeCode.BAD_REQUEST, message)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Asked(NamedTuple):
    """The parameters of a well-formed request; `digest` is that of `persistedQuery`."""

    query: str | None
    operation_name: str | None
    variables: dict[str, Any]
    digest: str | None


def mutation_by_get() -> HttpError:
    """Give the refusal of a mutation that came by GET, which nothing may repeat unasked."""
    return HttpError(405, "A mutation must be sent by POST.", allow="POST")


def by_name(given: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Give headers by name; one that comes several times is the list of its values."""
    pairs = list(given)
    headers = dict(pairs)
    if len(headers) < len(pairs):
        for name in headers:
            headers[name] = b", ".join(value for other, value in pairs if other == name)
    return headers


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """Give the id that a client gave its request, or else a new one."""
    given = headers.get(b"x-request-id")
    if given is not None and REQUEST_ID.fullmatch(given):
        return given.decode()
    return new_request_id()


def new_request_id() -> str:
    """Give an id that no other request has."""
    return f"{_process}-{next(_numbers):x}"


class Gone(Exception):
    """The client left before its request was complete: nobody is there to answer."""


async def body(receive: Receive, headers: Mapping[bytes, bytes], *, most: int) -> bytes:
    """Read a request's body of at most `most` bytes; raises HttpError, Gone."""
    announced = headers.get(b"content-length")
    if announced is not None and announced.isdigit() and _is_over(announced, most):
        raise _too_large(most)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return chunk if not chunks else b"".join([*chunks, chunk])
        chunks.append(chunk)


def from_json(text: bytes) -> Asked:
    """Read the parameters from a POST's body; raises HttpError."""
    try:
        parameters = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise HttpError(400, "The body is not JSON in UTF-8.") from None
    if not isinstance(parameters, dict):
        raise HttpError(400, "The body must be one JSON object; batches are not served.")
    _once(text, parameters)
    return from_parameters(parameters)


def from_query_string(text: bytes) -> Asked:
    """Read the parameters from a GET's query string; raises HttpError."""
    try:
        pairs = parse_qsl(
            text.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise HttpError(400, "The query string is not in UTF-8 or has too many parts.") from None
    given = [(name, value) for name, value in pairs if name in PARAMETERS and value]
    parameters: dict[str, Any] = dict(given)
    if len(parameters) != len(given):
        raise HttpError(400, "A parameter is given twice.")
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _json_parameter(name, parameters[name])
    return from_parameters(parameters)


def from_parameters(parameters: dict[str, Any]) -> Asked:
    """Read the parameters from an object that holds them; raises HttpError."""
    query = _typed(parameters, "query", str, "a string")
    operation_name = _typed(parameters, "operationName", str, "a string")
    variables = _typed(parameters, "variables", dict, "an object")
    extensions = _typed(parameters, "extensions", dict, "an object")
    digest = _digest(extensions) if extensions else None
    if query is None and digest is None:
        raise HttpError(400, "The parameter 'query' is missing.")
    return Asked(query, operation_name, variables or {}, digest)


def _typed(parameters: dict[str, Any], name: str, kind: type, article: str) -> Any:  # noqa: ANN401 - of `kind`
    value = parameters.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise HttpError(400, f"The parameter '{name}' must be {article}.")


def _digest(extensions: dict[str, Any]) -> str | None:
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or type(persisted.get("version")) is not int:
        raise HttpError(400, "The extension 'persistedQuery' must have a version.")
    if persisted["version"] != 1:
        raise HttpError(400, "Only version 1 of persisted queries is served.")
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not SHA_256.fullmatch(digest.lower()):
        raise HttpError(400, "The extension 'persistedQuery' must have a sha256Hash.")
    return digest.lower()


def _json_parameter(name: str, text: str) -> Any:  # noqa: ANN401 - checked by the caller
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise HttpError(400, f"The parameter '{name}' is not JSON.") from None


def _once(text: bytes, parameters: dict[str, Any]) -> None:
    """Refuse a body that gives a parameter twice: parsers differ in which of them counts.

    orjson does not tell, so the slower parser looks again, but only at a body in which a
    parameter's name occurs more often than it should, or may be hidden behind an escape.
    """
    expected = sum(name in parameters for name in PARAMETERS)
    if len(_NAMES.findall(text)) == expected and b"\\u" not in text:
        return
    try:
        pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
    except (RecursionError, ValueError):
        raise HttpError(400, "The body is nested too deeply.") from None
    names = [name for name, _ in pairs if name in PARAMETERS]
    if len(names) != len(set(names)):
        raise HttpError(400, "A parameter is given twice.")


def _is_over(digits: bytes, most: int) -> bool:
    """Compare without converting: a number of a million digits is a number too."""
    digits = digits.lstrip(b"0")
    return len(digits) > len(str(most)) or int(digits or b"0") > most


def _too_large(most: int) -> HttpError:
    # The rest of the body is not read, so the connection can't be used again.
    return HttpError(413, f"The body is larger than {most} bytes.", connection="close")
