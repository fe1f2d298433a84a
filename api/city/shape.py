"""Ground: how the land of a town is cut into cells that fill it and never overlap.

A cell is a convex ring in metres east and north of the city's origin. Cutting a convex cell by a
line gives two, so cells of one level share their edges and lie within those of the level above.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from models.geo import EARTH_RADIUS_METERS, Point

WEST, SOUTH, EAST, NORTH = 119.981, 31.701, 120.579, 31.999
ORIGIN = Point(120.28, 31.85)
TOWN_RADIUS_METERS = 3_900.0
TOWN_CORNERS = 24
TILT_MOST = 0.35
"""Cuts lean by up to this many radians, as field paths and canals do."""

POINT_DIGITS = 6
RING_DIGITS = 9
"""A ring keeps 0.1 mm: coarser corners of neighbours would overlap beside each other's edges."""

# The south bank of the Yangtze, from west to east; nobody lives north of it.
BANK = (
    Point(119.90, 31.968),
    Point(119.98, 31.965),
    Point(120.07, 31.958),
    Point(120.13, 31.945),
    Point(120.20, 31.938),
    Point(120.27, 31.932),
    Point(120.33, 31.942),
    Point(120.40, 31.955),
    Point(120.60, 31.990),
)

Spot: TypeAlias = tuple[float, float]
Ring: TypeAlias = Sequence[Spot]

_METERS_NORTH = math.radians(EARTH_RADIUS_METERS)
_METERS_EAST = _METERS_NORTH * math.cos(math.radians(ORIGIN.latitude))


def spot(point: Point) -> Spot:
    """Give metres east and north of the origin."""
    return (
        (point[0] - ORIGIN[0]) * _METERS_EAST,
        (point[1] - ORIGIN[1]) * _METERS_NORTH,
    )


def point(at: Spot, *, digits: int = POINT_DIGITS) -> Point:
    """Give the degrees of a spot, rounded."""
    return Point(
        round(ORIGIN[0] + at[0] / _METERS_EAST, digits),
        round(ORIGIN[1] + at[1] / _METERS_NORTH, digits),
    )


def boundary(ring: Ring) -> list[Point]:
    """Give a ring in degrees, closed: the last corner is the first again."""
    return [point(corner, digits=RING_DIGITS) for corner in (*ring, ring[0])]


def outline(town: Point, towns: Sequence[Point]) -> Ring:
    """Give the land of a town: around its centre, nearer to it than to others, off the river."""
    x, y = spot(town)
    turns = [math.tau * number / TOWN_CORNERS for number in range(TOWN_CORNERS)]
    ring: Ring = [
        (x + TOWN_RADIUS_METERS * math.cos(turn), y + TOWN_RADIUS_METERS * math.sin(turn))
        for turn in turns
    ]
    for other in towns:
        if other != town:
            ring = _nearer(ring, (x, y), spot(other))
    west, south = spot(Point(WEST, SOUTH))
    east, north = spot(Point(EAST, NORTH))
    for along, up, most in ((-1.0, 0.0, -west), (1.0, 0.0, east), (0.0, -1.0, -south)):
        ring = _cut(ring, along, up, most)[0]
    return _south_of_bank(_cut(ring, 0.0, 1.0, north)[0])


def divide(ring: Ring, weights: Sequence[int], *, randomness: random.Random) -> list[Ring]:
    """Cut a cell into one for each weight, about as large as it says, neighbours side by side."""
    if len(weights) == 1:
        return [ring]
    half = len(weights) // 2
    share = sum(weights[:half]) / sum(weights)
    near, far = _halves(ring, share, randomness=randomness)
    return [
        *divide(near, weights[:half], randomness=randomness),
        *divide(far, weights[half:], randomness=randomness),
    ]


def centre(ring: Ring) -> Spot:
    """Give the centroid, which lies inside a convex ring."""
    twice = x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = ax * by - bx * ay
        twice += cross
        x += (ax + bx) * cross
        y += (ay + by) * cross
    return x / (3 * twice), y / (3 * twice)


def area(ring: Ring) -> float:
    """Give the square metres of a ring."""
    twice = 0.0
    ax, ay = ring[-1]
    for bx, by in ring:
        twice += ax * by - bx * ay
        ax, ay = bx, by
    return abs(twice) / 2


def within(ring: Ring, *, reach: float, randomness: random.Random) -> Spot:
    """Give a spot inside the ring: from its centre towards a corner, up to `reach` of the way."""
    x, y = centre(ring)
    corner = randomness.choice(ring)
    share = randomness.random() * reach
    return x + share * (corner[0] - x), y + share * (corner[1] - y)


def _halves(ring: Ring, share: float, *, randomness: random.Random) -> tuple[Ring, Ring]:
    """Cut across the longer side, so that the first part has about this share of the land."""
    wide, high = _extent(ring)
    turn = randomness.uniform(-TILT_MOST, TILT_MOST) + (0.0 if wide >= high else math.pi / 2)
    along, up = math.cos(turn), math.sin(turn)
    reach = [x * along + y * up for x, y in ring]
    least, most = min(reach), max(reach)
    near, _ = _cut(ring, along, up, least + share * (most - least))
    # Where the ring narrows the first cut is off; one step along the chord puts it right enough.
    found = area(near) / area(ring)
    if found < share:
        at = share + (share - found) * (1 - share) / (1 - found)
    else:
        at = share - (found - share) * share / found
    return _cut(ring, along, up, least + at * (most - least))


def _extent(ring: Ring) -> Spot:
    easts, norths = [x for x, _ in ring], [y for _, y in ring]
    return max(easts) - min(easts), max(norths) - min(norths)


def _nearer(ring: Ring, here: Spot, there: Spot) -> Ring:
    along, up = there[0] - here[0], there[1] - here[1]
    middle = (here[0] + there[0]) / 2 * along + (here[1] + there[1]) / 2 * up
    return _cut(ring, along, up, middle)[0]


def _south_of_bank(ring: Ring) -> Ring:
    for start, end in pairwise(BANK):
        (ax, ay), (bx, by) = spot(start), spot(end)
        if max(x for x, _ in ring) > ax and min(x for x, _ in ring) < bx:
            along, up = ay - by, bx - ax
            ring = _cut(ring, along, up, ax * along + ay * up)[0]
    return ring


def _cut(ring: Ring, along: float, up: float, most: float) -> tuple[Ring, Ring]:
    """Part a convex ring into where `x * along + y * up` is at most `most`, and the rest."""
    below: list[Spot] = []
    above: list[Spot] = []
    last = ring[-1]
    last_over = last[0] * along + last[1] * up - most
    for corner in ring:
        over = corner[0] * along + corner[1] * up - most
        if (over > 0) != (last_over > 0):
            share = last_over / (last_over - over)
            edge = (
                last[0] + share * (corner[0] - last[0]),
                last[1] + share * (corner[1] - last[1]),
            )
            below.append(edge)
            above.append(edge)
        (above if over > 0 else below).append(corner)
        last, last_over = corner, over
    return below, above
