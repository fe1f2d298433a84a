"""The calendar as a catalogue: which days are off, and which weekends are worked."""

from collections.abc import Iterable

from models.calendar import Day, DayKind
from models.catalogue.registry import Catalogue, register

LEGAL_DAYS_LEAST = 10
"""Of a whole year: the law has given 13 days off since 2025, and gave 11 before."""


def _whole_years(days: tuple[Day, ...]) -> Iterable[str]:
    legal = [day.day.year for day in days if day.kind is DayKind.LEGAL]
    for year in sorted({day.day.year for day in days}):
        if (count := legal.count(year)) < LEGAL_DAYS_LEAST:
            yield f"{year} has {count} legal days off; state a year wholly or not at all"


CALENDAR = register(
    Catalogue(
        name="calendar",
        title=(
            "Days off, and weekends that are worked; a year without entries is as the law says."
            " 工作日历：LEGAL 法定节假日，IN_LIEU 调休，WORKDAY 补班"
        ),
        entry=Day,
        default=(),
        key=("day",),
        check=_whole_years,
    )
)
