"""The calendar: what the city states by days, and the law where it states nothing."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from models import calendar, hours
from models.calendar import CITY_ZONE, Day, DayKind

NATIONAL_DAY = (
    Day(date(2026, 9, 20), DayKind.WORKDAY, "国庆节调休补班"),
    Day(date(2026, 10, 1), DayKind.LEGAL, "国庆节"),
    Day(date(2026, 10, 2), DayKind.LEGAL, "国庆节"),
    Day(date(2026, 10, 3), DayKind.LEGAL, "国庆节"),
    Day(date(2026, 10, 5), DayKind.IN_LIEU, "国庆节"),
    Day(date(2026, 10, 6), DayKind.IN_LIEU, "国庆节"),
)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    calendar.use(())


def test_the_law_gives_thirteen_days_off_a_year() -> None:
    assert calendar.days_off(2027) == {
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 6),
        date(2027, 2, 7),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 5, 1),
        date(2027, 5, 2),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 1),
        date(2027, 10, 2),
        date(2027, 10, 3),
    }


def test_what_the_city_states_of_a_year_holds_instead_of_the_law() -> None:
    calendar.use(NATIONAL_DAY)
    assert calendar.days_off(2026) == {day.day for day in NATIONAL_DAY[1:]}
    assert calendar.days_off(2027) == calendar.by_law(2027)
    calendar.use(())
    assert calendar.days_off(2026) == calendar.by_law(2026)


def test_a_workday_is_monday_to_friday_but_for_days_off_and_worked_weekends() -> None:
    calendar.use(NATIONAL_DAY)
    worked = [day for day in range(1, 12) if calendar.is_workday(date(2026, 10, day))]
    assert worked == [7, 8, 9]
    assert calendar.is_workday(date(2026, 9, 20))
    assert not calendar.is_workday(date(2026, 9, 19))


def test_only_a_weekend_can_be_a_worked_one() -> None:
    with pytest.raises(ValueError, match="2026-10-09 is no Saturday or Sunday"):
        Day(date(2026, 10, 9), DayKind.WORKDAY, "补班")


def test_opening_hours_keep_to_what_the_city_states() -> None:
    eve = datetime(2026, 10, 4, tzinfo=CITY_ZONE)
    text = "Mo-Su 09:00-17:00; PH off"
    assert len(hours.intervals(text, start=eve, days=4)) == 4
    calendar.use(NATIONAL_DAY)
    opens = [
        datetime.fromtimestamp(at, CITY_ZONE).day
        for at, _ in hours.intervals(text, start=eve, days=4)
    ]
    assert opens == [4, 7]
