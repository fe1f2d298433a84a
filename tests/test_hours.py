"""Opening hours: texts become intervals, with the days off that the law gives everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import hours
from models.errors import Invalid
from models.hours import CITY_ZONE

TUESDAY = datetime(2026, 11, 24, tzinfo=CITY_ZONE)
BEFORE_NATIONAL_DAY = datetime(2026, 9, 30, tzinfo=CITY_ZONE)
OFFICE = "Mo-Fr 08:30-11:30,13:30-17:00; Sa 09:00-12:00; PH off"


def test_office_hours_are_open_on_workdays_and_saturday_morning() -> None:
    assert _written(OFFICE, TUESDAY, days=5) == [
        "24 08:30-24 11:30",
        "24 13:30-24 17:00",
        "25 08:30-25 11:30",
        "25 13:30-25 17:00",
        "26 08:30-26 11:30",
        "26 13:30-26 17:00",
        "27 08:30-27 11:30",
        "27 13:30-27 17:00",
        "28 09:00-28 12:00",
    ]


def test_national_day_closes_for_three_days() -> None:
    found = _written("Mo-Su 09:00-17:00; PH off", BEFORE_NATIONAL_DAY, days=6)
    assert found == ["30 09:00-30 17:00", "04 09:00-04 17:00", "05 09:00-05 17:00"]


def test_hours_of_days_off_hold_on_each_of_them() -> None:
    found = _written("Mo-Fr 08:00-18:00; PH,Su 10:00-12:00", BEFORE_NATIONAL_DAY, days=5)
    assert found == [
        "30 08:00-30 18:00",
        "01 10:00-01 12:00",
        "02 10:00-02 12:00",
        "03 10:00-03 12:00",
        "04 10:00-04 12:00",
    ]


def test_a_comment_that_names_holidays_is_left_alone() -> None:
    text = 'Mo-Fr 09:00-10:00 "not on PH"'
    assert _written(text, BEFORE_NATIONAL_DAY, days=2) == [
        "30 09:00-30 10:00",
        "01 09:00-01 10:00",
    ]


def test_around_the_clock_is_one_interval() -> None:
    assert _written("24/7", TUESDAY, days=9) == ["24 00:00-03 00:00"]
    assert _written("24/7; PH off", BEFORE_NATIONAL_DAY, days=9) == [
        "30 00:00-01 00:00",
        "04 00:00-09 00:00",
    ]


def test_a_night_goes_over_midnight() -> None:
    found = _written("22:00-06:00", TUESDAY, days=2)
    assert found == ["24 00:00-24 06:00", "24 22:00-25 06:00", "25 22:00-26 00:00"]


def test_unknown_is_not_a_promise() -> None:
    assert _written("Mo-Fr 09:00-12:00 unknown", TUESDAY, days=9) == []


@pytest.mark.parametrize(
    "bad", ["", "  ", "周一至周五 8:00-17:00", "Mo-Fr 8-17", "25:00-26:00", "\x00", "24/7;" * 60]
)
def test_a_text_that_is_none_is_invalid(bad: str) -> None:
    with pytest.raises(Invalid):
        hours.check(bad)
    with pytest.raises(Invalid):
        hours.intervals(bad, start=TUESDAY)


@pytest.mark.parametrize("text", [None, "", "all day long"])
def test_a_place_without_readable_hours_is_never_open(text: str | None) -> None:
    found = hours.read(text, start=TUESDAY)
    assert found.intervals() == ()
    assert not found.is_open(TUESDAY.timestamp())
    assert not found.is_open(TUESDAY.timestamp() + 100 * 86_400)


def test_an_interval_holds_its_first_second_and_not_its_last() -> None:
    found = hours.read("Tu 09:00-17:00", start=TUESDAY)
    nine = int((TUESDAY + timedelta(hours=9)).timestamp())
    five = int((TUESDAY + timedelta(hours=17)).timestamp())
    assert found.intervals() == ((nine, five), (nine + 7 * 86_400, five + 7 * 86_400))
    assert [found.is_open(at) for at in (nine - 0.001, nine, five - 0.001, five)] == [
        False,
        True,
        True,
        False,
    ]


def test_outside_of_its_window_the_text_is_read_again() -> None:
    found = hours.read(OFFICE, start=TUESDAY)
    labour_day = datetime(2027, 4, 30, 9, tzinfo=CITY_ZONE)
    assert found.is_open(labour_day.timestamp())
    assert not found.is_open((labour_day + timedelta(days=1)).timestamp())


def test_a_year_is_as_far_as_hours_are_asked() -> None:
    hours.check_instant(TUESDAY + timedelta(days=365), now=TUESDAY)
    for at in (
        TUESDAY + timedelta(days=366),
        TUESDAY - timedelta(days=366),
        datetime(2026, 11, 24),  # noqa: DTZ001 - an instant without a zone is the case
    ):
        with pytest.raises(Invalid):
            hours.check_instant(at, now=TUESDAY)


def test_midnight_is_that_of_the_city() -> None:
    assert hours.midnight(datetime(2026, 11, 23, 16, tzinfo=UTC)) == TUESDAY
    assert hours.midnight(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == TUESDAY - timedelta(1)


weekdays = st.sampled_from(["Mo-Fr", "Sa,Su", "Tu", "Mo-Su", "PH", "PH,Su", "Mo-Sa"])
spans = st.tuples(st.integers(0, 23), st.integers(1, 12)).map(
    lambda span: f"{span[0]:02}:00-{(span[0] + span[1]) % 24:02}:30"
)
rules = st.one_of(
    st.tuples(weekdays, spans).map(" ".join), st.sampled_from(["PH off", "Su off", "24/7"])
)
texts = st.lists(rules, min_size=1, max_size=4).map("; ".join)
starts = st.integers(0, 3_000).map(lambda days: TUESDAY + timedelta(days=days - 1_500))


@given(texts, starts)
def test_intervals_are_in_order_apart_and_inside_the_window(text: str, start: datetime) -> None:
    found = hours.intervals(text, start=start)
    flat = [instant for interval in found for instant in interval]
    assert flat == sorted(set(flat))
    assert all(start.timestamp() <= at <= start.timestamp() + 9 * 86_400 for at in flat)


@given(texts, starts, st.integers(0, 9 * 86_400 - 1))
def test_a_window_and_a_day_of_it_agree(text: str, start: datetime, second: int) -> None:
    at = start.timestamp() + second
    day = hours.midnight(datetime.fromtimestamp(at, CITY_ZONE))
    by_day = hours.intervals(text, start=day, days=1)
    assert hours.read(text, start=start).is_open(at) == any(a <= at < b for a, b in by_day)


def _written(text: str, start: datetime, *, days: int) -> list[str]:
    """Write intervals as day and time in the city, to be read."""
    return [
        "-".join(f"{datetime.fromtimestamp(at, CITY_ZONE):%d %H:%M}" for at in interval)
        for interval in hours.intervals(text, start=start, days=days)
    ]
