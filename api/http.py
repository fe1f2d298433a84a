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

A subscription, and whatever else is asked as `text/event-stream` alone, is answered by api/sse.py.

Every answer has a request id, `nosniff` and `no-store`. An answer without errors writes no log
line. No text of a client comes back with more than a hundred characters, no refusal has more
than two kilobytes.
"""

from collections.abc import Mapping
from time import perf_counter
from typing import NamedTuple, Protocol

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, OperationType
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from starlette.types import Receive, Scope, Send

from api.document import BadDocument, Documents
from api.execution import Asking
from api.media import EVENT_STREAM, Media, accepted, is_json, takes_event_stream
from api.operations import Operations
from api.request import (
    Asked,
    Gone,
    HttpError,
    body,
    by_name,
    from_json,
    from_query_string,
    mutation_by_get,
    request_id_of,
)
from api.sse import EventStreams, Outside
from resolvers.context import Context
from resolvers.errors import INTERNAL_TEXT, EdgeCode, EdgeError, cause, shown

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
SUBSCRIPTIONS_ELSEWHERE = f"A subscription is served over WebSocket, or as {EVENT_STREAM}."
UNAVAILABLE_RETRY_SECONDS = 1
SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_log = structlog.get_logger()
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
        streams: EventStreams | None = None,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._limits = documents.limits
        self._operations = Operations(documents)
        self._admit = admit
        self._streams = streams
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
        headers = by_name(scope["headers"])
        request_id = request_id_of(headers)
        media = accepted(headers.get(b"accept"))
        try:
            answer = await self._answer(scope, receive, send, headers, media, request_id)
        except Gone:
            return
        except EdgeError as error:
            answer = self._refusal(error, request_id)
        except Exception:
            _log.exception("internal error", request_id=request_id)
            answer = self._refusal(EdgeError(EdgeCode.INTERNAL, INTERNAL_TEXT), request_id)
        if answer is None:
            return
        await _send(send, answer, media or Media.JSON, request_id)
        self._counted[answer.code].inc()
        self._seconds.observe(perf_counter() - began)

    async def _answer(  # noqa: PLR0913, PLR0917 - a request has that many sides
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[bytes, bytes],
        media: Media | None,
        request_id: str,
    ) -> "_Answer | None":
        """Give the answer; None if it was sent already, as a stream."""
        context = await self._admit(scope, headers, request_id=request_id)
        streams = self._streams if takes_event_stream(headers.get(b"accept")) else None
        if media is None and streams is None:
            kinds = " or ".join(kind.value for kind in Media)
            raise HttpError(406, f"The answer can be {kinds}.")
        asked = await self._asked(scope, receive, headers)
        if streams and (media is None or self._is_subscription(asked)):
            assert isinstance(context, Context), "streams are for the context of this house"
            await streams.answer(asked, context, Outside(scope["method"], receive, send))
            return None
        assert media, "an answer that is no stream has a media type"
        try:
            return await self._executed(scope["method"], asked, context, request_id)
        except BadDocument as bad:
            return self._not_run(bad.errors, media, request_id)

    def _is_subscription(self, asked: Asked) -> bool:
        try:
            _, operation = self._operations.chosen(asked)
        except BadDocument:
            return False
        return operation.kind is OperationType.SUBSCRIPTION

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
        document, operation = self._operations.chosen(asked)
        if operation.kind is OperationType.SUBSCRIPTION:
            raise BadDocument(GraphQLError(SUBSCRIPTIONS_ELSEWHERE))
        if method == "GET" and operation.kind is OperationType.MUTATION:
            raise mutation_by_get()
        prepared = self._operations.ready(document, operation, asked.variables)
        result = await self._operations.run(prepared, context, request_id=request_id)
        if result.errors is None:
            return _Answer(200, orjson.dumps({"data": result.data}))
        return self._in_part(result, request_id)

    def _in_part(self, result: ExecutionResult, request_id: str) -> _Answer:
        errors = result.errors or []
        entries = self._operations.entries(errors, request_id=request_id)
        content = orjson.dumps({"errors": entries, "data": result.data})
        codes = {entry["extensions"]["code"] for entry in entries}
        code: EdgeCode = entries[0]["extensions"]["code"]
        if result.data is None and codes == {code} and code in REFUSING:
            return _Answer(STATUS[code], content, code, _headers_of(code, cause(errors[0])))
        return _Answer(200, content, code)

    def _not_run(self, errors: tuple[GraphQLError, ...], media: Media, request_id: str) -> _Answer:
        entries = self._operations.entries(errors, request_id=request_id)
        content = orjson.dumps({"errors": entries})
        code = entries[0]["extensions"]["code"]
        _log.info("refused", request_id=request_id, code=code, reason=entries[0]["message"])
        return _Answer(400 if media is Media.GRAPHQL else 200, content, code)

    def _refusal(self, error: EdgeError, request_id: str) -> _Answer:
        located = GraphQLError(error.message, original_error=error)
        content = orjson.dumps({"errors": [shown(located, request_id=request_id)]})
        if error.code is not EdgeCode.LIMITED:  # A flood of requests is no flood of log lines.
            _log.info("refused", request_id=request_id, code=error.code, reason=error.message)
        if isinstance(error, HttpError):
            return _Answer(error.status, content, error.code, error.headers)
        return _Answer(STATUS[error.code], content, error.code, _headers_of(error.code, error))


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


async def _send(send: Send, answer: _Answer, media: Media, request_id: str) -> None:
    headers = [
        *_fixed_headers[media],
        (b"content-length", str(len(answer.content)).encode()),
        (b"x-request-id", request_id.encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
