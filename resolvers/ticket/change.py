"""Tickets as they change: one that somebody may see, and all of an area."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from models import ticket
from models.event import Event, Topic
from models.ticket import News, NewsAsked, Office, TicketEvent
from models.ticket import Ticket as TicketRecord
from resolvers import live
from resolvers.context import Info
from resolvers.field import shown
from resolvers.live import Update
from resolvers.node import key_of
from resolvers.ticket.record import Ticket, TicketEventType
from resolvers.together import Together

# Every phone follows a ticket of its own with eyes of its own; they are read for together.
_news = Together(ticket.news_of_each)


def _ticket_of(update: strawberry.Parent[Update]) -> TicketRecord | None:
    return update.thing.ticket if update.thing else None


def _event_of(update: strawberry.Parent[Update]) -> TicketEvent | None:
    return update.thing.event if update.thing else None


@strawberry.type(description="How a ticket stands, or what happened to it. 工单动态")
class TicketUpdate(live.UpdateFields):
    """How a ticket stands, or what happened to it."""

    ticket: Ticket | None = shown(_ticket_of, description="The ticket as it is now. 工单")
    event: TicketEventType | None = shown(
        _event_of,
        description="What happened; null unless this is a CHANGE that the viewer may see. 动态",
    )


async def ticket_changed(
    info: Info,
    ticket_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 工单标识")
    ],
    after: live.After = None,
) -> live.Source:
    """Follow a ticket; raises EdgeError FORBIDDEN if there is none for this viewer."""
    who = info.context.person_id
    key = key_of(ticket_id, "Ticket")
    if key is None or who is None or await _news.ask(NewsAsked(key, who, None)) is None:
        raise live.unseen()

    async def read(happened: Event | None) -> News:
        version = happened.version if happened else None
        found = await _news.ask(NewsAsked(key, who, version))
        if found is None:
            raise live.unseen()
        return found

    # What one may do to a ticket depends on who one is, so everybody has a stream of their own.
    return live.of_thing(
        Topic.TICKET, key, read=read, after=after, right=("person", who), person_id=who
    )


@strawberry.type(description="What happened to some ticket of an area. 辖区工单动态")
class AreaTicketUpdate(live.UpdateFields):
    """What happened to some ticket of an area."""

    ticket: Ticket | None = shown(
        _ticket_of,
        description="The ticket as it is now, as the viewer's office sees it;"
        " null unless this is a CHANGE. 工单",
    )
    event: TicketEventType | None = shown(
        _event_of, description="What happened; null unless this is a CHANGE. 动态"
    )


async def area_tickets_changed(
    info: Info,
    area_code: Annotated[str, strawberry.argument(description="With all below. 区划代码")],
    after: live.After = None,
) -> live.Source:
    """Follow the tickets of an area; raises EdgeError FORBIDDEN for who may not see them."""
    office = await ticket.office(info.context.person_id, area_code)
    if office is None:
        raise live.unseen()

    async def read(happened: Sequence[Event]) -> Sequence[object]:
        return await _news_by(office, happened)

    return live.of_area(area_code, Topic.TICKET, read=read, after=after, right=office)


async def _news_by(office: Office, happened: Sequence[Event]) -> list[object]:
    found = await ticket.find_by_office({one.thing_id for one in happened}, office=office)
    seen = [one for one in happened if one.thing_id in found]
    told = await ticket.events_at(
        [found[one.thing_id] for one in seen], [one.version for one in seen]
    )
    news = {
        one.position: News(found[one.thing_id], event)
        for one, event in zip(seen, told, strict=True)
    }
    return [news.get(one.position, live.HIDDEN) for one in happened]


@strawberry.type
class TicketSubscription:
    """Root fields that follow tickets."""

    ticket_changed: TicketUpdate = live.subscription(
        ticket_changed, description="A ticket as it is, and every change of it. 关注工单变化"
    )
    area_tickets_changed: AreaTicketUpdate = live.subscription(
        area_tickets_changed,
        description="Every change of a ticket in an area and all below. 关注辖区工单",
    )
