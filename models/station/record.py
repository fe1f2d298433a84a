"""What a station is: the record that is shown, shared by all who ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import orjson

from models import file
from models.area import GRID_CODE_LENGTH, Area
from models.file import Photo
from models.geo import Point
from models.hours import Hours, Intervals
from models.station.words import Facility, Kind, Status

COLUMNS = """id, code, area_code, kind, name, address, longitude, latitude, phone, opening_hours,
    services, facilities, audience, capacity, is_accessible, status, verified_at, version, (
        SELECT jsonb_agg(jsonb_build_array(file.id, digest, width, height) ORDER BY place)::text
        FROM station_photo JOIN file ON file.id = file_id WHERE station_id = station.id
    ) AS photos"""


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """A place where the city serves people; `point` is in GCJ-02.

    `grid` is None for a station that stands at a village or above. `opening_hours` is the OSM
    text, `hours` what it means in the days around the day on which the snapshot was built.
    """

    id: int
    code: str
    area_code: str
    kind: Kind
    name: str
    address: str
    point: Point
    phone: str | None
    opening_hours: str | None
    services: tuple[str, ...]
    facilities: tuple[Facility, ...]
    audience: tuple[str, ...]
    capacity: int | None
    is_accessible: bool
    status: Status
    verified_at: datetime | None
    version: int
    photos: tuple[Photo, ...]
    grid: Area | None
    hours: Hours

    @property
    def opens(self) -> Intervals:
        """When it is open, in epoch seconds: nine days from the midnight of the snapshot."""
        return self.hours.intervals()


class NearbyStation(NamedTuple):
    """A station as seen from a point: how far it is, and whether it is open at the instant."""

    station: Station
    distance_meters: float
    open_now: bool


class Row(Protocol):
    """A row of a statement, or a mapping in its place."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401 - SQL's values
        """Give the value of a column."""


class Shared:
    """Values that many stations have alike, each kept once."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def text(self, value: str | None) -> str | None:
        """Give the one copy of a text."""
        kept: str | None = self._kept.setdefault(value, value)
        return kept

    def texts(self, values: list[str]) -> tuple[str, ...]:
        """Give the one copy of some texts."""
        key = tuple(values)
        kept: tuple[str, ...] = self._kept.setdefault(key, key)
        return kept

    def facilities(self, values: list[str]) -> tuple[Facility, ...]:
        """Give the one copy of some facilities, in the order of Facility."""
        key = (Facility, *values)
        if key not in self._kept:
            known = set(values)
            self._kept[key] = tuple(facility for facility in Facility if facility in known)
        kept: tuple[Facility, ...] = self._kept[key]
        return kept


def from_row(row: Row, *, grids: Mapping[str, Area], hours: Hours, shared: Shared) -> Station:
    """Make the record of a row with COLUMNS."""
    grid = grids.get(row["area_code"][:GRID_CODE_LENGTH])
    in_grid = grid is not None and len(row["area_code"]) == GRID_CODE_LENGTH
    return Station(
        id=row["id"],
        code=row["code"],
        area_code=grid.code if grid is not None and in_grid else row["area_code"],
        kind=Kind(row["kind"]),
        name=row["name"],
        address=row["address"],
        point=Point(row["longitude"], row["latitude"]),
        phone=row["phone"],
        opening_hours=hours.text,
        services=shared.texts(row["services"]),
        facilities=shared.facilities(row["facilities"]),
        audience=shared.texts(row["audience"]),
        capacity=row["capacity"],
        is_accessible=row["is_accessible"],
        status=Status(row["status"]),
        verified_at=row["verified_at"],
        version=row["version"],
        photos=tuple(file.public_photo(*photo) for photo in orjson.loads(row["photos"] or "[]")),
        grid=grid,
        hours=hours,
    )
