"""What a subscription field gives back: what to watch, and how a change of it is shown.

A domain writes a resolver that looks who asks, decides what they may see, and returns a `Source`;
everything else (replaying, sharing, slow clients, rights that change) is done here and at the
edge. One thing, of which the latest state is what counts:

    async def ticket_changed(info: Info, ticket_id: Id, after: live.After = None) -> live.Source:
        right = await ticket.right_to_see(key, person_id=info.context.person_id)
        if right is None:
            raise live.unseen()
        return live.of_thing(
            Topic.TICKET, key, read=partial(ticket.news, key, right), after=after, right=right
        )

Many things, of which no change may be left out; the thing of each event, or HIDDEN:

    async def area_tickets_changed(
        info: Info, area_code: Code, after: live.After = None
    ) -> live.Source:
        right = …
        return live.of_area(
            area_code, Topic.TICKET, read=partial(ticket.of_events, right=right), after=after,
            right=right
        )

And the field with its type:

    @strawberry.type(description="A change of a ticket. 工单动态")
    class TicketUpdate(live.UpdateFields):
        ticket: Ticket | None = shown(live.thing, description="The ticket. 工单")
        event: TicketEvent | None = shown(live.event, description="What happened. 事件")

    @strawberry.type
    class TicketSubscription:
        ticket_changed: TicketUpdate = live.subscription(ticket_changed, description="…")

**Rights.** Whoever has an equal `right` sees equal items: they share one execution of each. Its
nested fields see `person_id` as the one who asks: nobody, unless a right is one person's own. When
the roles of a person change, the resolver is called again; what it raises ends the subscription,
and another right moves it to the stream of that right. `read` may raise `unseen()`, too: the thing
has left what this right may see.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import strawberry

from models import event as events
from models.errors import Invalid
from models.event import Event, Scope, Topic
from models.words import Word
from resolvers import words
from resolvers.errors import EdgeCode, EdgeError

EVERYBODY = "everybody"
"""The right of what is public."""


class UpdateKind(Word):
    """Why an item was sent."""

    CURRENT = "CURRENT", "How it stands when one begins to watch.", "当前"
    CHANGE = "CHANGE", "Something happened.", "变化"
    RESYNC = "RESYNC", "Changes were missed for good: read anew, then go on from here.", "重新同步"


words.enum(UpdateKind, description="Why an item of a subscription was sent. 推送类别")

After = Annotated[
    int | None,
    strawberry.argument(
        description="The last position seen: all that came after it is sent, in order. 起始位置"
    ),
]


class Update(NamedTuple):
    """An item of a subscription; `event` is that of a CHANGE, `thing` as its right may see it."""

    kind: UpdateKind
    position: int
    thing: Any
    event: Event | None


class Hidden:
    """What stands in place of a thing that a right may not see: no item is sent."""


HIDDEN = Hidden()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a subscription watches and how it is read; made by `of_thing`, `of_area`, `of_events`.

    `keeps_all`: every event is sent, however slow the client. Without it, a client that does not
    keep up gets the latest in place of what it missed.
    """

    scope: Scope
    current: Callable[[], Awaitable[object]]
    read: Callable[[Sequence[Event]], Awaitable[Sequence[object]]]
    after: int | None
    right: Hashable
    person_id: int | None
    keeps_all: bool


def of_thing(  # noqa: PLR0913 - what is watched, and by whom
    topic: Topic,
    thing_id: int,
    *,
    read: Callable[[Event | None], Awaitable[object]],
    after: int | None,
    right: Hashable = EVERYBODY,
    person_id: int | None = None,
) -> Source:
    """Watch one thing; raises Invalid for a wrong `after`.

    `read` gives the thing as it is now, to tell of it by itself or beside what happened to it.
    """

    async def current() -> object:
        return await read(None)

    async def read_each(happened: Sequence[Event]) -> Sequence[object]:
        return [await read(one) for one in happened]

    return Source(
        scope=Scope(topic, thing_id),
        current=current,
        read=read_each,
        after=_position(after),
        right=right,
        person_id=person_id,
        keeps_all=False,
    )


def of_area(  # noqa: PLR0913 - what is watched, and by whom
    area_code: str,
    topic: Topic,
    *,
    read: Callable[[Sequence[Event]], Awaitable[Sequence[object]]],
    after: int | None,
    right: Hashable = EVERYBODY,
    person_id: int | None = None,
) -> Source:
    """Watch a topic in an area and all below it; raises Invalid for a wrong code or `after`.

    `read` gives the things of some events, each in its place: HIDDEN where nothing may be seen.
    """
    events.check_area(area_code)
    scope = Scope(topic, None, area_code)
    return of_events(scope, read=read, after=after, right=right, person_id=person_id)


def of_events(
    scope: Scope,
    *,
    read: Callable[[Sequence[Event]], Awaitable[Sequence[object]]],
    after: int | None,
    right: Hashable = EVERYBODY,
    person_id: int | None = None,
) -> Source:
    """Watch a scope of which no event may be left out; raises Invalid for a wrong `after`."""
    return Source(
        scope=scope,
        current=_nothing,
        read=read,
        after=_position(after),
        right=right,
        person_id=person_id,
        keeps_all=True,
    )


def unseen() -> EdgeError:
    """Give the error for what is not there or not for this viewer, which must look alike."""
    return EdgeError(EdgeCode.FORBIDDEN, "没有这项内容，或无权查看")


def subscription(resolver: Callable[..., Awaitable[Source]], *, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Make a field of the root of subscriptions, whose resolver gives a `Source`."""
    return strawberry.subscription(resolver=resolver, description=description)


@strawberry.type
class UpdateFields:
    """What every item of a subscription has."""

    kind: UpdateKind = strawberry.field(description="Why it was sent. 类别")
    position: int = strawberry.field(
        description="Where it stands on the city's line of events: pass the last one seen as"
        " `after` to resume. 位置"
    )


def thing(update: strawberry.Parent[Update]) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Give the thing that an item is about."""
    return update.thing


def event(update: strawberry.Parent[Update]) -> Event | None:
    """Give the event that an item tells of; none where it tells how things stand."""
    return update.event


async def _nothing() -> None:
    """Say that many things have no one present state."""


def _position(after: int | None) -> int | None:
    if after is not None and after < 0:
        raise Invalid("after 须为已收到的位置，不小于 0")
    return after
