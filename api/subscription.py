"""Subscriptions: from an operation to a place in the feed of all who may see the same.

Two subscriptions share a feed, and with it each execution, if document, operation and variables
are equal (but for the one that says where to resume), and what their field's resolver gives: what
is watched, by which right. When something happens to a person (their roles change, a session of
theirs ends, they are banned), it is asked again whether they are signed in, and what the resolver
gives; who is not signed in any more follows nothing, not even what everybody may.
"""

import asyncio
from collections.abc import Hashable
from functools import partial
from hashlib import sha256

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

from api.operations import Operations, Prepared
from api.request import new_request_id
from models.errors import Unavailable
from models.event import Backoff, Event
from resolvers.context import Context
from resolvers.errors import INTERNAL_TEXT, EdgeCode, EdgeError, cause
from resolvers.live import Feed, Feeds, Follower, Outlet, Source, Update

KINDS_WITHOUT_RIGHTS = frozenset({"NOTIFIED"})
"""Events of a person that leave their rights as they are."""

log = structlog.get_logger()


class Subscriptions:
    """Those of one process."""

    def __init__(
        self,
        operations: Operations,
        feeds: Feeds,
        *,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self.operations = operations
        self._feeds = feeds
        self._by_person: dict[int, set[Subscription]] = {}
        self._rechecks: set[asyncio.Task[None]] = set()
        self._open = Gauge("wangge_subscriptions", "Subscriptions", registry=registry)
        self._items = Counter(
            "wangge_subscription_items", "Items of subscriptions executed", registry=registry
        )
        self.delivered = Counter(
            "wangge_subscription_messages", "Results delivered live", registry=registry
        )
        feeds.on_change_of_person(self.recheck)
        feeds_open = Gauge("wangge_feeds", "Streams that subscriptions share", registry=registry)
        feeds_open.set_function(lambda: len(feeds))

    async def source(self, prepared: Prepared, context: Context) -> Source:
        """Ask the field's resolver what to follow; raises GraphQLError, EdgeError, Unavailable.

        Whoever is signed out by now follows nothing that depends on who asks.
        """
        document, operation, values, _ = prepared
        asking = context.anew()
        try:
            source = await self.operations.runner.source(document, operation, values, asking)
        except TimeoutError:
            raise Unavailable("the resolver of a subscription took too long") from None
        if asking.is_held_back:
            await asking.confirm()
        assert isinstance(source, Source), "a subscription's resolver gives a Source"
        return source

    def feed(self, prepared: Prepared, context: Context, source: Source) -> Feed:
        """Give the feed of what a source and an operation have in common; raises Unavailable."""
        eyes = Context(source.person_id, new_request_id(), "", context.sessions, context.phones)
        return self._feeds.of(_key(prepared, source), source, partial(self._item, prepared, eyes))

    def enter(self, subscription: "Subscription", person_id: int | None) -> None:
        """Keep a subscription in mind until it leaves."""
        self._open.inc()
        if person_id is not None:
            self._by_person.setdefault(person_id, set()).add(subscription)

    def leave(self, subscription: "Subscription", person_id: int | None) -> None:
        """Forget a subscription."""
        self._open.dec()
        if person_id is not None:
            mine = self._by_person[person_id]
            mine.discard(subscription)
            if not mine:
                del self._by_person[person_id]

    async def recheck(self, events: list[Event]) -> None:
        """Ask again what those people may see to whom something happened; raises Unavailable."""
        people = {one.thing_id for one in events if one.kind not in KINDS_WITHOUT_RIGHTS}
        for person_id in people & self._by_person.keys():
            await self._recheck_person(person_id)

    def recheck_soon(self, person_id: int) -> None:
        """Ask again what a person may see, as soon as it can be known."""
        task = asyncio.create_task(self._recheck_when_available(person_id), name="recheck")
        self._rechecks.add(task)
        task.add_done_callback(self._rechecks.discard)

    async def _recheck_when_available(self, person_id: int) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._recheck_person(person_id)
            except Unavailable:
                await backoff.wait()
            else:
                return

    async def _recheck_person(self, person_id: int) -> None:
        mine = tuple(self._by_person.get(person_id, ()))
        for subscription in mine:
            subscription.hold()
        for subscription in mine:
            await subscription.recheck()

    async def _item(self, prepared: Prepared, eyes: Context, update: Update) -> bytes:
        """Execute an item with nobody's eyes, or with those of the one whose right it is."""
        # A context of its own for each: its loaders keep what they have read.
        context = eyes.anew()
        self._items.inc()
        request_id = eyes.request_id
        try:
            result = await self.operations.run(
                prepared, context, request_id=request_id, root=update
            )
        except EdgeError as slow:
            # Tried again, it would keep the items after it waiting for ever.
            located = GraphQLError(slow.message, original_error=slow)
            result = ExecutionResult(None, [located])
        else:
            if any(isinstance(cause(error), Unavailable) for error in result.errors or ()):
                raise Unavailable("an item of a subscription needs the database")
        return self.operations.written(result, request_id=request_id)


class Subscription:
    """One client's subscription: `begin` it once, `flush` it when its outlet drains, `leave`."""

    __slots__ = ("_all", "_context", "_follower", "_is_due", "_is_over", "_outlet", "_prepared")

    def __init__(
        self, subscriptions: Subscriptions, prepared: Prepared, context: Context, outlet: Outlet
    ) -> None:
        self._all = subscriptions
        self._prepared = prepared
        self._context = context
        self._outlet = outlet
        self._follower: Follower | None = None
        self._is_due = False
        self._is_over = False
        subscriptions.enter(self, _who(context))

    async def begin(self) -> None:
        """Send what this client needs to begin with; raises GraphQLError, EdgeError, Unavailable.

        Whoever gets an exception from it calls `leave`.
        """
        source = await self._all.source(self._prepared, self._context)
        feed = self._all.feed(self._prepared, self._context, source)
        follower = Follower(feed, self._outlet)
        try:
            await follower.begin(after=source.after)
        except BaseException:
            follower.leave()
            raise
        self._follower = follower
        if self._is_due:
            self.hold()
            await self.recheck()

    def flush(self) -> None:
        """Write what waits for the outlet."""
        if self._follower:
            self._follower.flush()

    def hold(self) -> None:
        """Send nothing until `recheck`."""
        self._is_due = True
        if self._follower:
            self._follower.hold()

    async def recheck(self) -> None:
        """Ask again what may be seen, and go on with that or end; raises Unavailable."""
        follower = self._follower
        if follower is None or self._is_over:
            return
        try:
            if self._context.asker:
                await self._context.anew().confirm()
            source = await self._all.source(self._prepared, self._context)
        except EdgeError as refusal:
            self._outlet.end(refusal)
            return
        except GraphQLError as error:
            self._end(error)
            return
        if not self._is_over:
            self._is_due = False
            follower.catch_up(self._all.feed(self._prepared, self._context, source))

    def leave(self) -> None:
        """Follow no more."""
        if self._is_over:
            return
        self._is_over = True
        self._all.leave(self, _who(self._context))
        if self._follower:
            self._follower.leave()

    def _end(self, error: GraphQLError) -> None:
        match cause(error):
            case EdgeError() as refusal:
                self._outlet.end(refusal)
            case Unavailable() | TimeoutError():
                raise Unavailable("what a person may see is not known now") from error
            case bug:
                log.error("recheck failed", exc_info=bug or error)
                self._outlet.end(EdgeError(EdgeCode.INTERNAL, INTERNAL_TEXT))


def _who(context: Context) -> int | None:
    return context.asker and context.asker.person_id


def _key(prepared: Prepared, source: Source) -> Hashable:
    document, operation, values, given = prepared
    name = operation.node.name.value if operation.node.name else None
    told = {
        variable: given[variable]
        for variable in values.coerced
        if variable in given and variable != operation.resumes_by
    }
    variables = sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()
    return document.sha256, name, variables, source.scope, source.right, source.person_id
