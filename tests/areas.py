"""A small tree for tests: one town, two villages, three grids, and the people who staff them."""

from datetime import date
from typing import Any

import orjson

from models import db, pinyin

CITY, TOWN = "320281", "320281001"
VILLAGE, OTHER_VILLAGE = "320281001001", "320281001002"
GRID, EMPTY_GRID, OTHER_GRID = VILLAGE + "01", VILLAGE + "02", OTHER_VILLAGE + "01"
MICRO_GRID = GRID + "01"
SQUARE = ((120.30, 31.90), (120.32, 31.90), (120.32, 31.92), (120.30, 31.92), (120.30, 31.90))

_AREAS: tuple[tuple[str, str, str | None, str, float, float], ...] = (
    (CITY, "CITY", None, "江阴市", 120.28, 31.90),
    (TOWN, "TOWN", "SUBDISTRICT", "澄江街道", 120.275, 31.91),
    (VILLAGE, "VILLAGE", "VILLAGE", "长泾村", 120.28, 31.91),
    (OTHER_VILLAGE, "VILLAGE", "COMMUNITY", "滨江社区", 120.31, 31.91),
    (GRID, "GRID", "GENERAL", "长泾村第一网格", 120.280, 31.910),
    (EMPTY_GRID, "GRID", "GENERAL", "长泾村第二网格", 120.290, 31.910),
    (OTHER_GRID, "GRID", "DEDICATED", "滨江社区第一网格", 120.310, 31.910),
    (MICRO_GRID, "MICRO_GRID", None, "长泾村第一微网格", 120.2801, 31.9101),
)


async def plant() -> None:
    """Write the tree; OTHER_GRID alone has a boundary."""
    for code, level, kind, name, longitude, latitude in _AREAS:
        await db.execute(
            """INSERT INTO area (code, parent_code, level, kind, name, initials, terms, longitude,
                latitude, boundary, households, population, party_organisation, valid_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 100, 300, $11, $12)""",
            code,
            _parent(code),
            level,
            kind,
            name,
            pinyin.initials(name),
            pinyin.terms(name),
            longitude,
            latitude,
            orjson.dumps(SQUARE).decode() if code == OTHER_GRID else None,
            f"{name}党支部" if level == "GRID" else None,
            date(2020, 1, 1),
        )


async def appoint(role: str, area_code: str, *, name: str = "张三", **columns: Any) -> int:  # noqa: ANN401
    """Write a person with an appointment since 2020; gives the person's key."""
    person = columns.get("person_id") or await _person(name)
    await db.execute(
        "INSERT INTO appointment (person_id, role, area_code, started_on, ended_on)"
        " VALUES ($1, $2, $3, $4, $5)",
        person,
        role,
        area_code,
        columns.get("started_on", date(2020, 1, 1)),
        columns.get("ended_on"),
    )
    return int(person)


async def _person(name: str) -> int:
    row = await db.fetch_one("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
    assert row
    return int(row["id"])


def _parent(code: str) -> str | None:
    shorter = [size for size in (6, 9, 12, 14) if size < len(code)]
    return code[: shorter[-1]] if shorter else None
