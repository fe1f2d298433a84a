"""The peer: the same question on Strawberry's own ASGI view and Tortoise.

Written as most people write it, and kindly: an index for the box, one statement for the stations
and one for the grids of those shown, opening hours parsed once per text. It has tables of its
own, with the foreign key that its relation wants, filled from the city.

As a program (`python -m tests.bench.stock PORT`) it serves the database of DATABASE_URL.
"""

import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

import strawberry
import uvicorn
from opening_hours import OpeningHours
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Tortoise, fields
from tortoise.models import Model

from tests.bench import stock_person
from tests.bench.stock_person import ViewerQuery

CHINA = ZoneInfo("Asia/Shanghai")
EARTH_RADIUS_METERS = 6_371_008.8
METERS_PER_DEGREE = 111_000
TABLES = """
CREATE TABLE stock_grid AS SELECT id, name FROM area WHERE level = 'GRID';
ALTER TABLE stock_grid ADD PRIMARY KEY (id);
CREATE TABLE stock_station AS
SELECT station.id, kind, station.name, address, station.longitude, station.latitude, phone,
    opening_hours, status, grid.id AS grid_id
FROM station LEFT JOIN (SELECT id, code FROM area WHERE level = 'GRID') AS grid
    ON grid.code = left(area_code, 14);
ALTER TABLE stock_station ADD PRIMARY KEY (id);
ALTER TABLE stock_station ADD FOREIGN KEY (grid_id) REFERENCES stock_grid;
CREATE INDEX ON stock_station (latitude, longitude);
ANALYZE stock_grid, stock_station;
"""


class GridRow(Model):
    """A grid."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(64)

    class Meta:
        table = "stock_grid"


class StationRow(Model):
    """A station."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(24)
    name = fields.CharField(64)
    address = fields.CharField(128)
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    phone = fields.CharField(32, null=True)
    opening_hours = fields.CharField(256, null=True)
    status = fields.CharField(16)
    grid: fields.ForeignKeyNullableRelation[GridRow] = fields.ForeignKeyField(
        "models.GridRow", null=True
    )

    class Meta:
        table = "stock_station"


@strawberry.enum
class StationKind(Enum):
    """What a station is."""

    SERVICE_CENTRE = "SERVICE_CENTRE"
    PIONEER_STATION = "PIONEER_STATION"
    NEIGHBOUR_POINT = "NEIGHBOUR_POINT"
    BEE_STATION = "BEE_STATION"
    DRIVER_STATION = "DRIVER_STATION"
    LIVE_ROOM = "LIVE_ROOM"
    LOVE_RESTAURANT = "LOVE_RESTAURANT"
    LOVE_PHARMACY = "LOVE_PHARMACY"
    LOVE_SHOP = "LOVE_SHOP"
    MEDIATION_STUDIO = "MEDIATION_STUDIO"


@strawberry.type
class Point:
    """A place."""

    longitude: float
    latitude: float


@strawberry.input
class PointInput:
    """A place, asked about."""

    longitude: float
    latitude: float


@strawberry.type
class Grid:
    """A grid."""

    row: strawberry.Private[GridRow]
    name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Give the opaque id."""
        return global_id("Area", self.row.id)


@strawberry.type
class Station:
    """A station."""

    row: strawberry.Private[StationRow]
    name: str
    kind: StationKind
    address: str
    point: Point
    phone: str | None

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Give the opaque id."""
        return global_id("Station", self.row.id)

    @strawberry.field
    def grid(self) -> Grid | None:
        """Give the grid."""
        grid = self.row.grid
        return Grid(row=grid, name=grid.name) if grid else None


@strawberry.type
class Edge:
    """A station near a place."""

    distance_meters: float
    open_now: bool
    node: Station


@strawberry.type
class Connection:
    """Stations near a place."""

    edges: list[Edge]


@strawberry.type
class Query(ViewerQuery):
    """The root."""

    @strawberry.field
    async def stations_near(
        self, near: PointInput, within_meters: int = 3000, first: int = 20
    ) -> Connection:
        """Find the stations around a place."""
        reach = within_meters / METERS_PER_DEGREE
        wide = reach / cos(radians(near.latitude))
        rows = await StationRow.filter(
            status="OPEN",
            latitude__range=(near.latitude - reach, near.latitude + reach),
            longitude__range=(near.longitude - wide, near.longitude + wide),
        )
        found = sorted(
            ((distance_meters(near, row), row.id, row) for row in rows), key=lambda one: one[:2]
        )
        within = [(meters, row) for meters, _, row in found if meters <= within_meters][:first]
        await StationRow.fetch_for_list([row for _, row in within], "grid")
        now = datetime.now(CHINA)
        return Connection(edges=[edge(row, meters, now) for meters, row in within])


schema = strawberry.Schema(Query)


def edge(row: StationRow, meters: float, now: datetime) -> Edge:
    """Show a station."""
    station = Station(
        row=row,
        name=row.name,
        kind=StationKind(row.kind),
        address=row.address,
        point=Point(longitude=row.longitude, latitude=row.latitude),
        phone=row.phone,
    )
    hours = row.opening_hours
    is_open = parsed(hours).is_open(now) if hours else False
    return Edge(distance_meters=meters, open_now=is_open, node=station)


@lru_cache(maxsize=1000)
def parsed(hours: str) -> OpeningHours:
    """Read opening hours, each text once."""
    return OpeningHours(hours, timezone=CHINA, country="CN")


def distance_meters(near: PointInput, row: StationRow) -> float:
    """Measure the great circle between two places (haversine)."""
    latitude, other = radians(near.latitude), radians(row.latitude)
    across = sin(radians(row.longitude - near.longitude) / 2) ** 2
    chord = sin((other - latitude) / 2) ** 2 + cos(latitude) * cos(other) * across
    return 2 * EARTH_RADIUS_METERS * asin(sqrt(chord))


def global_id(name: str, key: int) -> strawberry.ID:
    """Write an opaque id."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{name}:{key}".encode()).decode().rstrip("="))


@asynccontextmanager
async def connected(_app: Starlette) -> AsyncIterator[None]:
    """Keep the pool open while serving."""
    await Tortoise.init(
        db_url=os.environ["DATABASE_URL"],
        modules={"models": [__name__, stock_person.__name__]},
        _enable_global_fallback=True,
    )
    yield
    await Tortoise.close_connections()


def main() -> None:
    """Serve on a port."""
    app = Starlette(routes=[Route("/graphql", GraphQL(schema))], lifespan=connected)
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
