"""When something is due: the one place where the clocks of tickets are read.

How long each may run is data: the catalogue DEADLINES, and the hours of categories. Time runs
through nights and holidays here. Nothing else in the package adds up times, so that another clock
takes over by replacing these functions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.calendar import CITY_ZONE
from models.catalogue.registry import Catalogue, current, register
from models.ticket.category import category_of
from models.ticket.words import State, Urgency

EXTENSION_DAYS_MOST = 20
REOPEN_WINDOW = timedelta(days=14)
URGE_PAUSE = timedelta(hours=24)
_DAY = timedelta(days=1)


class Clock(StrEnum):
    """What a ticket in a state waits for."""

    TRIAGE = "TRIAGE"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    CONTACT = "CONTACT"
    RESOLVE = "RESOLVE"
    SUSPEND = "SUSPEND"
    ARBITRATE = "ARBITRATE"
    VERIFY = "VERIFY"
    CALL_BACK = "CALL_BACK"


CLOCKS = {
    State.SUBMITTED: Clock.TRIAGE,
    State.DISPATCHED: Clock.ACKNOWLEDGE,
    State.ACKNOWLEDGED: Clock.CONTACT,
    State.IN_PROGRESS: Clock.RESOLVE,
    State.SUSPENDED: Clock.SUSPEND,
    State.ARBITRATION: Clock.ARBITRATE,
    State.RESOLVED: Clock.VERIFY,
    State.CALLBACK: Clock.CALL_BACK,
}
"""The clock that runs in each state; what is over has none."""

MINUTES_MOST = 2 * 366 * 24 * 60
_HOUR, _A_DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a clock may run; what is urgent has its own time, or that of all."""

    clock: Clock
    minutes: int
    urgent_minutes: int | None = None
    emergency_minutes: int | None = None

    def __post_init__(self) -> None:
        stated = (self.minutes, self.urgent_minutes, self.emergency_minutes)
        if not all(1 <= one <= MINUTES_MOST for one in stated if one is not None):
            raise ValueError(f"it is due in 1 to {MINUTES_MOST} minutes")

    def time(self, urgency: Urgency) -> timedelta:
        """Give the time for tickets of an urgency."""
        own = {
            Urgency.URGENT: self.urgent_minutes,
            Urgency.EMERGENCY: self.emergency_minutes,
        }.get(urgency)
        return timedelta(minutes=self.minutes if own is None else own)


def _every_clock(entries: tuple[Deadline, ...]) -> Iterator[str]:
    stated = {one.clock for one in entries}
    for clock in Clock:
        if clock not in stated:
            yield f"{clock} is missing"


DEADLINES = register(
    Catalogue(
        name="ticket_deadlines",
        title=(
            "In how many minutes each step of a ticket is due; RESOLVE holds where the category"
            " is not in its catalogue any more. 工单各环节时限（分钟）"
        ),
        entry=Deadline,
        default=(
            Deadline(Clock.TRIAGE, 2 * _HOUR),
            Deadline(Clock.ACKNOWLEDGE, _A_DAY, urgent_minutes=20, emergency_minutes=10),
            Deadline(Clock.CONTACT, _A_DAY),
            Deadline(Clock.RESOLVE, 7 * _A_DAY),
            Deadline(Clock.SUSPEND, 180 * _A_DAY),
            Deadline(Clock.ARBITRATE, _A_DAY),
            Deadline(Clock.VERIFY, 2 * _A_DAY),
            Deadline(Clock.CALL_BACK, 3 * _A_DAY),
        ),
        key=("clock",),
        check=_every_clock,
    )
)


def due(clock: Clock, *, category: str, urgency: Urgency, at: datetime) -> datetime:
    """Say until when what begins at `at` must be done, by the rules of that day."""
    if clock is Clock.RESOLVE and (found := category_of(category, at=at)):
        return at + timedelta(hours=found.resolve_hours)
    rules = current(DEADLINES, on=at.astimezone(CITY_ZONE).date()).entries
    return at + next(rule.time(urgency) for rule in rules if rule.clock is clock)


def extended(due_at: datetime, *, days: int) -> datetime:
    """Put a time off by working days."""
    return due_at + days * _DAY


def is_a_day_before(at: datetime, due_at: datetime) -> bool:
    """Say whether `at` is at least one working day before `due_at`."""
    return at + _DAY <= due_at


def after_pause(due_at: datetime, *, paused_at: datetime, at: datetime) -> datetime:
    """Put a time off by a pause that ends now: the clock stood still."""
    return due_at + (at - paused_at)
