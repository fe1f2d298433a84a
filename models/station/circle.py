"""The 8-minute circle: which residents have an open station within a short walk.

The whole city is weighed at once and each area is answered from that: asking again costs nearly
nothing, so that nobody can burn the processor by asking. What is answered is as old as the
snapshot of stations, and at most FRESH_SECONDS old in its residents.
"""

import asyncio
import re
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from weakref import WeakKeyDictionary

from models import area, catalogue, db, page
from models.catalogue import Catalogue
from models.errors import Invalid
from models.geo import Point
from models.station.record import Row
from models.station.snapshot import Snapshot
from models.station.store import snapshot

FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Circle:
    """How far people walk: by the default 648 m of path, which is 498 m in a straight line."""

    minutes: float = 8
    walking_meters_per_second: float = 1.35
    detour: float = 1.3

    def __post_init__(self) -> None:
        if min(self.minutes, self.walking_meters_per_second) <= 0 or self.detour < 1:
            raise ValueError("minutes and speed are above 0, detour is at least 1")

    @property
    def meters(self) -> float:
        """The radius of the circle in a straight line."""
        return self.minutes * 60 * self.walking_meters_per_second / self.detour


CIRCLE = catalogue.register(
    Catalogue(
        name="circle",
        title="How far people walk to a station. 八分钟服务圈：分钟、步行速度（米/秒）、绕行系数",
        entry=Circle,
        default=(Circle(),),
    )
)


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
    area_code: str,
    *,
    first: int = page.FIRST_DEFAULT,
    circle: Circle | None = None,
    now: float | None = None,
) -> Coverage:
    """Weigh the circles of an area's subtree; raises Invalid for what can't be a code.

    `circle` is by default what the city says. `now` is what the age of the residents is measured
    by (time.monotonic, the default).
    """
    if not (re.fullmatch("[0-9]+", area_code) and len(area_code) in area.CODE_LENGTHS):
        raise Invalid("区划代码无法识别")
    count = page.size(first)
    circle = circle or catalogue.current(CIRCLE).entry
    reach = await _known(circle, time.monotonic() if now is None else now)
    residents = reach.residents(area_code)
    outside = [gap for gap in reach.gaps if gap[0].startswith(area_code)]
    covered = residents - sum(population for _, population in outside)
    shown = await area.find_all(code for code, _ in outside[:count]) if outside else {}
    return Coverage(
        residents=residents,
        covered=covered,
        rate=covered / residents if residents else None,
        gap_count=len(outside),
        gaps=tuple(
            Gap(shown[code], population) for code, population in outside[:count] if code in shown
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """The micro-grids of the city by code, and those outside of every circle, worst first.

    `totals` are the residents of all micro-grids before each, and of all.
    """

    circle: Circle
    read_at: float
    codes: tuple[str, ...]
    totals: tuple[int, ...]
    gaps: tuple[tuple[str, int], ...]

    def residents(self, area_code: str) -> int:
        """Give how many live in a subtree: its codes are neighbours."""
        begin = bisect_left(self.codes, area_code)
        return self.totals[bisect_left(self.codes, area_code + ":")] - self.totals[begin]


class _Turn:
    """What is known of a snapshot, and whose turn it is to find out."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.reach: _Reach | None = None


_turns: WeakKeyDictionary[Snapshot, _Turn] = WeakKeyDictionary()


async def _known(circle: Circle, now: float) -> _Reach:
    """Give the reach of the stations of now; who asks at the same time waits for the first."""
    current = snapshot()
    turn = _turns.setdefault(current, _Turn())
    async with turn.lock:
        reach = turn.reach
        if reach is None or reach.circle != circle or now - reach.read_at >= FRESH_SECONDS:
            rows = await db.fetch(_MICRO_GRIDS)
            # 14,000 micro-grids take a tenth of a second: not on the event loop.
            reach = await asyncio.to_thread(_weigh, current, rows, circle, now)
            turn.reach = reach
        return reach


def _weigh(current: Snapshot, rows: Sequence[Row], circle: Circle, now: float) -> _Reach:
    stations, radius = current.strips[None], circle.meters
    gaps = [
        (row["code"], row["population"])
        for row in rows
        if not stations.within(Point(row["longitude"], row["latitude"]), radius)
    ]
    gaps.sort(key=lambda gap: (-gap[1], gap[0]))
    return _Reach(
        circle=circle,
        read_at=now,
        codes=tuple(row["code"] for row in rows),
        totals=tuple(accumulate((row["population"] for row in rows), initial=0)),
        gaps=tuple(gaps),
    )


_MICRO_GRIDS = """
SELECT code, population, longitude, latitude FROM area
WHERE level = 'MICRO_GRID' AND valid_to IS NULL ORDER BY code
"""
