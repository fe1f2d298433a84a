"""The timeline of a ticket: its events, as the viewer of the ticket may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from models import timeline
from models.event import Topic
from models.file import Photo
from models.page import Page
from models.person import Person
from models.ticket.record import Sight, Ticket
from models.ticket.words import Move, Party, State
from models.timeline import Happened, Timeline


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that happened to a ticket; `state` is where it then stood.

    `party` is as what somebody did it; `actor` is None for who is not shown to this viewer.
    """

    id: int
    version: int
    kind: Move
    state: State
    round: int
    party: Party
    actor: Person | None
    text: str | None
    is_internal: bool
    reason: str | None
    photos: tuple[Photo, ...]
    at: datetime


class EventsAsked(NamedTuple):
    """Which page of a ticket's events is asked for."""

    ticket: Ticket
    first: int
    after: str | None


async def events_of_each(asked: Sequence[EventsAsked]) -> list[Page[TicketEvent]]:
    """Give each page of events, oldest first, in one statement; raises Invalid."""
    pages = await TIMELINE.pages(
        [
            timeline.Asked(one.ticket.id, one.ticket.sight.is_staff, one.first, one.after)
            for one in asked
        ]
    )
    return [
        page.map(partial(_event, sight=one.ticket.sight))
        for one, page in zip(asked, pages, strict=True)
    ]


async def events_at(
    tickets: Iterable[Ticket], versions: Iterable[int]
) -> list[TicketEvent | None]:
    """Give the event of each ticket at the version beside it; None where it is not to be seen."""
    asked = list(tickets)
    found = await TIMELINE.at([ticket.id for ticket in asked], versions)
    return [
        event_seen(happened, ticket.sight) for ticket, happened in zip(asked, found, strict=True)
    ]


def event_seen(happened: Happened | None, sight: Sight) -> TicketEvent | None:
    """Make the record of an event; None where there is none for this viewer."""
    if happened is None:
        return None
    event = _event(happened, sight)
    return event if sight.is_staff or not event.is_internal else None


def _event(happened: Happened, sight: Sight) -> TicketEvent:
    facts = happened.facts
    party = Party(facts["by"])
    return TicketEvent(
        id=happened.id,
        version=happened.version,
        kind=Move(happened.kind),
        state=State(facts["to"]),
        round=facts["round"],
        party=party,
        actor=_actor(happened, party, sight),
        text=happened.text if sight.sees_texts or party not in _PRIVATE else None,
        is_internal=facts.get("internal", False),
        reason=facts.get("reason"),
        photos=happened.photos if sight.sees_texts else (),
        at=happened.at,
    )


def _actor(happened: Happened, party: Party, sight: Sight) -> Person | None:
    if happened.actor_id is None or (party in _PRIVATE and not sight.sees_reporter):
        return None
    # Who reported sees themself, and not who else did.
    if party is Party.NEIGHBOUR and not sight.is_staff:
        return None
    assert happened.actor_name is not None, "a person has a name"
    return Person(happened.actor_id, happened.actor_name)


TIMELINE = Timeline(Topic.TICKET)
_PRIVATE = frozenset({Party.REPORTER, Party.JOINER, Party.NEIGHBOUR})
"""Parties who are private people: their names and words are not for everybody."""
