"""GraphQL over HTTP, to the letter of the draft of August 2026 and its audit suite.

| what happens | graphql-response+json | json |
|---|---|---|
| the answer has data, whole or in part; a field failed | 200 | 200 |
| data is null: every field that failed was refused alike | 401, 403, 429, 503 | the same |
| document, operation or variables refused, persisted query not found | 400 | 200 |
| a GET asks for a mutation | 405 with Allow | 405 with Allow |
| body or parameters are not a well-formed request | 400, 413, 414, 415 | the same |
| neither media type is accepted | – | 406 |
| not admitted: who asks, how often | 401, 403, 429, 503 | the same |
| a bug before anything ran | 500 | 500 |

The draft recommends 422 and 294 where this gives 400 and 200: the codes of this API are fixed
(BAD_REQUEST is 400), the audit suite asks for 400, and gateways don't know 294. Where data is
null it only recommends 2xx: whoever stands between must see that a service is down or a client
too fast, so such an answer has the status of its code.

Every answer has a request id, `nosniff` and `no-store`. An answer without errors writes no log
line. No text of a client comes back with more than a hundred characters, no refusal has more
than two kilobytes.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from itertools import count
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, OperationType
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from starlette.types import Receive, Scope, Send

from api.document import BadDocument, Document, Documents
from api.execution import Asking, Runner
from api.media import Media, accepted, is_json
from api.request import Asked, Gone, HttpError, body, from_json, from_query_string
from models.errors import Unavailable
from resolvers.errors import INTERNAL_TEXT, UNAVAILABLE_TEXT, EdgeCode, EdgeError, cause, shown

STATUS = {
    EdgeCode.BAD_REQUEST: 400,
    EdgeCode.UNAUTHENTICATED: 401,
    EdgeCode.FORBIDDEN: 403,
    EdgeCode.LIMITED: 429,
    EdgeCode.UNAVAILABLE: 503,
    EdgeCode.INTERNAL: 500,
    EdgeCode.PERSISTED_QUERY_NOT_FOUND: 400,
}
REFUSING = frozenset(
    {EdgeCode.UNAUTHENTICATED, EdgeCode.FORBIDDEN, EdgeCode.LIMITED, EdgeCode.UNAVAILABLE}
)
METHODS = "GET, POST"
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
UNAVAILABLE_RETRY_SECONDS = 1
SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_log = structlog.get_logger()
_process = secrets.token_hex(6)
_numbers = count(1)
_fixed_headers = {
    media: [
        (b"content-type", f"{media.value}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    for media in Media
}


class Admit(Protocol):
    """Decides whether a request may be answered, and gives what resolvers know of it."""

    async def __call__(
        self, scope: Scope, headers: Mapping[bytes, bytes], /, *, request_id: str
    ) -> Asking:
        """Give the context of the request; raises EdgeError."""


class _Answer(NamedTuple):
    status: int
    content: bytes
    code: EdgeCode | None = None
    headers: Mapping[str, str] = {}


class GraphQLEndpoint:
    """The ASGI application behind `/graphql`: `Route("/graphql", GraphQLEndpoint(…))`."""

    def __init__(
        self,
        documents: Documents,
        admit: Admit,
        *,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._documents = documents
        self._limits = documents.limits
        self._runner = Runner(documents.schema, limits=documents.limits)
        self._admit = admit
        requests = Counter(
            "wangge_graphql_requests", "GraphQL requests over HTTP", ["code"], registry=registry
        )
        self._counted = {code: requests.labels(code or "OK") for code in (None, *EdgeCode)}
        self._seconds = Histogram(
            "wangge_graphql_seconds",
            "Seconds from a request's head to its answer",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        began = perf_counter()
        headers = _by_name(scope["headers"])
        request_id = _request_id(headers)
        media = accepted(headers.get(b"accept"))
        try:
            answer = await self._answer(scope, receive, headers, media, request_id)
        except Gone:
            return
        except EdgeError as error:
            answer = self._refusal(error, request_id)
        except Exception:
            _log.exception("internal error", request_id=request_id)
            answer = self._refusal(EdgeError(EdgeCode.INTERNAL, INTERNAL_TEXT), request_id)
        await _send(send, answer, media or Media.JSON, request_id)
        self._counted[answer.code].inc()
        self._seconds.observe(perf_counter() - began)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        headers: Mapping[bytes, bytes],
        media: Media | None,
        request_id: str,
    ) -> _Answer:
        context = await self._admit(scope, headers, request_id=request_id)
        if media is None:
            kinds = " or ".join(kind.value for kind in Media)
            raise HttpError(406, f"The answer can be {kinds}.")
        asked = await self._asked(scope, receive, headers)
        try:
            return await self._executed(scope["method"], asked, context, request_id)
        except BadDocument as bad:
            return self._not_run(bad.errors, media, request_id)

    async def _asked(
        self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes]
    ) -> Asked:
        method, most = scope["method"], self._limits.body_bytes
        if method == "GET":
            if len(scope["query_string"]) > most:
                raise HttpError(414, f"The query string is longer than {most} bytes.")
            return from_query_string(scope["query_string"])
        if method != "POST":
            raise HttpError(405, f"The method must be one of {METHODS}.", allow=METHODS)
        if not is_json(headers.get(b"content-type")):
            raise HttpError(
                415, "The body must be application/json in UTF-8.", accept_post="application/json"
            )
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HttpError(415, "The body must not be compressed.", accept_encoding="identity")
        return from_json(await body(receive, headers, most=most))

    async def _executed(
        self, method: str, asked: Asked, context: Asking, request_id: str
    ) -> _Answer:
        document = self._document(asked)
        operation = document.operation(asked.operation_name)
        if operation.kind is OperationType.SUBSCRIPTION:
            raise BadDocument(GraphQLError("Subscriptions are served over WebSocket only."))
        if method == "GET" and operation.kind is OperationType.MUTATION:
            raise HttpError(405, "A mutation must be sent by POST.", allow="POST")
        values = self._runner.variables(operation, asked.variables)
        try:
            result = await self._runner.run(document, operation, values, context)
        except TimeoutError:
            _log.warning("operation took too long", request_id=request_id)
            raise EdgeError(EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT) from None
        except Unavailable as lost:
            _log.warning("unavailable", request_id=request_id, reason=str(lost))
            raise EdgeError(EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT) from None
        if result.errors is None:
            return _Answer(200, orjson.dumps({"data": result.data}))
        return self._in_part(result, request_id)

    def _document(self, asked: Asked) -> Document:
        if asked.query is None:
            assert asked.digest, "A request has a query or a digest."
            document = self._documents.known(asked.digest)
            if document is None:
                missing = EdgeError(EdgeCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
                raise BadDocument(GraphQLError(missing.message, original_error=missing))
            return document
        document = self._documents.of(asked.query)
        if asked.digest and asked.digest != document.sha256:
            raise HttpError(400, "The sha256Hash is not that of the query.")
        return document

    def _in_part(self, result: ExecutionResult, request_id: str) -> _Answer:
        errors = (result.errors or [])[: self._limits.errors]
        entries = self._entries(errors, request_id)
        self._shorten(entries)
        content = orjson.dumps({"errors": entries, "data": result.data})
        codes = {entry["extensions"]["code"] for entry in entries}
        code: EdgeCode = entries[0]["extensions"]["code"]
        if result.data is None and codes == {code} and code in REFUSING:
            return _Answer(STATUS[code], content, code, _headers_of(code, cause(errors[0])))
        return _Answer(200, content, code)

    def _not_run(self, errors: tuple[GraphQLError, ...], media: Media, request_id: str) -> _Answer:
        entries = self._entries(errors[: self._limits.errors], request_id)
        self._shorten(entries)
        content = orjson.dumps({"errors": entries})
        code = entries[0]["extensions"]["code"]
        _log.info("refused", request_id=request_id, code=code, reason=entries[0]["message"])
        return _Answer(400 if media is Media.GRAPHQL else 200, content, code)

    def _entries(self, errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
        entries = [shown(error, request_id=request_id) for error in errors]
        for error, entry in zip(errors, entries, strict=True):
            code = entry["extensions"]["code"]
            if code == EdgeCode.INTERNAL:
                bug = cause(error) or error
                _log.error("internal error", request_id=request_id, path=error.path, exc_info=bug)
            elif code == EdgeCode.UNAVAILABLE:
                _log.warning("unavailable", request_id=request_id, reason=str(cause(error)))
        return entries

    def _shorten(self, entries: list[dict[str, Any]]) -> None:
        """Leave out the last errors until the rest is small: a client's aliases are in paths."""
        most = self._limits.answer_of_errors_bytes
        while len(entries) > 1 and len(orjson.dumps({"errors": entries})) > most:
            entries.pop()

    def _refusal(self, error: EdgeError, request_id: str) -> _Answer:
        located = GraphQLError(error.message, original_error=error)
        content = orjson.dumps({"errors": [shown(located, request_id=request_id)]})
        if error.code is not EdgeCode.LIMITED:  # A flood of requests is no flood of log lines.
            _log.info("refused", request_id=request_id, code=error.code, reason=error.message)
        if isinstance(error, HttpError):
            return _Answer(error.status, content, error.code, error.headers)
        return _Answer(STATUS[error.code], content, error.code, _headers_of(error.code, error))


def _by_name(given: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Give headers by name; one that comes several times is the list of its values."""
    headers = dict(given)
    if len(headers) < len(given):
        for name in headers:
            headers[name] = b", ".join(value for other, value in given if other == name)
    return headers


def _headers_of(code: EdgeCode, error: BaseException | None) -> Mapping[str, str]:
    if code is EdgeCode.UNAUTHENTICATED:
        return {"www-authenticate": "Bearer"}
    if isinstance(error, EdgeError) and error.retry_after is not None:
        return _retry(error.retry_after)
    if code is EdgeCode.UNAVAILABLE:
        return _retry(UNAVAILABLE_RETRY_SECONDS)
    return {}


def _retry(seconds: float) -> Mapping[str, str]:
    return {"retry-after": str(max(1, -int(-seconds // 1)))}


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id")
    if given is not None and REQUEST_ID.fullmatch(given):
        return given.decode()
    return f"{_process}-{next(_numbers):x}"


async def _send(send: Send, answer: _Answer, media: Media, request_id: str) -> None:
    headers = [
        *_fixed_headers[media],
        (b"content-length", str(len(answer.content)).encode()),
        (b"x-request-id", request_id.encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
