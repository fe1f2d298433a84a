"""A ticket as one viewer may see it: made from its row and the rights read beside it."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg

from models import access, db, person
from models.access import Action, Held, Rights
from models.geo import Point
from models.person import Asker, Person
from models.ticket.case import Case, Who, parties
from models.ticket.flow import moves
from models.ticket.reporter import sealed_index
from models.ticket.store import CASE, case
from models.ticket.words import Extension, Move, Party, Source, State, Urgency
from models.unit import Unit, UnitKind

Office: TypeAlias = tuple[Held, ...]
"""What somebody holds, without who they are: all who hold the same see the same."""

_WHOEVER = -1
"""A key that no person has."""
_INVOLVED = frozenset(Party) - {Party.NEIGHBOUR}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may see of a ticket beyond what all who may see it do."""

    is_staff: bool
    is_reporter: bool
    sees_reporter: bool

    @property
    def sees_texts(self) -> bool:
        """Say whether they see what was written; who reported the same sees only the answers."""
        return self.is_staff or self.is_reporter


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as one viewer may see it; None is what is missing, or not for them."""

    id: int
    number: str
    state: State
    version: int
    round: int
    category: str
    urgency: Urgency
    source: Source
    area_code: str
    place: Point
    address: str | None
    text: str | None
    is_anonymous: bool
    is_mine: bool
    reporter: Person | None
    unit: Unit | None
    assignee: Person | None
    merged_into_id: int | None
    returns: int
    extension: Extension | None
    extension_days: int | None
    calls: int
    submitted_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    ended_at: datetime | None
    urged_at: datetime | None
    is_solved: bool | None
    satisfaction: int | None
    rank: int
    moves: tuple[Move, ...]
    sight: Sight

    @property
    def is_overdue(self) -> bool:
        """Say whether it is past the time when something was due."""
        return self.due_at is not None and self.due_at < datetime.now(UTC)


def is_visible(found: Case, who: Who) -> bool:
    """Say whether somebody may see a ticket at all."""
    return not parties(found, who).isdisjoint(_INVOLVED)


async def find(key: int, *, person_id: int | None) -> Ticket | None:
    """Give a ticket as a person may see it; None if there is none for them. One statement."""
    return (await find_all([key], person_id=person_id)).get(key)


async def find_all(keys: Iterable[int], *, person_id: int | None) -> dict[int, Ticket]:
    """Give those of these tickets that a person may see, by key, in one statement."""
    if person_id is None:
        return {}
    rows = await db.fetch(_FIND, list(keys), person_id, sealed_index(person_id))
    seen = ((row["id"], from_row(row)) for row in rows)
    return {key: ticket for key, ticket in seen if ticket}


async def find_each(asked: Sequence[tuple[int, Asker]]) -> list[Ticket | None]:
    """Give each ticket as the one beside its key may see it, in one statement.

    None for who may not see it or is not signed in.
    """
    people = [asker.person_id for _, asker in asked]
    sessions = [asker.session_id for _, asker in asked]
    indexes = [sealed_index(person_id) for person_id in people]
    rows = await db.fetch(_FIND_EACH, [key for key, _ in asked], people, sessions, indexes)
    found: list[Ticket | None] = [None] * len(asked)
    for row in rows:
        found[row["place"] - 1] = from_row(row)
    return found


async def office(person_id: int | None, area_code: str) -> Office | None:
    """Give the office by which a person sees all tickets of an area; None without one."""
    held = await access.rights_of(person_id)
    if not held.may(Action.TICKET_READ, access.Thing(area_code=area_code)):
        return None
    return tuple(
        sorted(set(held.held), key=lambda one: (one.role, one.area_code, one.unit_id or 0))
    )


async def find_by_office(keys: Iterable[int], *, office: Office) -> dict[int, Ticket]:
    """Give those of these tickets that an office may see, whoever holds it, by key."""
    rows = await db.fetch(_FIND, list(keys), _WHOEVER, sealed_index(_WHOEVER))
    held = Rights(_WHOEVER, None, office)
    seen = ((row["id"], from_row(row, held)) for row in rows)
    return {key: ticket for key, ticket in seen if ticket}


def from_row(row: asyncpg.Record, held: Rights | None = None) -> Ticket | None:
    """Make the record of a row with COLUMNS, by other rights than its own if some are given.

    None for who may not see it.
    """
    found = case(row)
    who = Who(
        held or access.read(row["rights"]),
        is_reporter=row["reported_first"] is True,
        is_joiner=row["reported_first"] is False,
    )
    roles = parties(found, who)
    return None if roles.isdisjoint(_INVOLVED) else _seen(row, found, who, roles)


def _sight(found: Case, who: Who, roles: Set[Party]) -> Sight:
    """Say what somebody who may see a ticket sees of it."""
    may_know = who.is_reporter or Party.HANDLER in roles
    return Sight(
        is_staff=Party.STAFF in roles,
        is_reporter=who.is_reporter,
        sees_reporter=may_know or who.rights.may(Action.TICKET_REPORTER_READ, found.thing()),
    )


def _seen(row: asyncpg.Record, found: Case, who: Who, roles: Set[Party]) -> Ticket:
    seen = _sight(found, who, roles)
    return Ticket(
        id=found.id,
        number=row["number"],
        state=found.state,
        version=found.version,
        round=found.round,
        category=found.category,
        urgency=found.urgency,
        source=found.source,
        area_code=found.area_code,
        place=found.point,
        address=row["address"] if seen.sees_texts else None,
        text=row["text"] if seen.sees_texts else None,
        is_anonymous=row["is_anonymous"],
        is_mine=who.is_reporter,
        reporter=_reporter(row, who) if seen.sees_reporter else None,
        unit=_unit(row),
        assignee=_assignee(row) if seen.is_staff else None,
        merged_into_id=found.merged_into_id,
        returns=found.returns,
        extension=found.extension,
        extension_days=found.extension_days,
        calls=found.calls,
        submitted_at=found.submitted_at,
        due_at=found.due_at,
        resolved_at=found.resolved_at,
        ended_at=found.ended_at,
        urged_at=found.urged_at,
        is_solved=found.is_solved,
        satisfaction=found.satisfaction,
        rank=row["rank"],
        moves=moves(found, who, roles),
        sight=seen,
    )


def _reporter(row: asyncpg.Record, who: Who) -> Person | None:
    """Name who reported; who stays anonymous sees nobody but themself there."""
    if row["reporter_id"] is not None:
        return Person(row["reporter_id"], row["reporter_name"])
    if who.is_reporter and who.person_id is not None:
        return Person(who.person_id, row["viewer_name"])
    return None


def _unit(row: asyncpg.Record) -> Unit | None:
    """Give the unit, of which everybody may see everything."""
    if row["unit_id"] is None:
        return None
    return Unit(
        id=row["unit_id"],
        code=row["unit_code"],
        kind=UnitKind(row["unit_kind"]),
        name=row["unit_name"],
        area_code=row["unit_area_code"],
        parent_id=row["unit_parent_id"],
        duties=tuple(row["unit_duties"]),
        closed_at=row["unit_closed_at"],
        version=row["unit_version"],
    )


def _assignee(row: asyncpg.Record) -> Person | None:
    return Person(row["assignee_id"], row["assignee_name"]) if row["assignee_id"] else None


def columns(person_id: str, index: str) -> str:
    """Give COLUMNS for a viewer in these SQL parameters: the key and the sealed index."""
    return _COLUMNS.format(
        person_id=person_id, index=index, rights=access.rights_sql(person_id), case=CASE
    )


_COLUMNS = """{case}, ticket.number, ticket.address, ticket.text, ticket.is_anonymous,
    ticket.rank, unit.code AS unit_code, unit.name AS unit_name,
    unit.parent_id AS unit_parent_id, unit.duties AS unit_duties, unit.version AS unit_version,
    assignee.name AS assignee_name,
    first.person_id AS reporter_id, reporter.name AS reporter_name,
    (SELECT name FROM person WHERE id = {person_id}) AS viewer_name,
    (
        SELECT bool_or(is_first) FROM ticket_reporter AS own
        WHERE own.ticket_id = ticket.id
            AND (own.person_id = {person_id} OR own.sealed_index = {index})
    ) AS reported_first,
    {rights} AS rights"""
JOINS = """
LEFT JOIN unit ON unit.id = ticket.unit_id
LEFT JOIN person AS assignee ON assignee.id = ticket.assignee_id
LEFT JOIN ticket_reporter AS first ON first.ticket_id = ticket.id AND first.is_first
LEFT JOIN person AS reporter ON reporter.id = first.person_id
"""
_FIND = f"SELECT {columns('$2', '$3')} FROM ticket {JOINS} WHERE ticket.id = ANY($1)"  # noqa: S608 - constants
_FIND_EACH = f"""
SELECT place, {columns("wanted.person_id", "wanted.sealed_index")}
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) WITH ORDINALITY
    AS wanted (ticket_id, person_id, session_id, sealed_index, place)
JOIN person ON {person.signed_in_sql("wanted.person_id", "wanted.session_id")}
JOIN ticket ON ticket.id = wanted.ticket_id {JOINS}
"""  # noqa: S608 - constants
