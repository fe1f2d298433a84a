"""Villages of grids for tests: whose sums agree, with homes, stations and people in them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from models import area, db, pinyin
from models.area import Area, Level, Part
from tests import areas
from tests.areas import TOWN

SINCE = date(2020, 1, 1)


async def village(code: str, *, grids: Sequence[int] = (2, 2), people: int = 100) -> str:
    """Write a village with so many micro-grids in each of its grids, `people` in each of these.

    Every grid has as many again who are in no micro-grid.
    """
    total = sum((size + 1) * people for size in grids)
    await add_area(code, "VILLAGE", "VILLAGE", total, place=0)
    for number, size in enumerate(grids, 1):
        grid = f"{code}{number:02}"
        await add_area(grid, "GRID", "GENERAL", (size + 1) * people, place=number * 10)
        for micro in range(1, size + 1):
            await add_area(
                f"{grid}{micro:02}", "MICRO_GRID", None, people, place=number * 10 + micro
            )
    return code


async def add_area(
    code: str, level: str, kind: str | None, population: int, *, place: int = 0
) -> None:
    """Write an area; `place` moves it eastward, some 94 m each."""
    name = f"{Level(level).chinese[:2]}{code[-4:]}"
    await db.execute(
        """INSERT INTO area (code, parent_code, level, kind, name, initials, terms, longitude,
            latitude, households, population, party_organisation, valid_from)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 31.95, $9, $10, $11, $12)""",
        code,
        areas._parent(code),
        level,
        kind,
        name,
        pinyin.initials(name),
        pinyin.terms(name),
        120.4 + place / 1_000,
        population // 2,
        population,
        f"{name}党支部" if level == "GRID" else None,
        SINCE,
    )


async def add(table: str, **columns: object) -> int:
    """Write a row; give its key."""
    marks = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    row = await db.fetch_one(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id",  # noqa: S608 - our own names
        *columns.values(),
    )
    assert row
    return int(row["id"])


async def furnish(grid: str, micro_grid: str) -> int:
    """Put a station and a lead into a grid, a home with one person and a liaison below.

    Gives the key of the lead.
    """
    number = await value("SELECT count(*) FROM station")
    there = await area.find(micro_grid)
    assert there
    for code in (grid, micro_grid):
        await add(
            "station",
            code=f"{code}-{number}",
            area_code=code,
            kind="BEE_STATION",
            name="驿站",
            address="路",
            longitude=there.point.longitude,
            latitude=there.point.latitude,
        )
    home = await add("household", code=f"H{number}{micro_grid}", area_code=micro_grid)
    person = await add("person", name="住户")
    await add(
        "residence",
        person_id=person,
        household_id=home,
        area_code=micro_grid,
        state="CONFIRMED",
        started_on=SINCE,
    )
    await areas.appoint("LIAISON", micro_grid)
    return await areas.appoint("GRID_LEAD", grid)


def part(name: str = "新网格", *micro_grids: str, **facts: Any) -> Part:  # noqa: ANN401
    """Say what a grid shall be."""
    return Part(
        name=name, party_organisation=f"{name}党支部", micro_grid_codes=micro_grids, **facts
    )


async def merge(officer: int, *given: str, key: str = "k", name: str = "合并网格") -> Area:
    """Merge these grids."""
    return await area.merge(given, actor_id=officer, part=part(name), key=key)


async def split(officer: int, code: str, *shares: list[str], key: str = "k") -> Area:
    """Split a grid into parts with these micro-grids."""
    parts = [part(f"新网格{number}", *share) for number, share in enumerate(shares)]
    return await area.split(code, actor_id=officer, parts=parts, key=key)


async def codes(table: str, where: str = "true") -> list[str]:
    """Give where the things of a table stand, in order."""
    rows = await db.fetch(f"SELECT area_code FROM {table} WHERE {where} ORDER BY area_code, id")  # noqa: S608 - our own
    return [row["area_code"] for row in rows]


async def value(sql: str, *arguments: object) -> Any:  # noqa: ANN401 - SQL's value
    """Read one value."""
    row = await db.fetch_one(sql, *arguments)
    assert row
    return row[0]


async def current(under: str = TOWN) -> list[Area]:
    """Give the areas of a subtree that hold today, by code."""
    rows = await db.fetch(
        "SELECT code FROM area WHERE starts_with(code, $1) AND valid_to IS NULL ORDER BY code",
        under,
    )
    found = await area.find_all(row["code"] for row in rows)
    return [found[row["code"]] for row in rows]


OPEN = "ended_on IS NULL OR ended_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date"
