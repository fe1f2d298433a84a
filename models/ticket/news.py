"""What is pushed of a ticket: how it stands for somebody, and what has just happened to it."""

from collections.abc import Sequence
from typing import NamedTuple

from models import db, timeline
from models.ticket.record import JOINS, Ticket, columns, from_row
from models.ticket.reporter import sealed_index
from models.ticket.timeline import TIMELINE, TicketEvent, event_seen


class NewsAsked(NamedTuple):
    """Whose ticket is looked at by whom, and after which of its versions, if any."""

    ticket_id: int
    person_id: int
    version: int | None


class News(NamedTuple):
    """A ticket and what happened to it, as one viewer may see both."""

    ticket: Ticket
    event: TicketEvent | None


async def news_of_each(asked: Sequence[NewsAsked]) -> list[News | None]:
    """Give what each may see, None where that is nothing, in one statement."""
    indexes = [sealed_index(one.person_id) for one in asked]
    rows = await db.fetch(_NEWS, *map(list, zip(*asked, strict=True)), indexes)
    found: list[News | None] = [None] * len(asked)
    for row in rows:
        ticket = from_row(row)
        if ticket:
            happened = event_seen(timeline.beside(row), ticket.sight)
            found[row["place"] - 1] = News(ticket, happened)
    return found


_NEWS = f"""
SELECT place, {columns("wanted.person_id", "wanted.sealed_index")}, {timeline.BESIDE}
FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::bytea[]) WITH ORDINALITY
    AS wanted (ticket_id, person_id, version, sealed_index, place)
JOIN ticket ON ticket.id = wanted.ticket_id {JOINS}
{TIMELINE.beside_sql(key="ticket.id", version="wanted.version")}
"""  # noqa: S608 - constants
