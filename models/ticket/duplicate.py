"""Near duplicates: open tickets of the same category at the same place and time.

They are shown to whoever reports, so a `Similar` says what, where and when, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models import db, geo
from models.boxes import Boxes
from models.geo import Point
from models.ticket.case import Case
from models.ticket.words import OPEN_STATES

REACH_METERS = 100.0
REACH_TIME = timedelta(hours=72)
SIMILAR_MOST = 5
CANDIDATES_MOST = 100

# A box is wider than the reach wherever people live: 222 m from north to south.
_BOXES = Boxes(degrees=0.002)


@dataclass(frozen=True, slots=True)
class Similar:
    """A ticket that may be the same: what, where and when."""

    id: int
    category: str
    point: Point
    submitted_at: datetime
    distance_meters: float


def box(point: Point) -> int:
    """Give the square of the map that a point lies in."""
    return _BOXES.of(point)


def is_similar(case: Case, point: Point, *, at: datetime) -> bool:
    """Say whether somebody at a point could mean this ticket."""
    is_recent = at - case.submitted_at <= REACH_TIME
    return is_recent and geo.distance_meters(case.point, point) <= REACH_METERS


async def similar(
    category: str, point: Point, *, at: datetime | None = None, but: Iterable[int] = ()
) -> tuple[Similar, ...]:
    """Give the nearest open tickets that may be the same; at most SIMILAR_MOST."""
    since = (at or datetime.now(UTC)) - REACH_TIME
    rows = await db.fetch(
        _SIMILAR,
        category,
        _BOXES.around(point, meters=REACH_METERS),
        since,
        list(OPEN_STATES),
        CANDIDATES_MOST,
    )
    left_out = set(but)
    found = [
        Similar(row["id"], category, place, row["submitted_at"], meters)
        for row in rows
        if row["id"] not in left_out
        for place in [Point(row["longitude"], row["latitude"])]
        if (meters := geo.distance_meters(point, place)) <= REACH_METERS
    ]
    return tuple(sorted(found, key=lambda one: (one.distance_meters, one.id))[:SIMILAR_MOST])


_SIMILAR = """
SELECT id, longitude, latitude, submitted_at FROM ticket
WHERE category = $1 AND box = ANY($2) AND submitted_at >= $3 AND state = ANY($4)
ORDER BY submitted_at DESC LIMIT $5
"""
