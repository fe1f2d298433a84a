"""The nearest stations: exact, in order of true distance, from the snapshot."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from models import hours, page
from models.errors import Invalid
from models.geo import Point, distance_meters
from models.page import Page
from models.station import tiles
from models.station.record import NearbyStation, Station
from models.station.snapshot import Snapshot
from models.station.store import snapshot
from models.station.tiles import Found, Wanted
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
    asked = page.digest(
        "near", *point, within_meters, sorted(kinds or ()), sorted(facilities or ()), open_at
    )
    start = _start(after, asked) if after else _BEFORE_ALL
    search = _Search(point, within_meters, page.size(first) + 1, start[0], start[1])
    is_wanted = _filter(current, frozenset(facilities or ()), open_at)
    found = _exact(search, _candidates(search, current, frozenset(kinds or ()), is_wanted))
    items = [
        NearbyStation(station, distance, station.hours.is_open(instant))
        for distance, _, station in found
    ]
    return page.cut(items, first, asked, lambda item: (item.distance_meters, item.station.id))


_BEFORE_ALL = (-1.0, 0)


class _Search(NamedTuple):
    """How many are searched within which distance, after which distance and id."""

    point: Point
    within_meters: float
    enough: int
    start_meters: float
    start_id: int


def _start(after: str, asked: str) -> tuple[float, int]:
    meters, key = page.key_after(after, asked, float, int)
    # A cursor is not signed: what it says may be anything.
    if not 0 <= meters <= WITHIN_METERS_MOST:
        raise Invalid("游标不属于这个查询")
    return meters, key


def _candidates(
    search: _Search, current: Snapshot, kinds: frozenset[Kind], is_wanted: Wanted | None
) -> list[Found]:
    """Give by chord all that the answer can be made of, and perhaps more."""
    _, most = tiles.chords(search.within_meters)
    _, beyond = _start_chords(search)
    found: list[Found] = []
    for kind in sorted(kinds) or (None,):
        found += current.tiles[kind].near(
            search.point, most=most, enough=search.enough, beyond=beyond, is_wanted=is_wanted
        )
    found.sort()
    return found


def _exact(search: _Search, found: list[Found]) -> list[Found]:
    """Give the answer as (distance, id, station), in order.

    True distances are computed only for those whose chords leave them in question.
    """
    least, beyond = _start_chords(search)
    low, high = bisect_left(found, (least,)), len(found)
    last = bisect_right(found, (beyond, inf)) + search.enough - 1
    if last < high:
        high = bisect_right(found, (tiles.most(found[last][0]), inf))
    point, start = search.point, (search.start_meters, search.start_id)
    exact = [(distance_meters(point, s.point), key, s) for _, key, s in found[low:high]]
    exact.sort()
    within = search.within_meters
    return [near for near in exact if near[0] <= within and near[:2] > start][: search.enough]


def _start_chords(search: _Search) -> tuple[float, float]:
    return tiles.chords(search.start_meters) if search.start_meters >= 0 else (-1.0, -1.0)


def _filter(
    current: Snapshot, facilities: frozenset[Facility], open_at: datetime | None
) -> Wanted | None:
    if open_at is None:
        return (lambda station: facilities.issubset(station.facilities)) if facilities else None
    # Stations share their hours: each text is asked once.
    instant = open_at.timestamp()
    are_open = {read for read in current.hours.values() if read.is_open(instant)}

    def is_wanted(station: Station) -> bool:
        return station.hours in are_open and facilities.issubset(station.facilities)

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
