"""Rows of the tables of tickets and their events, as COPY takes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Ticket(NamedTuple):
    """A row of the table ticket."""

    id: int
    number: str
    state: str
    version: int
    round: int
    category: str
    urgency: str
    source: str
    area_code: str
    longitude: float
    latitude: float
    box: int
    text: str
    terms: list[str]
    is_anonymous: bool
    unit_id: int | None
    assignee_id: int | None
    resolver_id: int | None
    returns: int
    is_bound: bool
    is_appealed: bool
    calls: int
    rank: int
    submitted_at: datetime
    due_at: datetime | None
    resolve_due_at: datetime | None
    resolved_at: datetime | None
    ended_at: datetime | None
    is_solved: bool | None
    satisfaction: int | None


class Reporter(NamedTuple):
    """A row of the table ticket_reporter."""

    id: int
    ticket_id: int
    is_first: bool
    person_id: int | None
    sealed: bytes | None
    sealed_index: bytes | None


class Content(NamedTuple):
    """A row of the table content."""

    id: int
    body: str


class Event(NamedTuple):
    """A row of the table event; the database gives it its key."""

    topic: str
    thing_id: int
    area_code: str
    version: int
    actor_id: int | None
    kind: str
    facts: str
    content_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of some tickets."""

    tickets: list[Ticket] = field(default_factory=list)
    reporters: list[Reporter] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def tables(self) -> Iterable[tuple[str, list[Any], tuple[str, ...]]]:
        """Give the rows by table, in the order in which they refer to each other."""
        yield "ticket", self.tickets, Ticket._fields
        yield "ticket_reporter", self.reporters, Reporter._fields
        yield "content", self.contents, Content._fields
        yield "event", self.events, Event._fields
