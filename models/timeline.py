"""Timelines: what happened to things of a topic, with words, actors and photos, in versions.

Rows only: what of them a viewer may see is decided by the domain that the thing is of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import orjson

from models import db, file, page
from models.event import Topic
from models.file import Photo
from models.page import Page


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a thing: all that is known of it, not yet fit to be shown."""

    id: int
    thing_id: int
    version: int
    kind: str
    facts: Mapping[str, Any]
    text: str | None
    actor_id: int | None
    actor_name: str | None
    photos: tuple[Photo, ...]
    at: datetime


class Asked(NamedTuple):
    """Which page of whose events is asked for, and whether what is internal is wanted, too."""

    thing_id: int
    sees_internal: bool
    first: int
    after: str | None


class Timeline:
    """The timelines of all things of a topic, whose photos stand in the table `topic_photo`."""

    def __init__(self, topic: Topic) -> None:
        photos = file.photos_sql(topic, key="event.thing_id", version="event.version")
        self._shown = _SHOWN.format(photos=photos, topic=topic)
        self._events = _EVENTS.format(shown=self._shown)
        self._events_at = _EVENTS_AT.format(shown=self._shown)

    async def pages(self, asked: Sequence[Asked]) -> list[Page[Happened]]:
        """Give each page that is asked for, oldest first, in one statement; raises Invalid."""
        starts = [_start(one) for one in asked]
        longest = max(page.size(one.first) for one in asked) + 1
        keys, internal = [one.thing_id for one in asked], [one.sees_internal for one in asked]
        found: list[list[Happened]] = [[] for _ in asked]
        for row in await db.fetch(self._events, keys, internal, starts, longest):
            found[row["place"] - 1].append(_read(row))
        return [
            page.cut(happened, one.first, _query(one), lambda event: (event.version,))
            for one, happened in zip(asked, found, strict=True)
        ]

    async def at(self, keys: Iterable[int], versions: Iterable[int]) -> list[Happened | None]:
        """Give the event of each thing at the version beside it; None where there is none."""
        asked = list(zip(keys, versions, strict=True))
        keys, versions = [key for key, _ in asked], [version for _, version in asked]
        rows = await db.fetch(self._events_at, keys, versions)
        found = {(row["thing_id"], row["version"]): _read(row) for row in rows}
        return [found.get(one) for one in asked]

    def beside_sql(self, *, key: str, version: str) -> str:
        """Give the join of a row of a statement with the event of that key and version, if any.

        BESIDE are its columns, of which `beside` makes the record.
        """
        return f"""
LEFT JOIN LATERAL (
    {self._shown} AND event.thing_id = {key} AND event.version = {version}
) AS happened ON true"""


def beside(row: asyncpg.Record) -> Happened | None:
    """Make the record of the event in the columns BESIDE; None without one."""
    return None if row["happened_id"] is None else _read(row, "happened_")


def _query(asked: Asked) -> str:
    return page.digest("events", asked.thing_id)


def _start(asked: Asked) -> int:
    start: int = page.key_after(asked.after, _query(asked), int)[0] if asked.after else 0
    return start


def _read(row: asyncpg.Record, prefix: str = "") -> Happened:
    body = row[f"{prefix}body"]
    return Happened(
        id=row[f"{prefix}id"],
        thing_id=row[f"{prefix}thing_id"],
        version=row[f"{prefix}version"],
        kind=row[f"{prefix}kind"],
        facts=orjson.loads(row[f"{prefix}facts"]),
        text=orjson.loads(body).get("text") if body else None,
        actor_id=row[f"{prefix}actor_id"],
        actor_name=row[f"{prefix}actor_name"],
        photos=file.photos_of(row[f"{prefix}photos"]),
        at=row[f"{prefix}at"],
    )


_COLUMNS = ("id", "thing_id", "version", "kind", "facts", "at", "body", "actor_id", "actor_name")
BESIDE = ", ".join(f"happened.{name} AS happened_{name}" for name in (*_COLUMNS, "photos"))


_SHOWN = """
    SELECT event.id, event.thing_id, event.version, event.kind, event.facts, event.at,
        content.body, event.actor_id, actor.name AS actor_name, {photos} AS photos
    FROM event
    LEFT JOIN content ON content.id = event.content_id
    LEFT JOIN person AS actor ON actor.id = event.actor_id
    WHERE event.topic = '{topic}'
"""
_EVENTS = """
SELECT place, found.*
FROM unnest($1::bigint[], $2::boolean[], $3::integer[]) WITH ORDINALITY
    AS wanted (id, sees_internal, start, place)
CROSS JOIN LATERAL (
    {shown} AND event.thing_id = wanted.id AND event.version > wanted.start
        AND (wanted.sees_internal OR NOT event.facts ? 'internal')
    ORDER BY event.version LIMIT $4
) AS found
ORDER BY place, found.version
"""
_EVENTS_AT = """
SELECT found.* FROM unnest($1::bigint[], $2::integer[]) AS wanted (id, version)
CROSS JOIN LATERAL (
    {shown} AND event.thing_id = wanted.id AND event.version = wanted.version
) AS found
"""
