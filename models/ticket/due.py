"""When something is due: the one place where the clocks of tickets are read.

Time runs through nights and holidays here. Nothing else in the package adds up times, so that
another clock takes over by replacing these functions.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from models.ticket.category import CATEGORIES
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

_ACKNOWLEDGE = {
    Urgency.NORMAL: _DAY,
    Urgency.URGENT: timedelta(minutes=20),
    Urgency.EMERGENCY: timedelta(minutes=10),
}
_ALWAYS = {
    Clock.TRIAGE: timedelta(hours=2),
    Clock.CONTACT: _DAY,
    Clock.SUSPEND: timedelta(days=180),
    Clock.ARBITRATE: _DAY,
    Clock.VERIFY: timedelta(days=2),
    Clock.CALL_BACK: timedelta(days=3),
}


def due(clock: Clock, *, category: str, urgency: Urgency, at: datetime) -> datetime:
    """Say until when what begins at `at` must be done."""
    if clock is Clock.ACKNOWLEDGE:
        return at + _ACKNOWLEDGE[urgency]
    if clock is Clock.RESOLVE:
        return at + timedelta(hours=CATEGORIES[category].resolve_hours)
    return at + _ALWAYS[clock]


def extended(due_at: datetime, *, days: int) -> datetime:
    """Put a time off by working days."""
    return due_at + days * _DAY


def is_a_day_before(at: datetime, due_at: datetime) -> bool:
    """Say whether `at` is at least one working day before `due_at`."""
    return at + _DAY <= due_at


def after_pause(due_at: datetime, *, paused_at: datetime, at: datetime) -> datetime:
    """Put a time off by a pause that ends now: the clock stood still."""
    return due_at + (at - paused_at)
