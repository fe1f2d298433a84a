"""When a station is open: at an instant, and in the days to come."""

from datetime import UTC, datetime
from typing import NamedTuple

from models import hours
from models.errors import Invalid
from models.station.record import Station

OPENING_DAYS = 7


class Opening(NamedTuple):
    """From when until when a station is open (UTC)."""

    opens_at: datetime
    closes_at: datetime


def is_open(station: Station, at: datetime | None = None, *, now: datetime | None = None) -> bool:
    """Say whether it is open at an instant within a year of now; raises Invalid."""
    present = now or datetime.now(UTC)
    instant = at or present
    hours.check_instant(instant, now=present)
    return station.hours.is_open(instant.timestamp())


def open_intervals(
    station: Station, *, days: int = OPENING_DAYS, now: datetime | None = None
) -> tuple[Opening, ...]:
    """Give when it is open today and on the days after, `days` in all; raises Invalid.

    Holidays are respected; what goes on at the last midnight is cut there.
    """
    if not 1 <= days <= hours.DAYS_MOST:
        raise Invalid(f"天数须在 1 到 {hours.DAYS_MOST} 之间")
    start = hours.midnight(now or datetime.now(UTC))
    begin = int(start.timestamp())
    read = station.hours
    if not (read.starts_at <= begin and begin + days * hours.DAY_SECONDS <= read.ends_at):
        read = hours.read(station.opening_hours, start=start, days=days)
    return tuple(_clipped(read, begin, begin + days * hours.DAY_SECONDS))


def openings(text: str, *, now: datetime | None = None) -> tuple[Opening, ...]:
    """Give when a text means to be open today and on the six days after; raises Invalid.

    For whoever is about to write it: a text that can't be read is refused, not never open.
    """
    hours.check(text)
    start = hours.midnight(now or datetime.now(UTC))
    read = hours.read(text, start=start, days=OPENING_DAYS)
    return tuple(_clipped(read, read.starts_at, read.ends_at))


def _clipped(read: hours.Hours, begin: int, end: int) -> list[Opening]:
    return [
        Opening(
            datetime.fromtimestamp(max(opens, begin), UTC),
            datetime.fromtimestamp(min(closes, end), UTC),
        )
        for opens, closes in read.intervals()
        if closes > begin and opens < end
    ]
