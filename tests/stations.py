"""Stations for tests: rows as the database gives them, around a made-up town."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from models import db, station
from models.area import Area, AreaKind, Level
from models.geo import Point
from models.station import Kind, Snapshot

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""Tuesday, 24 November 2026, 12:00 in the city."""

CENTRE = Point(120.275, 31.91)
VILLAGE = "320281001001"
GRID = Area(
    id=1,
    code=VILLAGE + "01",
    level=Level.GRID,
    kind=AreaKind.GENERAL,
    name="第一网格",
    point=CENTRE,
    households=300,
    population=900,
    party_organisation="第一网格党支部",
    started_on=date(2020, 1, 1),
    ended_on=None,
    version=1,
)


def row(key: int, point: tuple[float, float] = CENTRE, **columns: object) -> dict[str, Any]:
    """Give a station's row: a bee station in GRID, always open, unless `columns` say else."""
    return {
        "id": key,
        "code": f"S{key:05}",
        "area_code": GRID.code,
        "kind": Kind.BEE_STATION.value,
        "name": f"小蜜蜂驿站{key}号",
        "address": f"澄江中路{key}号",
        "longitude": point[0],
        "latitude": point[1],
        "phone": f"0510-8600{key:04}",
        "opening_hours": "24/7",
        "services": ["休息", "阅读"],
        "facilities": ["WATER", "WIFI"],
        "audience": ["骑手"],
        "capacity": 20,
        "is_accessible": True,
        "status": "OPEN",
        "verified_at": datetime(2026, 1, 1, tzinfo=UTC),
        "version": 1,
        "photos": None,
        **columns,
    }


def build(rows: Iterable[dict[str, Any]]) -> Snapshot:
    """Build the snapshot of these rows at noon and answer from it."""
    made = station.from_rows(rows, {GRID.code: GRID}, at=NOON)
    station.use(made)
    return made


def scatter(
    seed: int, count: int, *, kinds: Sequence[Kind] = tuple(Kind), degrees: float = 0.05
) -> list[dict[str, Any]]:
    """Give rows of stations of these kinds, strewn around CENTRE, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    places = [
        (CENTRE.longitude + draw.gauss(0, degrees), CENTRE.latitude + draw.gauss(0, degrees))
        for _ in range(count)
    ]
    return [row(key, place, kind=draw.choice(kinds).value) for key, place in enumerate(places, 1)]


async def plant(rows: Iterable[dict[str, Any]]) -> None:
    """Write rows into the database, where their areas are; a row that is there is replaced."""
    for columns in rows:
        names = [name for name in columns if name not in ("id", "photos")]
        marks = ", ".join(f"${place}" for place in range(1, len(names) + 2))
        sets = ", ".join(f"{name} = excluded.{name}" for name in names)
        await db.execute(
            f"INSERT INTO station (id, {', '.join(names)}) OVERRIDING SYSTEM VALUE"  # noqa: S608 - our own names
            f" VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}",
            columns["id"],
            *(columns[name] for name in names),
        )


async def uproot(*ids: int) -> None:
    """Take stations out of the database."""
    await db.execute("DELETE FROM station WHERE id = ANY($1)", list(ids))
