"""Opening hours of stations: now, at an instant, and in the seven days to come."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models import geo, station
from models.errors import Invalid
from models.hours import CITY_ZONE
from models.station import Facility, Station
from tests.stations import CENTRE, NOON, build, row, scatter

OFFICE = "Mo-Fr 08:30-11:30,13:30-17:00; Sa 09:00-12:00; PH off"
NIGHT = "Mo-Su 22:00-06:00"
TEXTS = (OFFICE, NIGHT, "24/7", "Mo-Su 09:00-21:00; PH off", None, "early and late")
NOW = NOON.timestamp()


@pytest.fixture(autouse=True)
def _nothing_is_left_loaded() -> Iterator[None]:
    yield
    station.forget()


def test_a_week_of_an_office_has_its_lunch_breaks_and_no_sunday() -> None:
    assert _week(_with(OFFICE)) == [
        "24 08:30-24 11:30",
        "24 13:30-24 17:00",
        "25 08:30-25 11:30",
        "25 13:30-25 17:00",
        "26 08:30-26 11:30",
        "26 13:30-26 17:00",
        "27 08:30-27 11:30",
        "27 13:30-27 17:00",
        "28 09:00-28 12:00",
        "30 08:30-30 11:30",
        "30 13:30-30 17:00",
    ]


def test_at_lunch_an_office_is_closed() -> None:
    office = _with(OFFICE)
    assert not station.is_open(office, now=NOON)
    assert station.is_open(office, NOON - timedelta(minutes=31), now=NOON)
    assert not station.is_open(office, NOON - timedelta(minutes=30), now=NOON)
    assert station.is_open(office, NOON + timedelta(minutes=90), now=NOON)


def test_a_night_goes_on_after_midnight_and_is_cut_at_the_last() -> None:
    night = _with(NIGHT)
    assert _week(night, days=2) == ["24 00:00-24 06:00", "24 22:00-25 06:00", "25 22:00-26 00:00"]
    assert len(_week(night)) == 8
    assert _week(night)[-1] == "30 22:00-01 00:00"
    assert station.is_open(night, datetime(2026, 11, 25, 5, 59, tzinfo=CITY_ZONE), now=NOON)
    assert not station.is_open(night, datetime(2026, 11, 25, 6, tzinfo=CITY_ZONE), now=NOON)


def test_around_the_clock_is_one_interval_of_seven_days() -> None:
    assert _week(_with("24/7")) == ["24 00:00-01 00:00"]
    (opening,) = station.open_intervals(_with("24/7"), now=NOON)
    assert opening.closes_at - opening.opens_at == timedelta(days=7)
    assert opening.opens_at == datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, "early and late"])
def test_a_station_whose_hours_nobody_knows_is_never_open(text: str | None) -> None:
    unknown = _with(text)
    assert unknown.opening_hours == text
    assert station.open_intervals(unknown, now=NOON) == ()
    assert not station.is_open(unknown, now=NOON)


def test_the_holidays_of_october_are_closed_three_days() -> None:
    # The snapshot was read in November: other days are read from the text.
    shop = _with("Mo-Su 09:00-21:00; PH off")
    eve = datetime(2026, 9, 30, 20, tzinfo=CITY_ZONE)
    assert _week(shop, now=eve) == [
        "30 09:00-30 21:00",
        "04 09:00-04 21:00",
        "05 09:00-05 21:00",
        "06 09:00-06 21:00",
    ]
    days = [datetime(2026, 10, day, 12, tzinfo=CITY_ZONE) for day in range(1, 6)]
    assert [station.is_open(shop, day, now=eve) for day in days] == [False] * 3 + [True] * 2


def test_a_week_read_with_the_snapshot_is_the_week_read_from_the_text() -> None:
    for text in TEXTS:
        found = _with(text)
        for day in range(-3, 6):
            now = NOON + timedelta(days=day)
            within = station.open_intervals(found, now=now)
            beyond = station.open_intervals(found, days=20, now=now)
            end = datetime(2026, 12, 1, tzinfo=CITY_ZONE) + timedelta(days=day)
            cut = [(a, min(b, end)) for a, b in beyond if a < end]
            assert list(within) == cut


@pytest.mark.parametrize("days", [0, -1, 32, 10**9])
def test_a_number_of_days_beyond_the_limits_is_invalid(days: int) -> None:
    with pytest.raises(Invalid):
        station.open_intervals(_with(OFFICE), days=days, now=NOON)


@pytest.mark.parametrize(
    "at",
    [
        NOON + timedelta(days=366),
        NOON - timedelta(days=366),
        datetime(9999, 12, 31, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 24, 12),  # noqa: DTZ001 - an instant without a zone is the case
    ],
)
def test_an_instant_beyond_a_year_is_invalid(at: datetime) -> None:
    found = _with(OFFICE)
    with pytest.raises(Invalid):
        station.is_open(found, at, now=NOON)
    with pytest.raises(Invalid):
        station.near(CENTRE, open_at=at, now=NOW)


@pytest.mark.parametrize("seed", range(15))
def test_open_near_with_facilities_is_what_brute_force_says(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    rows = scatter(seed, 500, degrees=0.02)
    for one in rows:
        one["opening_hours"] = draw.choice(TEXTS)
        one["facilities"] = [each.value for each in draw.sample(list(Facility), 4)]
    build(rows)
    asked = draw.sample(list(Facility), draw.randrange(0, 3))
    instant = draw.choice([None, NOON + timedelta(minutes=draw.randrange(0, 400_000))])
    exact = sorted(
        (meters, one.id)
        for one in station.snapshot().stations.values()
        if (meters := geo.distance_meters(CENTRE, one.point)) <= 5_000
        and set(asked) <= set(one.facilities)
        and (instant is None or station.is_open(one, instant, now=NOON))
    )
    assert _walk(first=7, facilities=asked, open_at=instant) == [key for _, key in exact]


def test_a_page_beyond_the_end_is_empty() -> None:
    build([row(1), row(2)])
    last = station.near(CENTRE, now=NOW).cursors[-1]
    page = station.near(CENTRE, after=last, now=NOW)
    assert (page.items, page.cursors, page.has_next_page) == ((), (), False)


@pytest.mark.parametrize("meters", [1, 20_000])
def test_the_limits_of_the_radius_are_allowed(meters: int) -> None:
    build([row(1)])
    assert [near.station.id for near in station.near(CENTRE, within_meters=meters, now=NOW).items]


def test_a_station_exactly_at_the_radius_is_near() -> None:
    other = geo.Point(CENTRE.longitude + 0.01, CENTRE.latitude + 0.01)
    build([row(1, other)])
    meters = geo.distance_meters(CENTRE, other)
    assert station.near(CENTRE, within_meters=meters, now=NOW).items[0].distance_meters == meters
    assert station.near(CENTRE, within_meters=meters - 1e-6, now=NOW).items == ()


def _walk(*, first: int, facilities: list[Facility], open_at: datetime | None) -> list[int]:
    """Walk all pages to the end."""
    found: list[int] = []
    after: str | None = None
    while True:
        page = station.near(
            CENTRE,
            within_meters=5_000,
            first=first,
            after=after,
            now=NOW,
            facilities=facilities,
            open_at=open_at,
        )
        found += [near.station.id for near in page.items]
        if not page.has_next_page:
            return found
        after = page.cursors[-1]


def _with(text: str | None) -> Station:
    build([row(1, opening_hours=text)])
    found = station.find(1)
    assert found
    return found


def _week(of: Station, *, days: int = 7, now: datetime = NOON) -> list[str]:
    """Write the days to come as day and time in the city, to be read."""
    return [
        "-".join(f"{at.astimezone(CITY_ZONE):%d %H:%M}" for at in opening)
        for opening in station.open_intervals(of, days=days, now=now)
    ]
