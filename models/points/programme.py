"""Programmes: which there are, their rules, and their figures against their budget."""

from dataclasses import dataclass
from typing import Any

from models import access, db, page
from models.access import Action, Thing
from models.page import Page
from models.points import record
from models.points.award import RULE_COLUMNS, rule_from_row
from models.points.record import PROGRAMME_COLUMNS, PROGRAMME_WIDTH, Programme
from models.points.rule import Rule
from models.points.words import Alarm

NOTICE_PERCENT, WARNING_PERCENT, EXCEEDED_PERCENT = 70, 90, 100
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """How a programme stands; points are sums of all entries, money is in cents.

    Liabilities are what members can still spend and what merchants are owed. With what merchants
    were paid this year they stand against the year's budget.
    """

    members: int
    merit: int
    outstanding: int
    held: int
    debt: int
    issued: int
    expired: int
    owed: int
    settled: int
    settled_this_year: int
    cents_per_point: int
    budget_cents: int

    @property
    def liability_cents(self) -> int:
        """What it would cost to redeem and pay everything today."""
        return (self.outstanding + self.owed) * self.cents_per_point

    @property
    def used_percent(self) -> int | None:
        """Liabilities and this year's payments in percent of the budget; None without one."""
        if self.budget_cents == 0:
            return None
        paid = self.settled_this_year * self.cents_per_point
        return (self.liability_cents + paid) * PERCENT // self.budget_cents

    @property
    def alarm(self) -> Alarm:
        """How near the budget's limit is."""
        used = self.used_percent
        if used is None or used < NOTICE_PERCENT:
            return Alarm.NONE
        if used < WARNING_PERCENT:
            return Alarm.NOTICE
        return Alarm.WARNING if used < EXCEEDED_PERCENT else Alarm.EXCEEDED


async def programmes(*, area_code: str | None, first: int, after: str | None) -> Page[Programme]:
    """Give a page of programmes by code: all, or those that the residents of an area belong to.

    Raises Invalid.
    """
    asked = page.digest("programmes", area_code)
    last = page.key_after(after, asked, str)[0] if after else ""
    rows = await db.fetch(_PROGRAMMES, area_code, last, page.size(first) + 1)
    found = [record.programme(row) for row in rows]
    return page.cut(found, first, asked, lambda one: (one.code,))


async def programme(key: int) -> Programme | None:
    """Give a programme."""
    row = await db.fetch_one(_PROGRAMME, key)
    return record.programme(row) if row else None


async def rules(programme_id: int, *, first: int, after: str | None) -> Page[Rule]:
    """Give a page of a programme's rules by code, of each the version that holds or comes next.

    Raises Invalid.
    """
    asked = page.digest("rules", programme_id)
    last = page.key_after(after, asked, str)[0] if after else ""
    rows = await db.fetch(_RULES, programme_id, last, page.size(first) + 1)
    return page.cut(list(map(rule_from_row, rows)), first, asked, lambda rule: (rule.code,))


async def figures(programme_id: int, *, viewer_id: int) -> Figures | None:
    """Give how a programme stands; None for who may not see the points of its area."""
    row = await db.fetch_one(_FIGURES, programme_id, viewer_id)
    if row is None or not _may_see(row):
        return None
    facts = dict(row)
    del facts["rights"], facts["owner_area_code"]
    return Figures(**facts)


def _may_see(row: Any) -> bool:  # noqa: ANN401 - a row with rights beside it
    thing = Thing(area_code=row["owner_area_code"])
    return access.read(row["rights"]).may(Action.POINTS_READ, thing)


assert len(PROGRAMME_COLUMNS.split(",")) == PROGRAMME_WIDTH
_PROGRAMME = f"SELECT {PROGRAMME_COLUMNS} FROM programme WHERE id = $1"  # noqa: S608 - constants
_PROGRAMMES = f"""
SELECT {PROGRAMME_COLUMNS} FROM programme
WHERE code > $2 AND closed_at IS NULL AND ($1::text IS NULL OR EXISTS (
    SELECT FROM programme_area WHERE programme_area.programme_id = programme.id
        AND (programme_area.area_code >= $1 COLLATE "C"
                AND programme_area.area_code < $1 || ':' COLLATE "C"
            OR starts_with($1, programme_area.area_code))
))
ORDER BY code LIMIT $3
"""  # noqa: S608 - constants
_RULES = f"""
SELECT DISTINCT ON (rule.code) {RULE_COLUMNS} FROM rule
WHERE rule.programme_id = $1 AND rule.code > $2
ORDER BY rule.code, rule.valid_from <= {db.TODAY} DESC, rule.version DESC LIMIT $3
"""  # noqa: S608 - constants
_FIGURES = f"""
SELECT people.members, people.merit, people.outstanding, people.held, people.debt,
    system.issued, system.expired, system.owed, system.settled, system.settled_this_year,
    programme.cents_per_point, programme.budget_cents,
    programme.owner_area_code, {access.rights_sql("$2")} AS rights
FROM programme CROSS JOIN LATERAL (
    SELECT count(*) AS members, coalesce(sum(merit), 0)::bigint AS merit,
        coalesce(sum(points), 0)::bigint AS outstanding,
        coalesce(sum(held), 0)::bigint AS held, coalesce(sum(debt), 0)::bigint AS debt
    FROM account WHERE account.programme_id = programme.id AND kind = 'PERSON'
        AND person_id IS NOT NULL
) AS people CROSS JOIN LATERAL (
    SELECT coalesce(-sum(amount) FILTER (WHERE kind = 'ISSUANCE'), 0)::bigint AS issued,
        coalesce(sum(amount) FILTER (WHERE kind = 'EXPIRED'), 0)::bigint AS expired,
        coalesce(sum(amount) FILTER (WHERE kind = 'PAYABLE'), 0)::bigint AS owed,
        coalesce(sum(amount) FILTER (WHERE kind = 'SETTLED'), 0)::bigint AS settled,
        coalesce(sum(amount) FILTER (WHERE kind = 'SETTLED'
            AND business_day >= date_trunc('year', {db.TODAY})::date), 0)::bigint
            AS settled_this_year
    FROM account JOIN entry ON entry.account_id = account.id AND asset = 'POINT'
    WHERE account.programme_id = programme.id AND account.person_id IS NULL
) AS system
WHERE programme.id = $1
"""  # noqa: S608 - constants
