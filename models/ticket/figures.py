"""Figures of tickets: how many came, were closed, solved, found good, are open or overdue."""

from dataclasses import dataclass
from datetime import UTC, datetime

from models import access, db
from models.access import Action
from models.errors import Invalid
from models.ticket.filter import Filter, Statement, check, narrow
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
    statement = Statement([int(datetime.now(UTC).timestamp() * 1_000)])
    narrow(wanted, statement)
    if source:
        statement.where(f"source = {statement.add(source)}")
    row = await db.fetch_one(_COUNT + " AND ".join(statement.conditions), *statement.arguments)
    assert row, "counting gives one row"
    return Figures(
        received=row["received"],
        open=row["open"],
        overdue=row["overdue"],
        closed=Rate(row["closed"], row["received"]),
        solved=Rate(row["solved"], row["asked"]),
        satisfied=Rate(row["satisfied"], row["rated"]),
    )


_COUNT = f"""
SELECT count(*) AS received,
    count(*) FILTER (WHERE state = 'CLOSED') AS closed,
    count(*) FILTER (WHERE due_at IS NOT NULL) AS open,
    count(*) FILTER (WHERE rank < $1) AS overdue,
    count(is_solved) AS asked,
    count(*) FILTER (WHERE is_solved) AS solved,
    count(satisfaction) AS rated,
    count(*) FILTER (WHERE satisfaction >= {SATISFIED_LEAST}) AS satisfied
FROM ticket WHERE """  # noqa: S608 - a constant
