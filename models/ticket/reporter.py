"""Who reported a ticket: by name, or sealed so that nobody reads it.

Who stays anonymous is found only by who knows already whom to look for: the system, when that
person asks for their own tickets and when they are to be told of a change.
"""

import asyncpg

from models import cipher
from models.access import Rights
from models.db import Connection
from models.ticket.case import Who


def sealed_index(person_id: int | None) -> bytes:
    """Give the blind index by which a person's anonymous reports are found."""
    return cipher.blind_index(str(person_id or 0), column="ticket_reporter.sealed")


async def add(
    connection: Connection,
    ticket_id: int,
    *,
    person_id: int,
    is_anonymous: bool,
    is_first: bool = False,
) -> None:
    """Write that a person reported a ticket; who did already stays as they are."""
    if not is_anonymous:
        await connection.execute(_ADD_NAMED, ticket_id, is_first, person_id)
        return
    key = await connection.fetchval(_NEXT_KEY)
    await connection.execute(
        _ADD_SEALED,
        key,
        ticket_id,
        is_first,
        cipher.seal(str(person_id), place=_place(key)),
        sealed_index(person_id),
    )


async def who(connection: Connection, ticket_id: int, held: Rights, *, is_near: bool) -> Who:
    """Say who asks, to this ticket."""
    is_first = await connection.fetchval(
        _IS_FIRST, ticket_id, held.person_id, sealed_index(held.person_id)
    )
    return Who(
        held,
        is_reporter=is_first is True,
        is_joiner=is_first is False,
        is_near=is_near,
    )


async def reporters(connection: Connection, ticket_id: int) -> dict[int, bool]:
    """Give all who reported a ticket, and whether anonymously; for telling them, not to show.

    Whoever reported it in both ways, as a merger can show, stays anonymous.
    """
    told: dict[int, bool] = {}
    for row in await connection.fetch(_ALL, ticket_id):
        who = _person(row)
        told[who] = told.get(who, False) or row["person_id"] is None
    return told


async def first(connection: Connection, ticket_id: int) -> int:
    """Give who reported a ticket first; to reward them, not to show."""
    row = await connection.fetchrow(_FIRST, ticket_id)
    assert row, "a ticket has a first reporter"
    return _person(row)


def _person(row: asyncpg.Record) -> int:
    if row["person_id"] is not None:
        return int(row["person_id"])
    return int(cipher.unseal(row["sealed"], place=_place(row["id"])))


def _place(key: int) -> str:
    return f"ticket_reporter.sealed:{key}"


_NEXT_KEY = "SELECT nextval(pg_get_serial_sequence('ticket_reporter', 'id'))"
_ADD_NAMED = """
INSERT INTO ticket_reporter (ticket_id, is_first, person_id) VALUES ($1, $2, $3)
ON CONFLICT (ticket_id, person_id) DO NOTHING
"""
_ADD_SEALED = """
INSERT INTO ticket_reporter (id, ticket_id, is_first, sealed, sealed_index)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ticket_id, sealed_index) DO NOTHING
"""
_IS_FIRST = """
SELECT bool_or(is_first) FROM ticket_reporter
WHERE ticket_id = $1 AND (person_id = $2 OR sealed_index = $3)
"""
_ALL = "SELECT id, person_id, sealed FROM ticket_reporter WHERE ticket_id = $1 ORDER BY id"
_FIRST = "SELECT id, person_id, sealed FROM ticket_reporter WHERE ticket_id = $1 AND is_first"
