"""Figures of tickets: how many came, were closed, solved, found good, are open or overdue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from models import access, db
from models.access import Action
from models.errors import Invalid
from models.statement import Statement
from models.ticket.case import CITY_CODE_LENGTH
from models.ticket.filter import Filter, check, narrow
from models.ticket.words import Source

SATISFIED_LEAST = 4
"""Who gives at least this is satisfied."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; without a denominator there is no rate."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        """Give it in percent, to two places."""
        if not self.denominator:
            return None
        return round(100 * self.numerator / self.denominator, 2)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the tickets that were reported in an area and time.

    `closed` is of all received; `solved` of those whose reporter said whether it is; `satisfied`
    of those rated. Nobody's silence counts as solved or satisfied.
    """

    received: int
    open: int
    overdue: int
    closed: Rate
    solved: Rate
    satisfied: Rate


async def figures(
    wanted: Filter, *, source: Source | None = None, person_id: int | None
) -> Figures | None:
    """Count the tickets of an area's subtree; None for who may not see its tickets.

    Staff of a unit see the figures of their unit everywhere. Raises Invalid.
    """
    if wanted.area_code is None:
        raise Invalid("请指定区划代码")
    check(wanted)
    held = await access.rights_of(person_id)
    thing = access.Thing(area_code=wanted.area_code, unit_id=wanted.unit_id)
    if not held.may(Action.TICKET_READ, thing):
        return None
    statement = _statement(wanted, source)
    asked = " AND ".join(statement.conditions)
    rows = await db.fetch(_COUNT.format(asked=asked), *statement.arguments)
    counts = {row["outcome"]: row["count"] for row in rows}
    return _figures(counts, overdue=rows[0]["overdue"] if rows else 0)


def _statement(wanted: Filter, source: Source | None) -> Statement:
    assert wanted.area_code, "figures are those of an area"
    statement = Statement([int(datetime.now(UTC).timestamp() * 1_000)])
    code = statement.add(wanted.area_code)
    if len(wanted.area_code) == CITY_CODE_LENGTH:
        # A database holds one city, or this one is none: no row need be looked at for that.
        statement.where(f"EXISTS (SELECT FROM area WHERE code = {code})")
    else:
        statement.where(
            f'ticket.area_code >= {code} COLLATE "C"'
            f" AND ticket.area_code < {code} || ':' COLLATE \"C\""
        )
    narrow(wanted, statement)
    if source:
        statement.where(f"source = {statement.add(source)}")
    return statement


def _figures(counts: Mapping[int, int], *, overdue: int) -> Figures:
    """Add up the tickets by their outcome, which says all that figures need of one."""
    received = sum(counts.values())
    ended = {outcome: count for outcome, count in counts.items() if outcome >= _CLOSED}
    answered = {outcome: count for outcome, count in ended.items() if outcome >= _ANSWERED}
    rated = {outcome: count for outcome, count in ended.items() if outcome % 10}
    return Figures(
        received=received,
        open=counts.get(_OPEN, 0),
        overdue=overdue,
        closed=Rate(sum(ended.values()), received),
        solved=Rate(
            sum(count for outcome, count in answered.items() if outcome >= _SOLVED),
            sum(answered.values()),
        ),
        satisfied=Rate(
            sum(count for outcome, count in rated.items() if outcome % 10 >= SATISFIED_LEAST),
            sum(rated.values()),
        ),
    )


# The numbers of the column outcome: what is closed is 10 where nobody said whether it is solved,
# 20 where it is not and 30 where it is, plus the stars that were given.
_OPEN, _CLOSED, _ANSWERED, _SOLVED = 1, 10, 20, 30
_COUNT = """
SELECT outcome, count(*) AS count,
    (SELECT count(*) FROM ticket WHERE {asked} AND outcome = 1 AND rank < $1) AS overdue
FROM ticket WHERE {asked} GROUP BY outcome
"""
