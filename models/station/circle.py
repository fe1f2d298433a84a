"""The 8-minute circle: which residents have an open station within a short walk."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

from models import area, db, page
from models.errors import Invalid
from models.geo import Point
from models.station.record import Row
from models.station.snapshot import Snapshot
from models.station.store import snapshot


@dataclass(frozen=True, slots=True)
class Circle:
    """How far people walk: by the default 648 m of path, which is 498 m in a straight line."""

    minutes: float = 8
    walking_meters_per_second: float = 1.35
    detour: float = 1.3

    @property
    def meters(self) -> float:
        """The radius of the circle in a straight line."""
        return self.minutes * 60 * self.walking_meters_per_second / self.detour


@dataclass(frozen=True, slots=True)
class Gap:
    """A micro-grid outside of every circle, and how many people live there."""

    area: area.Area
    residents: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many residents of an area live inside a circle; `rate` is None where nobody lives.

    `gaps` are the first micro-grids outside, those with most residents first: where one more
    point helps most. `gap_count` is the number of all of them.
    """

    residents: int
    covered: int
    rate: float | None
    gap_count: int
    gaps: tuple[Gap, ...]


async def coverage(
    area_code: str, *, first: int = page.FIRST_DEFAULT, circle: Circle = Circle()
) -> Coverage:
    """Weigh the circles of an area's subtree; raises Invalid for what can't be a code."""
    if not (re.fullmatch("[0-9]+", area_code) and len(area_code) in area.CODE_LENGTHS):
        raise Invalid("区划代码无法识别")
    count = page.size(first)
    rows = await db.fetch(_MICRO_GRIDS, area_code)
    # 16,000 micro-grids take a tenth of a second: not on the event loop.
    outside = await asyncio.to_thread(gaps, snapshot(), rows, circle)
    residents = sum(row["population"] for row in rows)
    covered = residents - sum(row["population"] for row in outside)
    shown = await area.find_all(row["code"] for row in outside[:count]) if outside else {}
    return Coverage(
        residents=residents,
        covered=covered,
        rate=covered / residents if residents else None,
        gap_count=len(outside),
        gaps=tuple(
            Gap(shown[row["code"]], row["population"])
            for row in outside[:count]
            if row["code"] in shown
        ),
    )


def gaps(current: Snapshot, rows: Iterable[Row], circle: Circle) -> list[Row]:
    """Give the rows of micro-grids outside of every circle, most residents first, then by code."""
    stations, radius = current.strips[None], circle.meters
    outside = [
        row
        for row in rows
        if not stations.within(Point(row["longitude"], row["latitude"]), radius)
    ]
    outside.sort(key=lambda row: (-row["population"], row["code"]))
    return outside


_MICRO_GRIDS = """
SELECT code, population, longitude, latitude FROM area
WHERE level = 'MICRO_GRID' AND valid_to IS NULL
    AND code >= $1 COLLATE "C" AND code < $1 || ':' COLLATE "C"
"""
