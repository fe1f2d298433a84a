"""The city's number line as PostgreSQL holds it: the events in their order, read in pages.

Positions have no gaps. What is older than the retention is gone from the line, never from the
events themselves.
"""

import asyncpg
import orjson

from models import db
from models.errors import Invalid
from models.event.entry import CODE_LENGTHS, Event, Scope, Topic

PAGE_MOST = 500


async def last_position() -> int:
    """Give the newest position of the line, 0 before the first; raises Unavailable."""
    row = await db.fetch_one("SELECT max(position) AS last FROM feed")
    return (row["last"] if row else None) or 0


async def first_position() -> int:
    """Give the oldest position that the retention has kept; who saw less must read anew."""
    row = await db.fetch_one("SELECT min(position) AS first FROM feed")
    return (row["first"] if row else None) or 1


async def line_name() -> str:
    """Name this city's line as no other database does, so that cities can share a Redis."""
    row = await db.fetch_one(_NAME)
    assert row, "pg_control_system() answers one row"
    return f"wangge:{row['system_identifier']:x}:{row['oid']}"


_NAME = """
SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database())
FROM pg_control_system()
"""


async def read(after: int, *, first: int = PAGE_MOST) -> list[Event]:
    """Read the line after position `after`, `first` events at most."""
    rows = await db.fetch(_READ, after, min(first, PAGE_MOST))
    return [event(row) for row in rows]


async def replay(scope: Scope, *, after: int, first: int = PAGE_MOST) -> list[Event]:
    """Read what `scope` got after position `after`, in order; a short page is the last one."""
    limit = min(first, PAGE_MOST)
    if scope.area_code is not None:
        check_area(scope.area_code)
        rows = await db.fetch(_OF_AREA, after, limit, scope.area_code, scope.topic)
    elif scope.thing_id is not None:
        rows = await db.fetch(_OF_THING, after, limit, scope.topic, scope.thing_id)
    else:
        rows = await db.fetch(_OF_TOPIC, after, limit, scope.topic)
    return [event(row) for row in rows]


def check_area(code: str) -> None:
    """Raise Invalid unless `code` has the length of a level of the tree."""
    if len(code) not in CODE_LENGTHS:
        raise Invalid("区划代码须为 6、9、12、14 或 16 位")


def event(row: asyncpg.Record) -> Event:
    """Read one row with the columns below."""
    return Event(
        position=row["position"],
        id=row["id"],
        topic=Topic(row["topic"]),
        thing_id=row["thing_id"],
        area_code=row["area_code"],
        version=row["version"],
        kind=row["kind"],
        facts=orjson.loads(row["facts"]),
        at=row["at"],
        line_area_code=row["line_area_code"],
    )


COLUMNS = """event.id, event.topic, event.thing_id, event.area_code, event.version, event.kind,
    event.facts, event.at"""
_LINE = f"""
SELECT feed.position, feed.area_code AS line_area_code, {COLUMNS}
FROM feed JOIN event ON event.id = feed.event_id
WHERE feed.position > $1"""  # noqa: S608 - constants
_PAGE = " ORDER BY feed.position LIMIT $2"
_READ = _LINE + _PAGE
_OF_THING = f"""{_LINE} AND event.topic = $3 AND event.thing_id = $4
    AND feed.area_code = event.area_code{_PAGE}"""
_OF_TOPIC = f"{_LINE} AND feed.topic = $3 AND feed.area_code = event.area_code{_PAGE}"
_OF_AREA = f"""{_LINE} AND feed.area_code >= $3 COLLATE "C"
    AND feed.area_code < $3 || ':' COLLATE "C"
    AND ($4::text IS NULL OR feed.topic = $4)
    AND (feed.area_code = event.area_code OR NOT starts_with(event.area_code, $3)){_PAGE}"""
