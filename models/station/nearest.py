"""The nearest stations: exact, in order of true distance, from the snapshot."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache

from models import hours, page
from models.errors import Invalid
from models.geo import Point
from models.page import Page
from models.station.record import NearbyStation, Station
from models.station.snapshot import Snapshot
from models.station.store import snapshot
from models.station.strips import Wanted
from models.station.words import Facility, Kind

WITHIN_METERS_LEAST = 1
WITHIN_METERS_MOST = 20_000
WITHIN_METERS_DEFAULT = 3_000


def near(  # noqa: PLR0913 - each is a word of the question
    point: Point,
    *,
    within_meters: float = WITHIN_METERS_DEFAULT,
    kinds: Collection[Kind] | None = None,
    facilities: Collection[Facility] | None = None,
    open_at: datetime | None = None,
    first: int = page.FIRST_DEFAULT,
    after: str | None = None,
    now: float | None = None,
) -> Page[NearbyStation]:
    """Give the open stations around a point, nearest first; equally near ones by id.

    Of any of `kinds` and with all of `facilities`, where there are any; open at `open_at`, if
    given. `open_now` is meant at `now` (epoch seconds, default: this moment). Raises Invalid.
    """
    instant = time.time() if now is None else now
    current = snapshot()
    _check(current, point, within_meters, open_at, instant)
    wanted_kinds, wanted = sorted(set(kinds or ())), frozenset(facilities or ())
    asked = page.digest(
        "near", *point, float(within_meters), wanted_kinds, sorted(wanted), open_at
    )
    start = _start(after, asked) if after else _BEFORE_ALL
    enough = page.size(first) + 1
    is_wanted = _filter(wanted, open_at)
    found = [
        near
        for kind in wanted_kinds or (None,)
        for near in current.strips[kind].nearest(
            point, within_meters=within_meters, enough=enough, start=start, is_wanted=is_wanted
        )
    ]
    # What comes from several kinds is in order by kind only.
    found.sort()
    items = [
        NearbyStation(station, distance, station.hours.is_open(instant))
        for distance, _, station in found[:enough]
    ]
    return page.cut(items, first, asked, lambda item: (item.distance_meters, item.station.id))


_BEFORE_ALL = (-1.0, 0)


def _start(after: str, asked: str) -> tuple[float, int]:
    meters, key = page.key_after(after, asked, float, int)
    # A cursor is not signed: what it says may be anything.
    if not 0 <= meters <= WITHIN_METERS_MOST:
        raise Invalid("游标不属于这个查询")
    return meters, key


def _filter(facilities: frozenset[Facility], open_at: datetime | None) -> Wanted | None:
    if open_at is None:
        return (lambda station: facilities.issubset(station.facilities)) if facilities else None
    instant = open_at.timestamp()
    # Stations share their hours: each text is asked once.
    are_open = cache(lambda read: read.is_open(instant))

    def is_wanted(station: Station) -> bool:
        return are_open(station.hours) and facilities.issubset(station.facilities)

    return is_wanted


def _check(
    current: Snapshot,
    point: Point,
    within_meters: float,
    open_at: datetime | None,
    instant: float,
) -> None:
    current.check_near(point)
    if not WITHIN_METERS_LEAST <= within_meters <= WITHIN_METERS_MOST:
        raise Invalid(f"查询半径须在 {WITHIN_METERS_LEAST} 到 {WITHIN_METERS_MOST} 米之间")
    if open_at is not None:
        hours.check_instant(open_at, now=datetime.fromtimestamp(instant, UTC))
