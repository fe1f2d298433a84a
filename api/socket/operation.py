"""One thing asked on a socket: a query, a mutation or a subscription, by its id."""

import asyncio
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, OperationType

from api.operations import Prepared, errors_of
from api.request import HttpError, from_parameters
from api.socket.message import beginning_of_next, said
from api.socket.wire import Wire
from api.subscription import Subscription, Subscriptions
from resolvers.context import Context
from resolvers.errors import EdgeError

_mutations: set[asyncio.Task[None]] = set()
"""Those that run although their client no longer asks: what was begun is finished."""


class Operation:
    """What is asked under an id; `leave` is called once it is over by itself."""

    __slots__ = (
        "_all",
        "_beginning",
        "_context",
        "_is_mutation",
        "_is_over",
        "_leave",
        "_subscription",
        "_task",
        "_wire",
        "key",
    )

    def __init__(
        self,
        key: str,
        context: Context,
        wire: Wire,
        subscriptions: Subscriptions,
        leave: "Callable[[Operation], None]",
    ) -> None:
        self.key = key
        self._beginning = beginning_of_next(key)
        self._context = context
        self._wire = wire
        self._all = subscriptions
        self._leave = leave
        self._subscription: Subscription | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_mutation = self._is_over = False

    @property
    def is_busy(self) -> bool:
        """Whether it is being answered, and not only waiting for news."""
        return self._task is not None and not self._task.done()

    @property
    def is_clogged(self) -> bool:
        """Whether the client has yet to take what was written."""
        return self._wire.is_clogged

    def start(self, payload: object) -> None:
        """Begin to answer."""
        self._task = asyncio.create_task(self._perform(payload), name="socket operation")

    def put(self, payload: bytes) -> None:
        """Send a result."""
        if not self._is_over:
            self._wire.send_text(b"".join((self._beginning, payload, b"}")))
            self._all.delivered.inc()

    async def drained(self) -> None:
        """Wait until it is not clogged."""
        await self._wire.drained()

    def end(self, error: EdgeError) -> None:
        """Tell the client why there are no more results."""
        self._refuse(errors_of(error))

    def flush(self) -> None:
        """Write what waits for the socket."""
        if self._subscription:
            self._subscription.flush()

    def stop(self) -> None:
        """Send nothing more; a mutation that has begun is finished all the same."""
        self._is_over = True
        if self._subscription:
            self._subscription.leave()
        if self._task and self._is_mutation and not self._task.done():
            _mutations.add(self._task)
            self._task.add_done_callback(_mutations.discard)
        elif self._task:
            self._task.cancel()

    async def _perform(self, payload: object) -> None:
        try:
            prepared = self._prepared(payload)
            if prepared.operation.kind is OperationType.SUBSCRIPTION:
                await self._subscribe(prepared)
            else:
                await self._answer(prepared)
        except Exception as failure:
            self._refuse(errors_of(failure))

    def _prepared(self, payload: object) -> Prepared:
        if not isinstance(payload, dict):
            raise HttpError(400, "The payload of an operation is an object.")
        parameters: dict[str, Any] = payload
        return self._all.operations.prepared(from_parameters(parameters))

    async def _answer(self, prepared: Prepared) -> None:
        self._is_mutation = prepared.operation.kind is OperationType.MUTATION
        operations, request_id = self._all.operations, self._context.request_id
        result = await operations.run(prepared, self._context, request_id=request_id)
        self.put(operations.written(result, request_id=request_id))
        self._finish(said("complete", key=self.key))

    async def _subscribe(self, prepared: Prepared) -> None:
        self._subscription = Subscription(self._all, prepared, self._context, self)
        await self._subscription.begin()

    def _refuse(self, errors: tuple[GraphQLError, ...]) -> None:
        entries = self._all.operations.entries(errors, request_id=self._context.request_id)
        self._finish(said("error", entries, key=self.key))

    def _finish(self, last: bytes) -> None:
        if not self._is_over:
            self._is_over = True
            self._wire.send_text(last)
            if self._subscription:
                self._subscription.leave()
            self._leave(self)
