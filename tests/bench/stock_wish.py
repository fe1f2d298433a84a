"""The peer of the wish board: Strawberry's own ASGI view and Tortoise, as most people write it.

Kindly: an index for the list, one statement for the wishes and one for their grids. It has tables
of its own, with the foreign key that its relation wants, filled from the city.

As a program (`python -m tests.bench.stock_wish PORT`) it serves the database of DATABASE_URL.
"""

import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Tortoise, fields
from tortoise.models import Model

TABLES = """
CREATE TABLE stock_wish_area AS SELECT id, code, name FROM area WHERE level = 'GRID';
ALTER TABLE stock_wish_area ADD PRIMARY KEY (id);
CREATE TABLE stock_wish AS
SELECT wish.id, state, category, beneficiary, title, text, budget_cents, deadline_on,
    published_at, wish.longitude, wish.latitude, area_code, rank, area.id AS area_id
FROM wish JOIN area ON area.code = area_code
WHERE checked = 'PASSED'
    AND state IN ('PUBLISHED', 'CLAIMED', 'DELIVERING', 'FULFILLED', 'CONFIRMED', 'ARCHIVED');
ALTER TABLE stock_wish ADD PRIMARY KEY (id);
ALTER TABLE stock_wish ADD FOREIGN KEY (area_id) REFERENCES stock_wish_area;
CREATE INDEX ON stock_wish (state, rank, id);
CREATE INDEX ON stock_wish (area_code text_pattern_ops, rank, id);
ANALYZE stock_wish_area, stock_wish;
"""


class AreaRow(Model):
    """A grid."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(16)
    name = fields.CharField(64)

    class Meta:
        table = "stock_wish_area"


class WishRow(Model):
    """A wish."""

    id = fields.BigIntField(primary_key=True)
    state = fields.CharField(16)
    category = fields.CharField(16)
    beneficiary = fields.CharField(16)
    title = fields.CharField(64)
    text = fields.TextField()
    budget_cents = fields.IntField(null=True)
    deadline_on = fields.DateField()
    published_at = fields.DatetimeField()
    longitude = fields.FloatField()
    latitude = fields.FloatField()
    area_code = fields.CharField(16)
    rank = fields.BigIntField()
    area: fields.ForeignKeyRelation[AreaRow] = fields.ForeignKeyField("models.AreaRow")

    class Meta:
        table = "stock_wish"


@strawberry.enum
class WishState(Enum):
    """Where a wish stands."""

    PUBLISHED = "PUBLISHED"
    CLAIMED = "CLAIMED"
    DELIVERING = "DELIVERING"
    FULFILLED = "FULFILLED"
    CONFIRMED = "CONFIRMED"
    ARCHIVED = "ARCHIVED"


@strawberry.input
class WishFilter:
    """Which wishes are asked for."""

    area_code: str | None = None
    states: list[WishState] | None = None


@strawberry.type
class Point:
    """A place."""

    longitude: float
    latitude: float


@strawberry.type
class Area:
    """A grid."""

    code: str
    name: str


@strawberry.type
class Wish:
    """A wish."""

    row: strawberry.Private[WishRow]
    state: WishState
    category: str
    beneficiary: str
    title: str
    text: str
    budget_cents: int | None
    deadline_on: date
    published_at: datetime
    point: Point
    area: Area

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Give the opaque id."""
        text = base64.urlsafe_b64encode(f"Wish:{self.row.id}".encode()).decode()
        return strawberry.ID(text.rstrip("="))


@strawberry.type
class Edge:
    """A wish of a list."""

    node: Wish


@strawberry.type
class Connection:
    """A list of wishes."""

    edges: list[Edge]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def wishes(self, filter: WishFilter | None = None, first: int = 20) -> Connection:  # noqa: A002 - the argument's name
        """Give the first wishes of the board."""
        asked = WishRow.all()
        if filter and filter.area_code:
            asked = asked.filter(area_code__startswith=filter.area_code)
        if filter and filter.states:
            asked = asked.filter(state__in=[state.value for state in filter.states])
        rows = await asked.order_by("rank", "id").limit(first).prefetch_related("area")
        return Connection(edges=[Edge(node=_wish(row)) for row in rows])


def _wish(row: WishRow) -> Wish:
    return Wish(
        row=row,
        state=WishState(row.state),
        category=row.category,
        beneficiary=row.beneficiary,
        title=row.title,
        text=row.text,
        budget_cents=row.budget_cents,
        deadline_on=row.deadline_on,
        published_at=row.published_at,
        point=Point(longitude=row.longitude, latitude=row.latitude),
        area=Area(code=row.area.code, name=row.area.name),
    )


schema = strawberry.Schema(Query)


@asynccontextmanager
async def connected(_app: Starlette) -> AsyncIterator[None]:
    """Keep the pool open while serving."""
    await Tortoise.init(
        db_url=os.environ["DATABASE_URL"],
        modules={"models": [__name__]},
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
