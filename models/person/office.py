"""Offices: which role is held where, who gives it, and for how long. No database here."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from models.access import Action, Rights, Thing
from models.area import Level
from models.errors import Code, Refusal
from models.role import Role

ONE_DAY = timedelta(days=1)
AHEAD_MOST = timedelta(days=366)
TERM_MOST = timedelta(days=3_653)


class Office(NamedTuple):
    """Who may give a role, and at which levels it is held; none: it is held in a unit."""

    action: Action
    levels: frozenset[Level]


_ANYWHERE = frozenset({Level.GRID, Level.VILLAGE})

OFFICES: Mapping[Role, Office] = {
    Role.VOLUNTEER: Office(Action.APPOINT_HELPERS, frozenset({Level.MICRO_GRID})),
    Role.COURIER: Office(Action.APPOINT_HELPERS, _ANYWHERE),
    Role.MERCHANT: Office(Action.APPOINT_HELPERS, _ANYWHERE),
    Role.LIAISON: Office(Action.APPOINT_GRID_STAFF, frozenset({Level.MICRO_GRID})),
    Role.GRID_WORKER: Office(Action.APPOINT_GRID_STAFF, frozenset({Level.GRID})),
    Role.GRID_LEAD: Office(Action.APPOINT_GRID_STAFF, frozenset({Level.GRID})),
    Role.SPECIALIST: Office(Action.APPOINT_GRID_STAFF, _ANYWHERE),
    Role.VILLAGE_CADRE: Office(Action.APPOINT_CADRES, frozenset({Level.VILLAGE})),
    Role.TOWN_OFFICER: Office(Action.APPOINT_TOWN_OFFICERS, frozenset({Level.TOWN})),
    Role.DEPARTMENT_OFFICER: Office(Action.APPOINT_UNIT_STAFF, frozenset()),
    Role.DISPATCHER: Office(Action.APPOINT_CITY_STAFF, frozenset({Level.CITY})),
    Role.AUDITOR: Office(Action.APPOINT_CITY_STAFF, frozenset({Level.CITY})),
    Role.ADMIN: Office(Action.APPOINT_CITY_STAFF, frozenset({Level.CITY})),
}
"""Every role but that of a resident, which nobody gives."""

PUBLIC = frozenset(
    {
        Role.LIAISON,
        Role.GRID_WORKER,
        Role.GRID_LEAD,
        Role.SPECIALIST,
        Role.VILLAGE_CADRE,
        Role.TOWN_OFFICER,
        Role.DEPARTMENT_OFFICER,
    }
)
"""Whose names stand on a sign while they hold."""


class Term(NamedTuple):
    """From the first to the last day; without a last day it goes on."""

    first: date
    last: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether the day is in it."""
        return self.first <= day and (self.last is None or day <= self.last)


def office(role: Role) -> Office:
    """Give the office of a role; raises Refusal INVALID for what nobody is appointed to."""
    if role not in OFFICES:
        raise Refusal(Code.INVALID, "该角色不需任命", "role")
    return OFFICES[role]


def check_level(role: Role, level: Level) -> None:
    """Refuse a role at a level where it is not held."""
    if level not in office(role).levels:
        levels = "、".join(one.chinese for one in Level if one in office(role).levels)
        raise Refusal(Code.INVALID, f"{role.chinese}只能在{levels or '单位'}任职", "areaCode")


def new_term(starts_on: date | None, ends_on: date | None, *, today: date) -> Term:
    """Give the term of somebody who is appointed today; raises Refusal INVALID."""
    first = starts_on or today
    if not today <= first <= today + AHEAD_MOST:
        raise Refusal(Code.INVALID, "任职须从今天起，最多提前一年", "startsOn")
    if ends_on is not None and not first <= ends_on <= first + TERM_MOST:
        raise Refusal(Code.INVALID, "任期须在开始之后，最长十年", "endsOn")
    return Term(first, ends_on)


def last_day(term: Term, ends_on: date | None, *, today: date) -> date:
    """Give the last day of a term that is ended; without a day it ends at once.

    What ends at once held yesterday for the last time; what had not begun by then never held, and
    its last day is the one before its first. Raises Refusal INVALID or ILLEGAL_MOVE.
    """
    yesterday = today - ONE_DAY
    if term.last is not None and term.last < max(today, term.first):
        raise Refusal(Code.ILLEGAL_MOVE, "该任职已结束", "appointmentId")
    last = yesterday if ends_on is None else ends_on
    if not yesterday <= last <= today + TERM_MOST or (term.last is not None and last > term.last):
        raise Refusal(Code.INVALID, "结束日期不在任期之内", "endsOn")
    return max(last, term.first - ONE_DAY)


def is_shown(held: Rights, role: Role, thing: Thing, *, holds: bool) -> bool:
    """Say whether these rights may see an appointment; `thing.owner_id` is who holds it."""
    return (role in PUBLIC and holds) or held.may(Action.APPOINTMENT_READ, thing)
