"""What else happens when a ticket closes: higher domains add it here, tickets know none of them.

It happens in the transaction of the move, after the ticket is written: with it or not at all.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from models.db import Connection
from models.ticket import reporter
from models.ticket.case import Case


class Closing(NamedTuple):
    """A ticket that has just closed, by `actor_id`, with all who reported it.

    `reporters` says of each person whether they reported it anonymously; `first_reporter_id` is
    the one whose ticket it is, the others joined. A ticket that is opened again closes again:
    what may happen once is told apart by `case.id`.
    """

    case: Case
    reporters: Mapping[int, bool]
    first_reporter_id: int
    actor_id: int
    at: datetime


OnClosed = Callable[[Connection, Closing], Awaitable[None]]
"""Writes in the given transaction, which holds the ticket; raises no Refusal, or none closes.

It locks no area: those come before tickets.
"""

ON_CLOSED: dict[str, OnClosed] = {}
"""What higher domains do with a ticket that closes, by name; in the order of the names."""


async def close(connection: Connection, closed: Case, *, actor_id: int) -> None:
    """Do all that belongs to the closing of a ticket."""
    if not ON_CLOSED:
        return
    assert closed.ended_at, "what is closed has a time"
    closing = Closing(
        closed,
        await reporter.reporters(connection, closed.id),
        await reporter.first(connection, closed.id),
        actor_id,
        closed.ended_at,
    )
    for name in sorted(ON_CLOSED):
        await ON_CLOSED[name](connection, closing)
