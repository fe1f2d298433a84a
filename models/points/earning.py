"""Awards for what came about by itself: tickets that were closed, wishes that were confirmed.

Nobody gives them: the rule for their source does, within its caps. Each thing is rewarded once
for ever, also if it is opened and closed again, or its award is reversed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models import access, ticket
from models.db import Connection
from models.errors import Refusal
from models.points import ledger
from models.points.award import (
    PROGRAMMES_OF_PERSON,
    RULE_COLUMNS,
    Subject,
    by_rule,
    rule_from_row,
    subject_of,
)
from models.points.rule import Rule
from models.points.words import Source
from models.role import Role
from models.ticket import Closing

BY_OFFICE = frozenset({ticket.Source.GRID_PATROL, ticket.Source.VISIT, ticket.Source.WHISTLE})
"""Tickets that were reported as a part of somebody's work; they are no deed of a volunteer."""


class Earned(NamedTuple):
    """That somebody earned something by the thing `source_id` of this source."""

    person_id: int
    source: Source
    source_id: int


class _Due(NamedTuple):
    """Who is to be awarded for what, by which rule."""

    earned: Earned
    subject: Subject
    rule: Rule


async def award_for(
    connection: Connection, every: Iterable[Earned], *, area_code: str
) -> list[int]:
    """Award people for what came about in an area, in its transaction; give the awards' ids.

    Each by the rule for its source in a programme that covers the area and that the person
    belongs to: the least points of its range. Whoever no rule rewards, and whose cap is reached,
    gets nothing; the thing itself goes on. The caller holds the lock of the thing.
    """
    due = [
        found for earned in every if (found := await _due(connection, earned, area_code=area_code))
    ]
    if not due:
        return []
    people = [(one.rule.programme_id, one.subject.person_id) for one in due]
    await ledger.lock_people(connection, people)
    awards = [await _award(connection, one) for one in due]
    return [key for key in awards if key is not None]


async def award_for_ticket(connection: Connection, closing: Closing) -> None:
    """Award who reported a ticket and who handled it, as far as the rules reward them.

    Who stays anonymous earns nothing: an entry of that day would name them. Neither does who
    reported the same later, nor what somebody did for themself or their household.
    """
    case = closing.case
    reporter, handler = closing.first_reporter_id, case.resolver_id
    homes = await _homes(connection, {reporter, handler, closing.actor_id})
    every = []
    is_named = not closing.reporters[reporter] and case.source not in BY_OFFICE
    # To rate what others did for oneself is no award to oneself; to be called by one's kin is.
    if (
        is_named
        and not _are_one(homes, reporter, handler)
        and (reporter == closing.actor_id or not _are_one(homes, reporter, closing.actor_id))
    ):
        every.append(Earned(reporter, Source.TICKET, case.id))
    if (
        handler is not None
        and case.is_solved is not False
        and not _are_one(homes, handler, reporter)
        and not _are_one(homes, handler, closing.actor_id)
        and await _is_volunteer(connection, handler)
    ):
        every.append(Earned(handler, Source.HANDLING, case.id))
    await award_for(connection, every, area_code=case.area_code)


ticket.ON_CLOSED["points"] = award_for_ticket


async def _due(connection: Connection, earned: Earned, *, area_code: str) -> _Due | None:
    if await connection.fetchval(_IS_REWARDED, earned.source, earned.source_id):
        return None
    subject = await subject_of(connection, earned.person_id)
    row = await connection.fetchrow(_RULE, earned.person_id, earned.source, area_code)
    return _Due(earned, subject, rule_from_row(row)) if subject and row else None


async def _award(connection: Connection, due: _Due) -> int | None:
    try:
        async with connection.transaction():
            return await by_rule(
                connection,
                due.subject,
                due.rule,
                points=due.rule.points_least,
                actor_id=None,
                source=due.earned.source,
                source_id=due.earned.source_id,
            )
    except Refusal:
        return None


async def _homes(connection: Connection, people: Iterable[int | None]) -> dict[int, int]:
    known = [one for one in people if one is not None]
    return {row["person_id"]: row["household_id"] for row in await connection.fetch(_HOMES, known)}


def _are_one(homes: Mapping[int, int], one: int, other: int | None) -> bool:
    """Say whether two are the same person, or of one household."""
    if other is None:
        return False
    return one == other or (other in homes and homes.get(one) == homes[other])


async def _is_volunteer(connection: Connection, person_id: int) -> bool:
    rights = await access.rights(connection, person_id)
    return any(held.role is Role.VOLUNTEER for held in rights.held)


_IS_REWARDED = """
SELECT true FROM transaction WHERE source = $1 AND source_id = $2 AND kind <> 'REVERSAL' LIMIT 1
"""
_HOMES = """
SELECT person_id, household_id FROM residence
WHERE person_id = ANY($1) AND state = 'CONFIRMED' AND household_id IS NOT NULL
"""
# The version that holds is the newest that has begun. Of two programmes the village's own comes
# before that of the couriers.
_RULE = f"""
SELECT {RULE_COLUMNS} FROM rule JOIN programme ON programme.id = rule.programme_id
WHERE rule.source = $2 AND rule.points_least > 0 AND programme.closed_at IS NULL
    AND rule.programme_id IN {PROGRAMMES_OF_PERSON.format(person_id="$1")}
    AND CASE WHEN programme.kind = 'COURIER' THEN starts_with($3, programme.owner_area_code)
        ELSE EXISTS (
            SELECT FROM programme_area
            WHERE programme_id = programme.id AND area_code = left($3, 12)
        ) END
    AND rule.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    AND (rule.valid_to IS NULL OR rule.valid_to >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
    AND NOT EXISTS (
        SELECT FROM rule AS later
        WHERE later.programme_id = rule.programme_id AND later.code = rule.code
            AND later.version > rule.version
            AND later.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    )
ORDER BY programme.kind = 'COURIER', rule.programme_id, rule.code LIMIT 1
"""  # noqa: S608 - constants
