"""GraphQL over server-sent events, in the distinct connections mode of graphql-sse.

One request, one operation, one answer that goes on: `next` events with results, `complete` when
there are no more. What is wrong with the document is told in a `next`, too, since a browser's
EventSource reads no other answer; what is wrong with the request has the status of HTTP.

A stream that ends without `complete` was cut: because its token ran out, the client was too slow,
or the process leaves. The client comes back with the last position that it saw.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import orjson
from graphql import GraphQLError, OperationType
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge
from starlette.types import Message, Receive, Send

from api.document import BadDocument
from api.media import EVENT_STREAM
from api.operations import Prepared, errors_of
from api.request import Asked, mutation_by_get
from api.subscription import Subscription, Subscriptions
from models import tasks
from resolvers.context import Context
from resolvers.errors import EdgeError

KEEP_ALIVE_SECONDS = 12.0
CLOGGED_BYTES = 65_536
COMPLETE = b"event: complete\ndata:\n\n"
STILL_HERE = b":\n\n"


class Outside(NamedTuple):
    """How a request came, and the two ways to its client."""

    method: str
    receive: Receive
    send: Send


class EventStreams:
    """The streams of one process."""

    def __init__(
        self, subscriptions: Subscriptions, *, registry: CollectorRegistry = REGISTRY
    ) -> None:
        self._subscriptions = subscriptions
        self._operations = subscriptions.operations
        self._open: set[_Stream] = set()
        gauge = Gauge("wangge_event_streams", "Open event streams", registry=registry)
        gauge.set_function(lambda: len(self._open))

    async def answer(self, asked: Asked, context: Context, outside: Outside) -> None:
        """Answer a request by a stream, until all is sent or it is cut; raises HttpError."""
        stream = _Stream(context.request_id, self._subscriptions.delivered)
        prepared = self._prepared(asked, outside.method, stream)
        self._open.add(stream)
        work = [
            asyncio.create_task(self._work(prepared, context, stream), name="stream"),
            asyncio.create_task(_until_gone(outside.receive), name="stream's client"),
        ]
        try:
            await outside.send(_start(context.request_id))
            work[1].add_done_callback(lambda _: stream.cut())
            await stream.write(outside.send, until=context.expires_at)
            await outside.send({"type": "http.response.body", "body": b""})
        finally:
            self._open.discard(stream)
            await tasks.end(work)

    def leave(self) -> None:
        """Cut every stream: its client comes back, to another process."""
        for stream in tuple(self._open):
            stream.cut()

    def _prepared(self, asked: Asked, method: str, stream: "_Stream") -> Prepared | None:
        try:
            document, operation = self._operations.chosen(asked)
            if method == "GET" and operation.kind is OperationType.MUTATION:
                raise mutation_by_get()
            return self._operations.ready(document, operation, asked.variables)
        except BadDocument as bad:
            self._refuse(stream, bad.errors)
            return None

    async def _work(self, prepared: Prepared | None, context: Context, stream: "_Stream") -> None:
        if prepared is None:
            return
        try:
            if prepared.operation.kind is OperationType.SUBSCRIPTION:
                await self._subscribe(prepared, context, stream)
            else:
                request_id = context.request_id
                result = await self._operations.run(prepared, context, request_id=request_id)
                stream.put(self._operations.written(result, request_id=request_id))
                stream.complete()
        except Exception as failure:
            self._refuse(stream, errors_of(failure))

    async def _subscribe(self, prepared: Prepared, context: Context, stream: "_Stream") -> None:
        stream.on_end = lambda error: self._refuse(stream, errors_of(error))
        subscription = Subscription(self._subscriptions, prepared, context, stream)
        stream.subscription = subscription
        try:
            await subscription.begin()
            await stream.over.wait()
        finally:
            subscription.leave()

    def _refuse(self, stream: "_Stream", errors: tuple[GraphQLError, ...]) -> None:
        entries = self._operations.entries(errors, request_id=stream.request_id)
        stream.put(orjson.dumps({"errors": entries}))
        stream.complete()


class _Stream:
    """One answer: what is yet to be sent of it, and whether more comes."""

    def __init__(self, request_id: str, delivered: Counter) -> None:
        self._delivered = delivered
        self.request_id = request_id
        self.subscription: Subscription | None = None
        self.on_end: Callable[[EdgeError], None] | None = None
        self.over = asyncio.Event()
        self._is_cut = False
        self._chunks: list[bytes] = []
        self._bytes = 0
        self._news = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def is_clogged(self) -> bool:
        """Whether the client has yet to take what was written."""
        return not self._drained.is_set()

    def put(self, payload: bytes) -> None:
        """Send a result as JSON, which has no line breaks."""
        self._delivered.inc()
        self._add(b"event: next\ndata: %b\n\n" % payload)

    async def drained(self) -> None:
        """Wait until it is not clogged."""
        await self._drained.wait()

    def end(self, error: EdgeError) -> None:
        """Tell the client why no more results come."""
        assert self.on_end, "only a subscription is ended by others"
        self.on_end(error)

    def complete(self) -> None:
        """Tell the client that this is all."""
        self._add(COMPLETE)
        self.over.set()

    def cut(self) -> None:
        """End without a word."""
        self._is_cut = True
        self.over.set()
        self._news.set()

    async def write(self, send: Send, *, until: float | None) -> None:
        """Send what comes, until all is sent, it is cut, or `until` (epoch seconds) has come."""
        while not self._is_cut and not (self.over.is_set() and not self._chunks):
            seconds = KEEP_ALIVE_SECONDS
            if until is not None:
                seconds = min(seconds, until - time.time())
                if seconds <= 0:
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
            self._news.clear()
            chunk = b"".join(self._chunks) or STILL_HERE
            self._chunks.clear()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            self._take_again()

    def _add(self, chunk: bytes) -> None:
        if self.over.is_set():
            return
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        if self._bytes > CLOGGED_BYTES:
            self._drained.clear()
        self._news.set()

    def _take_again(self) -> None:
        self._bytes = sum(map(len, self._chunks))
        if self._bytes <= CLOGGED_BYTES:
            self._drained.set()
            if self.subscription:
                self.subscription.flush()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(request_id: str) -> Message:
    headers = [
        (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        # Otherwise nginx keeps what comes until there is more of it.
        (b"x-accel-buffering", b"no"),
        (b"x-request-id", request_id.encode()),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}
