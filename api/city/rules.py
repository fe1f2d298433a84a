"""The rules that the standard city begins with, where they differ from what the code assumes."""

from collections.abc import Iterator
from datetime import date
from itertools import count, takewhile
from typing import Any

from models.calendar import Day, DayKind

FIRST_YEAR = 2024
WORKED = "调休上班"
IN_LIEU_MARKS = ("补假", "调休")


def standard() -> dict[str, tuple[Any, ...]]:
    """Give the entries of catalogues by name: the calendar as the yearly notices state it."""
    return {"calendar": tuple(_days())}


def _days() -> Iterator[Day]:
    """Give the days of each year whose notice the package of holidays knows."""
    # It takes the better part of a second to import: only who loads a city pays for it.
    from holidays.countries.china import China

    def known(year: int) -> China:
        return China(years=year, language="zh_CN")  # type: ignore[no-untyped-call]

    for year in takewhile(lambda year: _worked(known(year), year), count(FIRST_YEAR)):
        holidays = known(year)
        days = [Day(day, _kind(name), name) for day, name in holidays.items()]
        days += [Day(day, DayKind.WORKDAY, WORKED) for day in _worked(holidays, year)]
        yield from sorted(days, key=lambda day: day.day)


def _worked(holidays: Any, year: int) -> list[date]:  # noqa: ANN401 - the package's calendar
    """Give the weekends of a year that are worked; of a year without notice there are none."""
    return [day for day in holidays.weekend_workdays if day.year == year]


def _kind(name: str) -> DayKind:
    is_moved = any(mark in name for mark in IN_LIEU_MARKS)
    return DayKind.IN_LIEU if is_moved else DayKind.LEGAL
