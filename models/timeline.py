"""Timelines: what happened to things of a topic, with words, actors and photos, in versions.

Rows only: what of them a viewer may see is decided by the domain that the thing is of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


class Timeline:
    """The timelines of all things of a topic, whose photos stand in the table `topic_photo`."""

    def __init__(self, topic: Topic) -> None:
        photos = file.photos_sql(topic, key="event.thing_id", version="event.version")
        shown = _SHOWN.format(photos=photos, topic=topic)
        self._events = _EVENTS.format(shown=shown)
        self._events_at = _EVENTS_AT.format(shown=shown)

    async def pages(
        self, asked: Mapping[int, bool], *, first: int, after: str | None
    ) -> dict[int, Page[Happened]]:
        """Give a page of the events of each thing, oldest first, by its key, in one statement.

        `asked` says of each key whether what is internal is wanted, too. A cursor belongs to one
        thing: with it, only that one is asked for. Raises Invalid.
        """
        start = page.key_after(after, page.digest("events", *asked), int)[0] if after else 0
        size = page.size(first) + 1
        rows = await db.fetch(self._events, list(asked), list(asked.values()), start, size)
        found: dict[int, list[Happened]] = {key: [] for key in asked}
        for row in rows:
            found[row["thing_id"]].append(_read(row))
        return {
            key: page.cut(happened, first, page.digest("events", key), lambda one: (one.version,))
            for key, happened in found.items()
        }

    async def at(self, keys: Iterable[int], versions: Iterable[int]) -> list[Happened | None]:
        """Give the event of each thing at the version beside it; None where there is none."""
        asked = list(zip(keys, versions, strict=True))
        keys, versions = [key for key, _ in asked], [version for _, version in asked]
        rows = await db.fetch(self._events_at, keys, versions)
        found = {(row["thing_id"], row["version"]): _read(row) for row in rows}
        return [found.get(one) for one in asked]


def _read(row: asyncpg.Record) -> Happened:
    said = orjson.loads(row["body"]) if row["body"] else {}
    return Happened(
        id=row["id"],
        thing_id=row["thing_id"],
        version=row["version"],
        kind=row["kind"],
        facts=orjson.loads(row["facts"]),
        text=said.get("text"),
        actor_id=row["actor_id"],
        actor_name=row["actor_name"],
        photos=file.photos_of(row["photos"]),
        at=row["at"],
    )


_SHOWN = """
    SELECT event.id, event.thing_id, event.version, event.kind, event.facts, event.at,
        content.body, event.actor_id, actor.name AS actor_name, {photos} AS photos
    FROM event
    LEFT JOIN content ON content.id = event.content_id
    LEFT JOIN person AS actor ON actor.id = event.actor_id
    WHERE event.topic = '{topic}' AND event.thing_id = wanted.id
"""
_EVENTS = """
SELECT found.* FROM unnest($1::bigint[], $2::boolean[]) AS wanted (id, sees_internal)
CROSS JOIN LATERAL (
    {shown} AND event.version > $3
        AND (wanted.sees_internal OR NOT event.facts ? 'internal')
    ORDER BY event.version LIMIT $4
) AS found
ORDER BY found.thing_id, found.version
"""
_EVENTS_AT = """
SELECT found.* FROM unnest($1::bigint[], $2::integer[]) AS wanted (id, version)
CROSS JOIN LATERAL ({shown} AND event.version = wanted.version) AS found
"""
