"""What lists and figures are asked by, and how it is said in SQL. Nothing here reads anything."""

from dataclasses import dataclass
from datetime import datetime

from models.area.record import is_code
from models.errors import Invalid
from models.statement import Statement
from models.ticket.category import is_known
from models.ticket.words import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which tickets are asked for; what is None or empty does not matter.

    `area_code` is an area with all below it, `since` and `until` bound the time of the report,
    `text` is a part of what was reported, or a whole number.
    """

    states: tuple[State, ...] = ()
    categories: tuple[str, ...] = ()
    area_code: str | None = None
    unit_id: int | None = None
    is_mine: bool = False
    is_assigned_to_me: bool = False
    is_overdue: bool = False
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def check(wanted: Filter) -> None:
    """Raise Invalid for what can't be asked for."""
    if wanted.area_code is not None and not is_code(wanted.area_code):
        raise Invalid("区划代码无法识别")
    if not all(map(is_known, wanted.categories)):
        raise Invalid("没有这个事项类别")


def narrow(wanted: Filter, statement: Statement) -> None:
    """Ask for what lists and figures have in common: category, unit and time."""
    if wanted.categories:
        statement.where(f"category = ANY({statement.add(list(wanted.categories))})")
    if wanted.unit_id is not None:
        statement.where(f"unit_id = {statement.add(wanted.unit_id)}")
    if wanted.since:
        statement.where(f"submitted_at >= {statement.add(wanted.since)}")
    if wanted.until:
        statement.where(f"submitted_at < {statement.add(wanted.until)}")
