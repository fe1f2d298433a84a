"""The calendar: the days off that everybody has, and the weekends that are worked.

The city states years day by day (the catalogue `calendar`), as the State Council's yearly notice
does. For a year that it does not state, the law alone holds. What it states is handed in by `use`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.words import Word

CITY_ZONE = ZoneInfo("Asia/Shanghai")
COUNTRY = "CN"
YEARS_KEPT = 8
WORKDAYS_OF_WEEK = 5

_DAY = timedelta(days=1)


class DayKind(Word):
    """What sort of exception a day is."""

    LEGAL = "LEGAL", "A day off by law.", "法定节假日"
    IN_LIEU = "IN_LIEU", "A day off because a weekend is worked, or fell on a holiday.", "调休"
    WORKDAY = "WORKDAY", "A Saturday or Sunday that is worked.", "补班"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not as its weekday says."""

    day: date
    kind: DayKind
    name: str

    def __post_init__(self) -> None:
        if self.kind is DayKind.WORKDAY and self.day.weekday() < WORKDAYS_OF_WEEK:
            raise ValueError(f"{self.day} is no Saturday or Sunday")


@dataclass(slots=True)
class _Stated:
    """What the city states, by year."""

    days_off: Mapping[int, frozenset[date]] = field(default_factory=dict)
    workdays: frozenset[date] = frozenset()


_stated = _Stated()


def use(days: Iterable[Day]) -> None:
    """Keep to these days in this process from now on; a year without any is as the law says."""
    global _stated
    off: dict[int, set[date]] = {}
    worked: set[date] = set()
    for day in days:
        of_year = off.setdefault(day.day.year, set())
        (worked if day.kind is DayKind.WORKDAY else of_year).add(day.day)
    _stated = _Stated({year: frozenset(found) for year, found in off.items()}, frozenset(worked))


def days_off(year: int) -> frozenset[date]:
    """Give the days off of a year: what the city states, else those of the law."""
    stated = _stated.days_off.get(year)
    return by_law(year) if stated is None else stated


def is_workday(day: date) -> bool:
    """Say whether a day is worked: Monday to Friday but for days off, and the weekends stated."""
    if day in _stated.workdays:
        return True
    return day.weekday() < WORKDAYS_OF_WEEK and day not in days_off(day.year)


def today() -> date:
    """Give the day that it is in the city."""
    return datetime.now(CITY_ZONE).date()


@lru_cache(maxsize=YEARS_KEPT)
def by_law(year: int) -> frozenset[date]:
    """Give the days off that the law gives everybody in a year (13 since 2025).

    Source: 全国年节及纪念日放假办法 as revised in 2024. The yearly notice that moves weekends
    around them is not in it. The parser's calendar knows the lunar days.
    """
    # The parser takes a tenth of a second to import: only those who need it pay for it.
    from opening_hours import OpeningHours, State

    new_year = datetime(year, 1, 1, tzinfo=CITY_ZONE)
    next_year = datetime(year + 1, 1, 1, tzinfo=CITY_ZONE)
    holidays = OpeningHours(
        "PH", timezone=CITY_ZONE, country=COUNTRY, auto_country=False, auto_timezone=False
    )
    spans = holidays.intervals(new_year, next_year)
    known = {opens.date() for opens, _, state, _ in spans if state == State.OPEN}
    found = set(known)
    for day in known:
        # Spring Festival is the eve and three days, Labour Day two, National Day three.
        if date(year, 1, 20) <= day <= date(year, 2, 21):
            found |= {day - _DAY, day + _DAY, day + 2 * _DAY}
    found.add(date(year, 5, 2))
    found |= {date(year, 10, 2), date(year, 10, 3)}
    found.add(_qingming(year))
    return frozenset(found)


def _qingming(year: int) -> date:
    """Give the day of clear brightness by the usual formula for the 21st century."""
    in_century = year % 100
    return date(year, 4, int(in_century * 0.2422 + 4.81) - in_century // 4)
