"""The timeline of a ticket: its events, as the viewer of the ticket may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from models import db, file, page
from models.file import Photo
from models.page import Page
from models.person import Person
from models.ticket.record import Sight, Ticket
from models.ticket.words import Move, Party, State


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
    start = 0
    if after:
        (start,) = page.key_after(after, page.digest("events", *asked), int)
    keys = list(asked)
    is_staff = [asked[key].sight.is_staff for key in keys]
    rows = await db.fetch(_EVENTS, keys, is_staff, start, page.size(first) + 1)
    found: dict[int, list[TicketEvent]] = {key: [] for key in keys}
    for row in rows:
        found[row["thing_id"]].append(_event(row, asked[row["thing_id"]].sight))
    return {
        key: page.cut(happened, first, page.digest("events", key), lambda one: (one.version,))
        for key, happened in found.items()
    }


async def events_at(
    tickets: Iterable[Ticket], versions: Iterable[int]
) -> list[TicketEvent | None]:
    """Give the event of each ticket at the version beside it; None where it is not to be seen."""
    asked = list(zip(tickets, versions, strict=True))
    rows = await db.fetch(
        _EVENTS_AT,
        [ticket.id for ticket, _ in asked],
        [version for _, version in asked],
    )
    found = {(row["thing_id"], row["version"]): row for row in rows}
    return [
        _event_seen(found.get((ticket.id, version)), ticket.sight) for ticket, version in asked
    ]


def _event_seen(row: asyncpg.Record | None, sight: Sight) -> TicketEvent | None:
    if row is None:
        return None
    event = _event(row, sight)
    return event if sight.is_staff or not event.is_internal else None


def _event(row: asyncpg.Record, sight: Sight) -> TicketEvent:
    facts: Mapping[str, Any] = orjson.loads(row["facts"])
    said: Mapping[str, Any] = orjson.loads(row["body"]) if row["body"] else {}
    party = Party(facts["by"])
    return TicketEvent(
        id=row["id"],
        version=row["version"],
        kind=Move(row["kind"]),
        state=State(facts["to"]),
        round=facts["round"],
        party=party,
        actor=_actor(row, party, sight),
        text=said.get("text") if sight.sees_texts or party not in _PRIVATE else None,
        is_internal=facts.get("internal", False),
        reason=facts.get("reason"),
        photos=_photos(row) if sight.sees_texts else (),
        at=row["at"],
    )


def _photos(row: asyncpg.Record) -> tuple[Photo, ...]:
    found = orjson.loads(row["photos"] or "[]")
    return tuple(file.private_photo(*photo) for photo in found)


def _actor(row: asyncpg.Record, party: Party, sight: Sight) -> Person | None:
    if row["actor_id"] is None or (party in _PRIVATE and not sight.sees_reporter):
        return None
    # Who reported sees themself, and not who else did.
    if party is Party.NEIGHBOUR and not sight.is_staff:
        return None
    return Person(row["actor_id"], row["actor_name"])


_PRIVATE = frozenset({Party.REPORTER, Party.JOINER, Party.NEIGHBOUR})
"""Parties who are private people: their names and words are not for everybody."""

_SHOWN = """
SELECT event.id, event.thing_id, event.version, event.kind, event.facts, event.at,
    content.body, event.actor_id, actor.name AS actor_name, (
        SELECT jsonb_agg(
            jsonb_build_array(file.id, file.person_id, width, height) ORDER BY ticket_photo.id
        )
        FROM ticket_photo JOIN file ON file.id = file_id
        WHERE ticket_photo.ticket_id = event.thing_id
            AND ticket_photo.version = event.version
    ) AS photos
FROM event
LEFT JOIN content ON content.id = event.content_id
LEFT JOIN person AS actor ON actor.id = event.actor_id
"""
_EVENTS = f"""
SELECT found.* FROM unnest($1::bigint[], $2::boolean[]) AS wanted (id, is_staff)
CROSS JOIN LATERAL (
    {_SHOWN}
    WHERE event.topic = 'ticket' AND event.thing_id = wanted.id AND event.version > $3
        AND (wanted.is_staff OR NOT event.facts ? 'internal')
    ORDER BY event.version LIMIT $4
) AS found
ORDER BY found.thing_id, found.version
"""  # noqa: S608 - constants
_EVENTS_AT = f"""
SELECT found.* FROM unnest($1::bigint[], $2::integer[]) AS wanted (id, version)
CROSS JOIN LATERAL (
    {_SHOWN}
    WHERE event.topic = 'ticket' AND event.thing_id = wanted.id AND event.version = wanted.version
) AS found
"""  # noqa: S608 - constants
