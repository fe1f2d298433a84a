"""What a unit is: its kind and the record that is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from models.area import Level
from models.words import Word

COLUMNS = "id, code, kind, name, area_code, parent_id, duties, closed_at, version"


class UnitKind(Word):
    """What sort of body a unit is."""

    DEPARTMENT = "DEPARTMENT", "A department of the city.", "市职能部门"
    TOWN = "TOWN", "An office of a town or subdistrict.", "镇街"
    STATIONED = "STATIONED", "A unit that a department stations in a town or village.", "派驻单位"
    VILLAGE = "VILLAGE", "The body of a village or community.", "村社区"
    OTHER = "OTHER", "Any other body.", "其他"


LEVELS: Mapping[UnitKind, frozenset[Level]] = {
    UnitKind.DEPARTMENT: frozenset({Level.CITY}),
    UnitKind.TOWN: frozenset({Level.TOWN}),
    UnitKind.STATIONED: frozenset({Level.TOWN, Level.VILLAGE, Level.GRID}),
    UnitKind.VILLAGE: frozenset({Level.VILLAGE}),
    UnitKind.OTHER: frozenset(Level),
}
"""At which levels a unit of a kind serves."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that serves an area; `closed_at` is None while it is open."""

    id: int
    code: str
    kind: UnitKind
    name: str
    area_code: str
    parent_id: int | None
    duties: tuple[str, ...]
    closed_at: datetime | None
    version: int


def from_row(row: asyncpg.Record) -> Unit:
    """Make the record of a row with COLUMNS."""
    return Unit(
        id=row["id"],
        code=row["code"],
        kind=UnitKind(row["kind"]),
        name=row["name"],
        area_code=row["area_code"],
        parent_id=row["parent_id"],
        duties=tuple(row["duties"]),
        closed_at=row["closed_at"],
        version=row["version"],
    )
