"""The peer for points: the viewer's balance and entries on Strawberry's own view and Tortoise.

Written as most people write it, and kindly: indexes are there, accounts and programmes in one
statement, entries with their transactions and rules in another, twenty each.

As a program (`python -m tests.bench.points_peer PORT`) it serves the database of DATABASE_URL;
who asks is in the header x-person.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Tortoise

from models.tables import Account, Entry, Person

RECENT = 20


@strawberry.type
class PointsEntry:
    """An entry."""

    kind: str
    asset: str
    amount: int
    rule_name: str | None
    business_day: date


@strawberry.type
class PointsProgramme:
    """A programme."""

    name: str


@strawberry.type
class PointsAccount:
    """An account."""

    row: strawberry.Private[Account]
    merit: int
    points: int
    held: int
    available: int

    @strawberry.field
    def programme(self) -> PointsProgramme:
        """Give the programme."""
        return PointsProgramme(name=self.row.programme.name)

    @strawberry.field
    async def recent(self) -> list[PointsEntry]:
        """Give the newest entries."""
        rows = (
            await Entry.filter(account_id=self.row.id)
            .order_by("-id")
            .limit(RECENT)
            .select_related("transaction__rule")
        )
        return [
            PointsEntry(
                kind=row.transaction.kind,
                asset=row.asset,
                amount=row.amount,
                rule_name=row.transaction.rule.name if row.transaction.rule else None,
                business_day=row.business_day,
            )
            for row in rows
        ]


@strawberry.type
class Viewer:
    """Who asks."""

    key: strawberry.Private[int]
    name: str

    @strawberry.field
    async def points_accounts(self) -> list[PointsAccount]:
        """Give the accounts."""
        rows = await Account.filter(person_id=self.key, kind="PERSON").select_related("programme")
        return [
            PointsAccount(
                row=row,
                merit=row.merit,
                points=row.points,
                held=row.held,
                available=row.points - row.held,
            )
            for row in rows
        ]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def viewer(self, info: strawberry.Info) -> Viewer:
        """Give who asks."""
        request: Request = info.context["request"]
        person = await Person.get(id=int(request.headers["x-person"]))
        return Viewer(key=person.id, name=person.name)


@asynccontextmanager
async def connected(_app: Starlette) -> AsyncIterator[None]:
    """Keep the pool open while serving."""
    await Tortoise.init(
        db_url=os.environ["DATABASE_URL"],
        modules={"models": ["models.tables"]},
        _enable_global_fallback=True,
    )
    yield
    await Tortoise.close_connections()


def main() -> None:
    """Serve on a port."""
    view = GraphQL(strawberry.Schema(Query))
    app = Starlette(routes=[Route("/graphql", view)], lifespan=connected)
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
