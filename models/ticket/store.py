"""Tickets as rows: locked, read as cases, and written back."""

from collections.abc import Iterable
from datetime import datetime

import asyncpg

from models.db import Connection
from models.geo import Point
from models.ticket.case import Case, Unit
from models.ticket.words import Extension, Source, State, Urgency

# Beyond every time that is due: what is over follows in the order of lists, newest first.
OVER_RANK = 10**15

CASE = """ticket.id, ticket.area_code, ticket.category, ticket.urgency, ticket.source,
    ticket.longitude, ticket.latitude, ticket.submitted_at, ticket.state, ticket.version,
    ticket.round, ticket.assignee_id, ticket.resolver_id, ticket.merged_into_id, ticket.returns,
    ticket.is_bound, ticket.is_appealed, ticket.extension, ticket.extension_days, ticket.calls,
    ticket.due_at, ticket.resolve_due_at, ticket.paused_at, ticket.contacted_at,
    ticket.resolved_at, ticket.ended_at, ticket.urged_at, ticket.is_solved, ticket.satisfaction,
    unit.id AS unit_id, unit.kind AS unit_kind, unit.area_code AS unit_area_code,
    unit.closed_at AS unit_closed_at"""
"""The columns of a case; FROM has ticket and, LEFT JOINed, unit."""


def case(row: asyncpg.Record) -> Case:
    """Read a row with the columns CASE."""
    return Case(
        id=row["id"],
        area_code=row["area_code"],
        category=row["category"],
        urgency=Urgency(row["urgency"]),
        source=Source(row["source"]),
        point=Point(row["longitude"], row["latitude"]),
        submitted_at=row["submitted_at"],
        state=State(row["state"]),
        version=row["version"],
        round=row["round"],
        unit=unit(row) if row["unit_id"] else None,
        assignee_id=row["assignee_id"],
        resolver_id=row["resolver_id"],
        merged_into_id=row["merged_into_id"],
        returns=row["returns"],
        is_bound=row["is_bound"],
        is_appealed=row["is_appealed"],
        extension=Extension(row["extension"]) if row["extension"] else None,
        extension_days=row["extension_days"],
        calls=row["calls"],
        due_at=row["due_at"],
        resolve_due_at=row["resolve_due_at"],
        paused_at=row["paused_at"],
        contacted_at=row["contacted_at"],
        resolved_at=row["resolved_at"],
        ended_at=row["ended_at"],
        urged_at=row["urged_at"],
        is_solved=row["is_solved"],
        satisfaction=row["satisfaction"],
    )


def unit(row: asyncpg.Record) -> Unit:
    """Read a row's columns of a unit."""
    return Unit(
        row["unit_id"],
        row["unit_kind"],
        row["unit_area_code"],
        is_closed=row["unit_closed_at"] is not None,
    )


async def lock(connection: Connection, ids: Iterable[int]) -> dict[int, Case]:
    """Lock tickets in the order of their keys, and read them."""
    rows = await connection.fetch(_LOCK, sorted(ids))
    return {row["id"]: case(row) for row in rows}


async def place(connection: Connection, key: int) -> tuple[str, Point] | None:
    """Say in which grid a ticket stands, and where, without locking it."""
    row = await connection.fetchrow(_PLACE, key)
    return (row["area_code"], Point(row["longitude"], row["latitude"])) if row else None


async def lock_open(connection: Connection, codes: Iterable[str]) -> list[Case]:
    """Lock all tickets in these grids that are not over, in the order of their keys."""
    rows = await connection.fetch(_LOCK_OPEN, list(codes))
    return [case(row) for row in rows]


async def save(connection: Connection, changed: Case) -> None:
    """Write a locked ticket, whose version is one more than that of its row."""
    done = await connection.execute(
        _SAVE,
        changed.id,
        changed.version,
        changed.state,
        changed.round,
        changed.unit.id if changed.unit else None,
        changed.assignee_id,
        changed.resolver_id,
        changed.merged_into_id,
        changed.returns,
        changed.is_bound,
        changed.is_appealed,
        changed.extension,
        changed.extension_days,
        changed.calls,
        rank(changed.due_at, changed.ended_at),
        changed.due_at,
        changed.resolve_due_at,
        changed.paused_at,
        changed.contacted_at,
        changed.resolved_at,
        changed.ended_at,
        changed.urged_at,
        changed.is_solved,
        changed.satisfaction,
        changed.area_code,
    )
    assert done == "UPDATE 1", "a locked ticket has the version that was read"


def rank(due_at: datetime | None, ended_at: datetime | None) -> int:
    """Give a ticket's place in lists: what is due first, then what ended last."""
    if ended_at is not None:
        return OVER_RANK - _milliseconds(ended_at)
    assert due_at, "a clock runs until a ticket is over"
    return _milliseconds(due_at)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


_LOCK = f"""
SELECT {CASE} FROM ticket LEFT JOIN unit ON unit.id = ticket.unit_id
WHERE ticket.id = ANY($1) ORDER BY ticket.id FOR UPDATE OF ticket
"""  # noqa: S608 - constants
_LOCK_OPEN = f"""
SELECT {CASE} FROM ticket LEFT JOIN unit ON unit.id = ticket.unit_id
WHERE left(ticket.area_code, 14) = ANY($1::text[]) AND ticket.ended_at IS NULL
ORDER BY ticket.id FOR UPDATE OF ticket
"""  # noqa: S608 - constants
_PLACE = "SELECT area_code, longitude, latitude FROM ticket WHERE id = $1"
_SAVE = """
UPDATE ticket SET version = $2, state = $3, round = $4, unit_id = $5, assignee_id = $6,
    resolver_id = $7, merged_into_id = $8, returns = $9, is_bound = $10, is_appealed = $11,
    extension = $12, extension_days = $13, calls = $14, rank = $15, due_at = $16,
    resolve_due_at = $17, paused_at = $18, contacted_at = $19, resolved_at = $20,
    ended_at = $21, urged_at = $22, is_solved = $23, satisfaction = $24, area_code = $25
WHERE id = $1 AND version = $2 - 1
"""
