"""What an area is: its level, its kind and the record that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from models.geo import Point
from models.words import Word

CODE_LENGTHS = (6, 9, 12, 14, 16)
GRID_CODE_LENGTH = 14
COLUMNS = """id, code, level, kind, name, longitude, latitude, households, population,
    party_organisation, valid_from, valid_to, version"""
JSON = """json_build_array(area.id, area.code, area.level, area.kind, area.name, area.longitude,
    area.latitude, area.households, area.population, area.party_organisation, area.valid_from,
    area.valid_to, area.version)"""
"""An area as one value of SQL, for statements about what lies in it; `from_json` reads it."""


class Level(Word):
    """The five levels of the tree; a level is the length of the code."""

    CITY = "CITY", "The city; 6 digits.", "市"
    TOWN = "TOWN", "A town or subdistrict; 9 digits.", "镇（街道）"
    VILLAGE = "VILLAGE", "A village or urban community; 12 digits.", "村（社区）"
    GRID = "GRID", "A grid, the unit of daily work; 14 digits.", "网格"
    MICRO_GRID = "MICRO_GRID", "A micro-grid of some dozens of households; 16 digits.", "微网格"


class AreaKind(Word):
    """What sort of town, village or grid an area is; the other levels have no kind."""

    SUBDISTRICT = "SUBDISTRICT", "An urban subdistrict.", "街道"
    TOWN = "TOWN", "A town.", "镇"
    VILLAGE = "VILLAGE", "An administrative village.", "行政村"
    COMMUNITY = "COMMUNITY", "An urban community.", "社区"
    GENERAL = "GENERAL", "A grid of homes.", "综合网格"
    DEDICATED = "DEDICATED", "A grid of one park, market or institution.", "专属网格"


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the tree. `point` is its centre (GCJ-02); counts are of its whole subtree."""

    id: int
    code: str
    level: Level
    kind: AreaKind | None
    name: str
    point: Point
    households: int
    population: int
    party_organisation: str | None
    started_on: date
    ended_on: date | None
    version: int


def is_code(text: str) -> bool:
    """Say whether an area could have this code."""
    return len(text) in CODE_LENGTHS and text.isascii() and text.isdigit()


def from_row(row: asyncpg.Record) -> Area:
    """Make the record of a row with COLUMNS."""
    return Area(
        id=row["id"],
        code=row["code"],
        level=Level(row["level"]),
        kind=AreaKind(row["kind"]) if row["kind"] else None,
        name=row["name"],
        point=Point(row["longitude"], row["latitude"]),
        households=row["households"],
        population=row["population"],
        party_organisation=row["party_organisation"],
        started_on=row["valid_from"],
        ended_on=row["valid_to"],
        version=row["version"],
    )


def from_json(value: Sequence[Any]) -> Area:
    """Make the record of what JSON gave, parsed."""
    key, code, level, kind, name, longitude, latitude, *rest = value
    households, population, party_organisation, started_on, ended_on, version = rest
    return Area(
        id=key,
        code=code,
        level=Level(level),
        kind=AreaKind(kind) if kind else None,
        name=name,
        point=Point(longitude, latitude),
        households=households,
        population=population,
        party_organisation=party_organisation,
        started_on=date.fromisoformat(started_on),
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
        version=version,
    )
