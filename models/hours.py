"""Opening hours: OSM opening_hours texts become the intervals in which a place is open.

A text is read in Asia/Shanghai. `PH` in it means every day off of the city's calendar
(models/calendar.py): the parser's own has only the first day of each long holiday, no Qingming
and nothing of the yearly notice.
What began in the evening before such a day, or on it, ends at midnight. A place whose hours are
not known, or only "unknown" by its text, is not promised to be open.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from models import calendar
from models.calendar import COUNTRY
from models.errors import Invalid

if TYPE_CHECKING:
    from opening_hours import OpeningHours

CITY_ZONE = calendar.CITY_ZONE
DAYS = 9
DAYS_MOST = 31
DAY_SECONDS = 86_400
TEXT_LENGTH_MOST = 256
REACH = timedelta(days=365)
TEXTS_KEPT = 256
"""So many texts stay parsed: a question about a far day asks each of them."""

Intervals = tuple[tuple[int, int], ...]

_QUOTED_OR_HOLIDAY = re.compile(r'"[^"]*"|\bPH\b')
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """A text and when it is open in a window, as instants in epoch seconds (UTC).

    `changes` opens at the even places and closes at the odd ones.
    """

    text: str | None
    starts_at: int
    ends_at: int
    changes: tuple[int, ...]

    def is_open(self, at: float) -> bool:
        """Say whether it is open at an instant; outside of the window the text is read again."""
        if self.starts_at <= at < self.ends_at:
            return bool(bisect_right(self.changes, at) & 1)
        return _is_open_by_text(self.text, at)

    def intervals(self) -> Intervals:
        """Give the intervals of the window as pairs (opens, closes), in order, apart."""
        return tuple(zip(self.changes[::2], self.changes[1::2], strict=True))


def read(text: str | None, *, start: datetime, days: int = DAYS) -> Hours:
    """Read a text for a window; one that is missing or can't be read is never open."""
    try:
        opens = intervals(text, start=start, days=days) if text else ()
    except Invalid:
        opens = ()
    changes = tuple(instant for interval in opens for instant in interval)
    begin = int(start.timestamp())
    return Hours(text, begin, begin + days * DAY_SECONDS, changes)


def intervals(text: str, *, start: datetime, days: int = DAYS) -> Intervals:
    """Give when a text is open in the `days` after `start`, in epoch seconds; raises Invalid."""
    assert 1 <= days <= DAYS_MOST
    begin = start.astimezone(CITY_ZONE)
    end = begin + days * _DAY
    merged: list[tuple[int, int]] = []
    for opens, closes in _pieces(text, begin, end):
        if merged and merged[-1][1] == opens:
            merged[-1] = (merged[-1][0], closes)
        else:
            merged.append((opens, closes))
    return tuple(merged)


def check(text: str) -> None:
    """Accept a text in the OSM opening_hours syntax; raises Invalid."""
    # The parser takes a tenth of a second to import: only those who read hours pay for it.
    from opening_hours import validate

    if len(text) > TEXT_LENGTH_MOST:
        raise Invalid(f"开放时间最多 {TEXT_LENGTH_MOST} 个字符")
    if not text.strip() or not validate(text):
        raise Invalid("开放时间无法识别，请按 OSM opening_hours 格式填写，例如 Mo-Fr 08:30-17:30")


def check_instant(at: datetime, *, now: datetime) -> None:
    """Accept an instant for which hours may be asked: within a year of now; raises Invalid."""
    if at.tzinfo is None or abs(at - now) > REACH:
        raise Invalid("查询时间须在前后一年之内")


def midnight(at: datetime) -> datetime:
    """Give the beginning of the day in the city in which an instant falls."""
    return datetime.combine(at.astimezone(CITY_ZONE), time(), CITY_ZONE)


def _pieces(text: str, begin: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    """Give the open pieces in order; they may touch, at midnight or where a comment changes."""
    ordinary, day_off = _expressions(text)
    start = begin
    while start < end:
        expression, stop = ordinary, end
        if day_off is not None:
            stop = min(end, midnight(start + _DAY))
            expression = day_off if start.date() in calendar.days_off(start.year) else ordinary
        for opens, closes, state, _ in expression.intervals(start, stop):
            if _is_open(state):
                yield int(opens.timestamp()), int(closes.timestamp())
        start = stop


@lru_cache(maxsize=TEXTS_KEPT)
def _expressions(text: str) -> "tuple[OpeningHours, OpeningHours | None]":
    """Give what holds on ordinary days, where no day is PH, and on days off, where each is.

    Raises Invalid.
    """
    from opening_hours import validate

    check(text)
    everyday = _QUOTED_OR_HOLIDAY.sub(_every_day, text)
    if everyday == text:
        return _parsed(text, None), None
    if validate(everyday):
        return _parsed(text, None), _parsed(everyday, None)
    # A selector such as "PH +1 day" can't be put in other words: the parser's calendar must do.
    return _parsed(text, COUNTRY), None


def _every_day(match: re.Match[str]) -> str:
    return "Mo-Su" if match[0] == "PH" else match[0]


def _parsed(text: str, country: str | None) -> "OpeningHours":
    from opening_hours import OpeningHours

    return OpeningHours(
        text, timezone=CITY_ZONE, country=country, auto_country=False, auto_timezone=False
    )


def _is_open(state: object) -> bool:
    from opening_hours import State

    return state == State.OPEN


def _is_open_by_text(text: str | None, at: float) -> bool:
    day = midnight(datetime.fromtimestamp(at, CITY_ZONE))
    return read(text, start=day, days=1).is_open(at)
