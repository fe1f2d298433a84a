"""When something is due: the one place where the clocks of wishes are read. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.wish.words import State

CITY_ZONE = ZoneInfo("Asia/Shanghai")
CLAIM_TIME = timedelta(days=7)
"""So long a claimant has to fulfil a wish; "not yet" begins it anew."""
ARCHIVE_AFTER = timedelta(days=30)
DEADLINE_DEFAULT = timedelta(days=90)
DEADLINE_MOST = timedelta(days=366)


class Clock(StrEnum):
    """What ends a state by itself."""

    DEADLINE = "DEADLINE"
    CLAIM = "CLAIM"
    ARCHIVE = "ARCHIVE"


CLOCKS = {
    State.SUBMITTED: Clock.DEADLINE,
    State.REVIEWING: Clock.DEADLINE,
    State.PUBLISHED: Clock.DEADLINE,
    State.CLAIMED: Clock.CLAIM,
    State.DELIVERING: Clock.CLAIM,
    State.CONFIRMED: Clock.ARCHIVE,
}
"""The clock that runs in each state; the other states last."""


def due(state: State, *, deadline_on: date, at: datetime) -> datetime | None:
    """Say when a state that begins at `at` ends by itself; None if it lasts."""
    match CLOCKS.get(state):
        case Clock.DEADLINE:
            return end_of(deadline_on)
        case Clock.CLAIM:
            return at + CLAIM_TIME
        case Clock.ARCHIVE:
            return at + ARCHIVE_AFTER
    return None


def end_of(day: date) -> datetime:
    """Give the midnight after a day in the city."""
    return datetime.combine(day + timedelta(days=1), time(), CITY_ZONE).astimezone(UTC)


def day_of(at: datetime) -> date:
    """Give the day in the city."""
    return at.astimezone(CITY_ZONE).date()
