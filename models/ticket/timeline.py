"""The timeline of a ticket: its events, as the viewer of the ticket may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

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


async def events(
    tickets: Iterable[Ticket], *, first: int, after: str | None
) -> dict[int, Page[TicketEvent]]:
    """Give a page of each ticket's events, oldest first, by its key, in one statement.

    A cursor belongs to one ticket: with it, `tickets` has that one only. Raises Invalid.
    """
    asked = {ticket.id: ticket for ticket in tickets}
    staff = {key: ticket.sight.is_staff for key, ticket in asked.items()}
    pages = await _TIMELINE.pages(staff, first=first, after=after)
    return {
        key: found.map(partial(_event, sight=asked[key].sight)) for key, found in pages.items()
    }


async def events_at(
    tickets: Iterable[Ticket], versions: Iterable[int]
) -> list[TicketEvent | None]:
    """Give the event of each ticket at the version beside it; None where it is not to be seen."""
    asked = list(tickets)
    found = await _TIMELINE.at([ticket.id for ticket in asked], versions)
    return [
        _event_seen(happened, ticket.sight) for ticket, happened in zip(asked, found, strict=True)
    ]


def _event_seen(happened: Happened | None, sight: Sight) -> TicketEvent | None:
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


_TIMELINE = Timeline(Topic.TICKET)
_PRIVATE = frozenset({Party.REPORTER, Party.JOINER, Party.NEIGHBOUR})
"""Parties who are private people: their names and words are not for everybody."""
