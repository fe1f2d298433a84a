"""The tree of the standard city: towns from a table, all below them made from the seed."""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import orjson

from api.city import names, shape
from api.city.codes import CITY_CODE, DEVELOPMENT_VILLAGE
from api.city.shape import Ring
from models import pinyin
from models.area import AreaKind, Level
from models.geo import Point

CITY_NAME = "江阴市"
CITY_POINT = Point(120.285, 31.920)
TOWNS = Path(__file__).with_name("towns.csv")
RESIDENTS = 1_770_000
GRIDS = 1_390
GRIDS_LEAST, GRIDS_MOST = 4, 7
MICRO_GRIDS_LEAST, MICRO_GRIDS_MOST = 8, 12
DEDICATED_SHARE = 0.4
"""This share of the villages has one dedicated grid: a park, a market, a school."""

BOUNDED_TOWNS = ("320281001", "320281109")
"""The towns whose grids have boundaries: those of the development village and of the other."""

FIRST_COMMUNITY, FIRST_VILLAGE = 1, 201
"""Communities and villages are numbered apart, as in the national division codes."""

LAND = {AreaKind.VILLAGE: 3, AreaKind.COMMUNITY: 1}
PEOPLE = {AreaKind.VILLAGE: (60, 140), AreaKind.COMMUNITY: (140, 260)}
DEDICATED_PEOPLE = (10, 40)
HOUSEHOLD_SIZE = (2.3, 3.2)
REACH = 0.5
BLOCKS = 3
FOUNDED_ON = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree: where it lies, what lies in it, and how addresses call it."""

    code: str
    name: str
    kind: AreaKind | None
    spoken: str
    ring: Ring
    point: Point
    weight: int
    children: tuple["Place", ...]


class Row(NamedTuple):
    """A row of the table area."""

    id: int
    code: str
    parent_code: str | None
    level: str
    kind: str | None
    name: str
    initials: str
    terms: list[str]
    longitude: float
    latitude: float
    boundary: str | None
    households: int
    population: int
    party_organisation: str | None
    valid_from: date


def towns() -> tuple[Place, ...]:
    """Make the towns with all that lies in them."""
    with TOWNS.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    randomness = names.source("areas")
    grids = _grid_counts(randomness, table)
    points = [Point(float(line["longitude"]), float(line["latitude"])) for line in table]
    return tuple(
        _town(line, at, points, grids=grids, randomness=randomness)
        for line, at in zip(table, points, strict=True)
    )


def walk(places: Sequence[Place]) -> Iterator[Place]:
    """Go through the tree, each place before its children."""
    for place in places:
        yield place
        yield from walk(place.children)


def rows(places: Sequence[Place]) -> list[Row]:
    """Write the whole tree as rows, the city first; counts are of the whole subtree."""
    city = Place(CITY_CODE, CITY_NAME, None, CITY_NAME, (), CITY_POINT, 0, tuple(places))
    counts = _counts(city)
    return [
        _row(number, place, *counts[place.code]) for number, place in enumerate(walk([city]), 1)
    ]


def _grid_counts(randomness: random.Random, table: list[dict[str, str]]) -> Iterator[int]:
    """Share out the grids among all villages and communities, a few to each."""
    below = sum(int(line["villages"]) + int(line["communities"]) for line in table)
    counts = [GRIDS_LEAST] * below
    for _ in range(GRIDS - GRIDS_LEAST * below):
        free = [number for number, count in enumerate(counts) if count < GRIDS_MOST]
        counts[randomness.choice(free)] += 1
    return iter(counts)


def _town(
    line: dict[str, str],
    at: Point,
    points: list[Point],
    *,
    grids: Iterator[int],
    randomness: random.Random,
) -> Place:
    ring = shape.outline(at, points)
    villages, communities = int(line["villages"]), int(line["communities"])
    named = [
        *names.villages(randomness, town=line["name"], count=villages),
        *names.communities(randomness, town=line["name"], count=communities),
    ]
    kinds = [AreaKind.VILLAGE] * villages + [AreaKind.COMMUNITY] * communities
    numbers = [*range(villages), *range(communities)]
    # Communities lie in the middle of the list, so that they lie around the middle of the town.
    order = [*range(0, villages, 2), *range(villages, len(kinds)), *range(1, villages, 2)]
    cells = shape.divide(ring, [LAND[kinds[index]] for index in order], randomness=randomness)
    below = [
        _village(
            f"{line['code']}{numbers[index] + _first(kinds[index])}",
            named[index],
            kinds[index],
            cell,
            count=next(grids),
            randomness=randomness,
        )
        for index, cell in zip(order, cells, strict=True)
    ]
    below.sort(key=lambda place: place.code)
    kind = AreaKind(line["kind"])
    return Place(line["code"], line["name"], kind, line["name"], ring, at, 0, tuple(below))


def _first(kind: AreaKind) -> int:
    return FIRST_VILLAGE if kind is AreaKind.VILLAGE else FIRST_COMMUNITY


def _village(  # noqa: PLR0913 - one place in one row of the tree
    code: str, name: str, kind: AreaKind, ring: Ring, *, count: int, randomness: random.Random
) -> Place:
    code = code[:9] + code[9:].zfill(3)
    has_dedicated = randomness.random() < DEDICATED_SHARE and code != DEVELOPMENT_VILLAGE
    hamlets = names.hamlets(randomness, count * MICRO_GRIDS_MOST)
    estates = names.estates(randomness, count)
    grids = []
    for number, cell in enumerate(shape.divide(ring, [1] * count, randomness=randomness)):
        if has_dedicated and number == count - 1:
            site = randomness.choice(names.COMPANY_PLACES)
            spoken = [f"{site}{letter}区" for letter in "ABCDEFGHJKLM"]
            label, grid_kind, people = f"{site}专属网格", AreaKind.DEDICATED, DEDICATED_PEOPLE
        else:
            spoken = _spoken(kind, number, hamlets, estates)
            label, grid_kind, people = f"第{number + 1}网格", AreaKind.GENERAL, PEOPLE[kind]
        micro_grids = _micro_grids(
            f"{code}{number + 1:02}", spoken, cell, people=people, randomness=randomness
        )
        at = shape.point(shape.centre(cell))
        grids.append(
            Place(
                f"{code}{number + 1:02}", name + label, grid_kind, name, cell, at, 0, micro_grids
            )
        )
    return Place(code, name, kind, name, ring, shape.point(shape.centre(ring)), 0, tuple(grids))


def _spoken(kind: AreaKind, number: int, hamlets: list[str], estates: list[str]) -> list[str]:
    if kind is AreaKind.VILLAGE:
        return hamlets[number * MICRO_GRIDS_MOST : (number + 1) * MICRO_GRIDS_MOST]
    return [
        f"{estates[number]}{block * BLOCKS + 1}至{(block + 1) * BLOCKS}幢"
        for block in range(MICRO_GRIDS_MOST)
    ]


def _micro_grids(
    code: str,
    spoken: list[str],
    ring: Ring,
    *,
    people: tuple[int, int],
    randomness: random.Random,
) -> tuple[Place, ...]:
    count = randomness.randint(MICRO_GRIDS_LEAST, MICRO_GRIDS_MOST)
    cells = shape.divide(ring, [1] * count, randomness=randomness)
    return tuple(
        Place(
            f"{code}{number + 1:02}",
            f"{spoken[number]}微网格",
            None,
            spoken[number],
            cell,
            shape.point(shape.within(cell, reach=REACH, randomness=randomness)),
            randomness.randint(*people),
            (),
        )
        for number, cell in enumerate(cells)
    )


def _counts(city: Place) -> dict[str, tuple[int, int]]:
    """Give households and residents by code: the total is exact, shared by largest remainder."""
    randomness = names.source("residents")
    homes = [place for place in walk([city]) if not place.children]
    whole = sum(home.weight for home in homes)
    counts = {home.code: home.weight * RESIDENTS // whole for home in homes}
    left = RESIDENTS - sum(counts.values())
    homes.sort(key=lambda home: (-(home.weight * RESIDENTS % whole), home.code))
    for home in homes[:left]:
        counts[home.code] += 1
    result: dict[str, tuple[int, int]] = {}
    for code, residents in sorted(counts.items()):
        households = max(1, round(residents / randomness.uniform(*HOUSEHOLD_SIZE)))
        for length in (6, 9, 12, 14, 16):
            before = result.get(code[:length], (0, 0))
            result[code[:length]] = (before[0] + households, before[1] + residents)
    return result


def _row(number: int, place: Place, households: int, population: int) -> Row:
    level = LEVELS[len(place.code)]
    is_bounded = level is Level.GRID and place.code[:9] in BOUNDED_TOWNS
    parent = {9: 6, 12: 9, 14: 12, 16: 14}.get(len(place.code))
    return Row(
        id=number,
        code=place.code,
        parent_code=place.code[:parent] if parent else None,
        level=level.value,
        kind=place.kind.value if place.kind else None,
        name=place.name,
        initials=pinyin.initials(place.name),
        terms=pinyin.terms(place.name),
        longitude=place.point.longitude,
        latitude=place.point.latitude,
        boundary=_ring(place.ring) if is_bounded else None,
        households=households,
        population=population,
        party_organisation=_party_organisation(level, place),
        valid_from=FOUNDED_ON,
    )


LEVELS = dict(zip((6, 9, 12, 14, 16), Level, strict=True))


def _party_organisation(level: Level, place: Place) -> str | None:
    if level is Level.GRID:
        return f"{place.name}党支部"
    if level is Level.VILLAGE:
        return f"{place.name}党总支"
    if level is Level.MICRO_GRID:
        return None
    suffix = "工作委员会" if place.kind is AreaKind.SUBDISTRICT else "委员会"
    return f"中共{place.name}{suffix}"


def _ring(ring: Ring) -> str:
    return orjson.dumps([list(corner) for corner in shape.boundary(ring)]).decode()
