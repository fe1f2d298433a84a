"""Resources as their viewers see them: lists, and how they and wishes are matched.

A suggestion is of the same place, so to speak: what lies within REACH_METERS, first what is of
the same category, then what is nearer, then what waits for longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import access, db, page
from models.access import Action, Thing
from models.area.record import is_code
from models.boxes import meters_sql
from models.errors import Invalid
from models.geo import Point
from models.page import Page
from models.person import Person
from models.statement import Statement
from models.wish import record
from models.wish.case import is_staff
from models.wish.home import BOXES
from models.wish.listing import NearbyWish
from models.wish.record import Wish
from models.wish.words import Category, ResourceState

REACH_METERS = 5_000
SUGGESTIONS_MOST = 20


@dataclass(frozen=True, slots=True)
class Resource:
    """What is offered, as one viewer may see it; `person` is for those in charge and the owner.

    `unit_name` is that of the unit which offers it.
    """

    id: int
    state: ResourceState
    version: int
    category: Category
    title: str
    text: str
    area_code: str
    point: Point
    person: Person | None
    unit_id: int | None
    unit_name: str | None
    until_on: date
    offered_at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class NearbyResource:
    """What is offered near a wish, and how far from it."""

    resource: Resource
    distance_meters: float


async def resource(key: int, *, person_id: int | None) -> Resource | None:
    """Give an offer that this person may see: everybody an open one."""
    return (await resources_by_id([key], person_id=person_id)).get(key)


async def resources_by_id(keys: Iterable[int], *, person_id: int | None) -> dict[int, Resource]:
    """Give those of these offers that a person may see, by key."""
    rows = await db.fetch(_FIND, list(keys), person_id)
    return {row["id"]: found for row in rows if (found := _from_row(row))}


async def resources(  # noqa: PLR0913 - the arguments of the list
    *,
    area_code: str | None,
    categories: Iterable[Category],
    states: Iterable[ResourceState],
    is_mine: bool,
    person_id: int | None,
    first: int,
    after: str | None,
) -> Page[Resource]:
    """Give a page of offers, the newest first: open ones if nothing else is asked for.

    What is not open is for its owner, and for those in charge. Raises Invalid.
    """
    if area_code is not None and not is_code(area_code):
        raise Invalid("区划代码无法识别")
    kinds, wanted = sorted(set(categories)), sorted(set(states))
    asked = page.digest("resources", person_id, area_code, kinds, wanted, is_mine)
    rank, key = page.key_after(after, asked, int, int) if after else (-1, 0)
    statement = Statement([rank, person_id, key, page.size(first) + 1])
    statement.where("(rank, resource.id) > ($1, $3)")
    if kinds:
        statement.where(f"category = ANY({statement.add(kinds)})")
    if area_code is not None:
        statement.where(statement.subtree("resource", area_code))
    if wanted or not is_mine:
        states_wanted = wanted or [ResourceState.OPEN]
        statement.where(f"state = ANY({statement.add(states_wanted)})")
    if is_mine:
        statement.where("person_id = $2")
    sql = _PAGE.format(page=statement.first_of("resource", ["true"], limit="$4"))
    rows = await db.fetch(sql, *statement.arguments)
    listed = page.cut(rows, first, asked, lambda row: (row["rank"], row["id"]))
    seen = [
        (found, cursor)
        for row, cursor in zip(listed.items, listed.cursors, strict=True)
        if (found := _from_row(row))
    ]
    items, cursors = tuple(found for found, _ in seen), tuple(cursor for _, cursor in seen)
    return Page(items, cursors, listed.has_next_page)


async def suggestions(of: Wish, *, person_id: int | None, first: int) -> list[NearbyResource]:
    """Give what is offered near a wish, the best first; raises Invalid."""
    rows = await db.fetch(_FOR_WISH, *_around(of.point, person_id, of.category, first))
    return [
        NearbyResource(found, row["distance_meters"]) for row in rows if (found := _from_row(row))
    ]


async def suggested_wishes(of: Resource, *, person_id: int | None, first: int) -> list[NearbyWish]:
    """Give the wishes near an offer that wait to be claimed, the best first; raises Invalid."""
    rows = await db.fetch(_FOR_RESOURCE, *_around(of.point, person_id, of.category, first))
    return [
        NearbyWish(found, row["distance_meters"])
        for row in rows
        if (found := record.from_row(row))
    ]


def _around(
    point: Point, person_id: int | None, category: Category, first: int
) -> tuple[object, ...]:
    if not 1 <= first <= SUGGESTIONS_MOST:
        raise Invalid(f"数量须在 1 到 {SUGGESTIONS_MOST} 之间")
    boxes = BOXES.around(point, meters=REACH_METERS)
    return boxes, person_id, *point, REACH_METERS, first, category


def _from_row(row: Any) -> Resource | None:  # noqa: ANN401 - _COLUMNS
    held = access.read(row["rights"])
    is_mine = held.person_id is not None and held.person_id == row["person_id"]
    is_own = is_mine or is_staff(row["unit_id"], held)
    is_in_charge = held.may(Action.WISH_READ, Thing(area_code=row["area_code"]))
    state = ResourceState(row["state"])
    if not (state is ResourceState.OPEN or is_own or is_in_charge):
        return None
    shows_person = is_own or is_in_charge
    return Resource(
        id=row["id"],
        state=state,
        version=row["version"],
        category=Category(row["category"]),
        title=row["title"],
        text=row["text"],
        area_code=row["area_code"],
        point=Point(row["longitude"], row["latitude"]),
        person=Person(row["person_id"], row["person_name"]) if shows_person else None,
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
        until_on=row["until_on"],
        offered_at=row["offered_at"],
        is_mine=is_mine,
    )


_COLUMNS = f"""resource.id, resource.state, resource.version, resource.category, resource.title,
    resource.text, resource.area_code, resource.longitude, resource.latitude,
    resource.person_id, resource.unit_id, resource.until_on, resource.offered_at, resource.rank,
    owner.name AS person_name, unit.name AS unit_name, {access.rights_sql("$2")} AS rights"""
_JOINS = """JOIN person AS owner ON owner.id = resource.person_id
LEFT JOIN unit ON unit.id = resource.unit_id"""
_FIND = f"SELECT {_COLUMNS} FROM resource {_JOINS} WHERE resource.id = ANY($1)"  # noqa: S608 - constants
_PAGE = f"""
SELECT {_COLUMNS} FROM ({{page}}) AS page JOIN resource ON resource.id = page.id {_JOINS}
ORDER BY page.rank, page.id
"""  # noqa: S608 - constants
# The best of what lies near, by key; the columns are read of these alone.
_BEST = """(
    SELECT * FROM (
        SELECT id, category <> $7 AS is_other, {since} AS since, {distance} AS distance_meters
        FROM {table} WHERE box = ANY($1) AND state = '{state}'
    ) AS far
    WHERE distance_meters <= $5 ORDER BY is_other, distance_meters, since, id LIMIT $6
) AS near"""
_ORDER = "ORDER BY near.is_other, near.distance_meters, near.since, near.id"
_RESOURCES = _BEST.format(
    since="offered_at",
    table="resource",
    state="OPEN",
    distance=meters_sql("resource", longitude="$3", latitude="$4"),
)
_WISHES = _BEST.format(
    since="published_at",
    table="wish",
    state="PUBLISHED",
    distance=meters_sql("wish", longitude="$3", latitude="$4"),
)
_FOR_WISH = f"""
SELECT {_COLUMNS}, near.distance_meters
FROM {_RESOURCES} JOIN resource ON resource.id = near.id {_JOINS} {_ORDER}
"""  # noqa: S608 - constants
_FOR_RESOURCE = f"""
SELECT {record.COLUMNS}, near.distance_meters
FROM {_WISHES} JOIN wish ON wish.id = near.id {record.JOINS} {_ORDER}
"""  # noqa: S608 - constants
