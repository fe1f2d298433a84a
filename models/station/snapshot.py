"""All stations as one value that never changes: what the reads of a process are answered from."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import cos, degrees, radians
from typing import TypeAlias

from models import hours
from models.area import Area
from models.errors import Invalid
from models.geo import EARTH_RADIUS_METERS, LATITUDE_MOST, LONGITUDE_MOST, Point
from models.hours import Hours
from models.station.care_cells import Spot, spot
from models.station.record import Row, Shared, Station, from_row
from models.station.strips import Strips
from models.station.words import Kind, Status

VILLAGE_CODE_LENGTH = 12
OUTSKIRTS_METERS = 20_000.0

Box: TypeAlias = tuple[float, float, float, float]
GLOBE: Box = (-LONGITUDE_MOST, -LATITUDE_MOST, LONGITUDE_MOST, LATITUDE_MOST)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """The stations of one moment and the indexes over them; None as a kind stands for all.

    `stations` has all by id, `grids` those that hold, `villages` the number of each kind by code.
    Strips, spots and villages have only the open ones. `extent` is west, south, east, north of all
    places and the outskirts around them; `start` is the midnight from which hours were read.
    """

    start: datetime
    stations: Mapping[int, Station]
    grids: Mapping[str, Area]
    hours: Mapping[str | None, Hours]
    strips: Mapping[Kind | None, Strips]
    spots: Mapping[Kind, tuple[Spot, ...]]
    villages: Mapping[str, Mapping[Kind, int]]
    extent: Box

    def check_near(self, point: Point) -> None:
        """Accept a point in the city or its outskirts; raises Invalid."""
        west, south, east, north = self.extent
        # Written so that NaN is refused too.
        if not (west <= point[0] <= east and south <= point[1] <= north):
            raise Invalid("该位置不在本市范围内")


def from_rows(rows: Iterable[Row], grids: Mapping[str, Area], *, at: datetime) -> Snapshot:
    """Build the snapshot of the day of `at` from the rows of stations and the grids by code."""
    start = hours.midnight(at)
    return _indexed(start, *_read(rows, grids, {}, start), grids)


def changed(
    old: Snapshot,
    rows: Iterable[Row],
    ids: Iterable[int],
    grids: Mapping[str, Area],
    ended: Collection[str] = (),
) -> Snapshot:
    """Build the next snapshot: `ids` are as `rows` say, those without a row are gone.

    `grids` are new or have changed, those whose codes are `ended` hold no more.
    """
    kept = {code: grid for code, grid in old.grids.items() if code not in ended}
    known = {**kept, **grids}
    read, texts = _read(rows, known, old.hours, old.start)
    stations = {**old.stations, **read}
    before = [old.stations[key] for key in set(ids) & old.stations.keys()]
    for gone in set(ids) - read.keys():
        stations.pop(gone, None)
    touched = frozenset(station.kind for station in (*before, *read.values()))
    return _indexed(old.start, stations, texts, known, old=old, touched=touched)


def _read(
    rows: Iterable[Row],
    grids: Mapping[str, Area],
    known: Mapping[str | None, Hours],
    start: datetime,
) -> tuple[dict[int, Station], dict[str | None, Hours]]:
    """Read the rows; each text of opening hours is parsed once."""
    texts, shared = dict(known), Shared()
    stations = {}
    for row in rows:
        text = row["opening_hours"]
        if text not in texts:
            texts[text] = hours.read(text, start=start)
        station = from_row(row, grids=grids, hours=texts[text], shared=shared)
        stations[station.id] = station
    return stations, texts


def _indexed(  # noqa: PLR0913 - what a snapshot is made of
    start: datetime,
    stations: Mapping[int, Station],
    texts: Mapping[str | None, Hours],
    grids: Mapping[str, Area],
    *,
    old: Snapshot | None = None,
    touched: frozenset[Kind] = frozenset(Kind),
) -> Snapshot:
    """Build the indexes; those of kinds that were not touched are the old ones."""
    in_service = [s for _, s in sorted(stations.items()) if s.status is Status.OPEN]
    strips: dict[Kind | None, Strips] = {**(old.strips if old else {})}
    spots: dict[Kind, tuple[Spot, ...]] = {**(old.spots if old else {})}
    strips[None] = Strips(in_service)
    for kind in touched:
        of_kind = [s for s in in_service if s.kind is kind]
        strips[kind] = Strips(of_kind)
        spots[kind] = tuple(spot(s) for s in of_kind)
    used = {station.hours for station in stations.values()}
    return Snapshot(
        start=start,
        stations=stations,
        grids=grids,
        hours={text: read for text, read in texts.items() if read in used},
        strips=strips,
        spots=spots,
        villages=_by_village(in_service),
        extent=_extent([s.point for s in stations.values()] + [g.point for g in grids.values()]),
    )


def _by_village(stations: Iterable[Station]) -> dict[str, Mapping[Kind, int]]:
    villages: dict[str, Counter[Kind]] = {}
    for station in stations:
        code = station.area_code[:VILLAGE_CODE_LENGTH]
        villages.setdefault(code, Counter())[station.kind] += 1
    return dict(villages)


def _extent(points: list[Point]) -> Box:
    """Give the box of all points, wider by the outskirts on every side; of none, the globe."""
    if not points:
        return GLOBE
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    high = degrees(OUTSKIRTS_METERS / EARTH_RADIUS_METERS)
    poleward = min(max(abs(south), abs(north)) + high, LATITUDE_MOST - high)
    wide = high / cos(radians(poleward))
    return west - wide, south - high, east + wide, north + high
