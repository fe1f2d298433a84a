"""Catalogues in the database: each version for ever, the newest one kept in every process.

A version is written as a whole, one row for each of its editions, and told by an event, so that
every process calls `load` within a second.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import asyncpg
import orjson

from models import calendar, db
from models.catalogue import registry
from models.catalogue.calendar import CALENDAR
from models.catalogue.difference import difference
from models.catalogue.registry import Catalogue, Edition
from models.catalogue.shape import plain, read_editions
from models.catalogue.text import Draft
from models.db import Connection
from models.event import Topic, record


class Change(NamedTuple):
    """What a draft changes: from which version to which, and the lines that differ."""

    name: str
    old_version: int
    new_version: int
    lines: tuple[str, ...]


class Stale(Exception):
    """A draft was made from a version that is not the newest any more; the text says so."""


async def load() -> None:
    """Read the newest version of every catalogue and keep to it in this process.

    Raises Unavailable, and Wrong for rows that this program can't read; then nothing changes.
    """
    registry.use(_read(await db.fetch(_NEWEST)))
    # The calendar is asked by pure code (opening hours, the working clock), so it is handed over.
    calendar.use(registry.current(CALENDAR).entries)


async def newest() -> dict[str, tuple[Edition[Any], ...]]:
    """Give the newest version of every catalogue as the database has it, or its default."""
    known = _read(await db.fetch(_NEWEST))
    return {
        name: known.get(name) or registry.default(catalogue)
        for name, catalogue in registry.catalogues().items()
    }


def forget() -> None:
    """Keep to the defaults again, as before the first load."""
    registry.use({})
    calendar.use(())


async def bring(drafts: Iterable[Draft[Any]], *, only_say: bool = False) -> list[Change]:
    """Make each draft that says something new the next version, all of them or none.

    Raises Stale, and Unavailable. With `only_say` nothing is written.
    """
    async with db.transaction() as connection:
        # Who imports at the same time waits, then finds what was written here.
        await connection.execute("LOCK TABLE catalogue IN SHARE ROW EXCLUSIVE MODE")
        known = _read(await connection.fetch(_NEWEST))
        changes = []
        for draft in drafts:
            old = known.get(draft.catalogue.name) or registry.default(draft.catalogue)
            if not (change := _change(draft, old)):
                continue
            changes.append(change)
            if not only_say:
                key = await _write(connection, draft.catalogue, draft.editions, change.new_version)
                await _tell(connection, key, change)
    return changes


async def plant(standard: Callable[[], Mapping[str, tuple[Any, ...]]]) -> None:
    """Write a first version of every catalogue that has none: the standard one or the default.

    `standard` gives entries by name, and is called if anything is missing. No process is told:
    those that serve keep to what they have until they start anew.
    """
    async with db.transaction() as connection:
        await connection.execute("LOCK TABLE catalogue IN SHARE ROW EXCLUSIVE MODE")
        known = {row["name"] for row in await connection.fetch("SELECT name FROM catalogue")}
        missing = registry.catalogues().keys() - known
        given = standard() if missing else {}
        for name in sorted(missing):
            catalogue = registry.catalogues()[name]
            entries = given.get(name, catalogue.default)
            first = Edition(registry.FIRST_DAY, None, entries, version=1)
            await _write(connection, catalogue, (first,), 1)


def _read(rows: Iterable[asyncpg.Record]) -> dict[str, tuple[Edition[Any], ...]]:
    known = registry.catalogues()
    stated: dict[str, list[dict[str, Any]]] = {}
    versions: dict[str, int] = {}
    for row in rows:
        # A catalogue that this program does not know is another version's.
        if row["name"] in known:
            versions[row["name"]] = row["version"]
            stated.setdefault(row["name"], []).append(
                {
                    "valid_from": row["valid_from"],
                    "valid_to": row["valid_to"],
                    "entries": orjson.loads(row["body"]),
                }
            )
    return {
        name: read_editions(known[name], editions, version=versions[name], place=(name,))
        for name, editions in stated.items()
    }


def _change(draft: Draft[Any], old: tuple[Edition[Any], ...]) -> Change | None:
    name, newest = draft.catalogue.name, old[0].version
    lines = tuple(difference(draft.catalogue, old, draft.editions))
    if not lines:
        return None
    if draft.version != newest:
        raise Stale(
            f"{name} was made from version {draft.version}, but the city has version {newest};"
            " export it again and put your changes there"
        )
    return Change(name, newest, newest + 1, lines)


async def _write(
    connection: Connection,
    catalogue: Catalogue[Any],
    editions: tuple[Edition[Any], ...],
    version: int,
) -> int:
    """Write a version; gives the key of its first row."""
    bodies = [orjson.dumps([plain(entry) for entry in one.entries]).decode() for one in editions]
    whole = [
        (one.valid_from, one.valid_to, body) for one, body in zip(editions, bodies, strict=True)
    ]
    digest = hashlib.sha256(orjson.dumps(whole)).digest()
    keys = await connection.fetch(
        _WRITE,
        catalogue.name,
        version,
        [one.valid_from for one in editions],
        [one.valid_to for one in editions],
        bodies,
        digest,
    )
    key: int = min(row["id"] for row in keys)
    return key


async def _tell(connection: Connection, key: int, change: Change) -> None:
    city = await connection.fetchval("SELECT code FROM area WHERE level = 'CITY'")
    if city is None:
        # No process serves a database without a city.
        return
    await record(
        connection,
        topic=Topic.CATALOGUE,
        thing_id=key,
        area_code=city,
        version=change.new_version,
        kind="IMPORTED",
        actor_id=None,
        facts={"name": change.name, "version": change.new_version},
    )


_NEWEST = """
SELECT name, version, valid_from, valid_to, body FROM catalogue
WHERE version = (SELECT max(version) FROM catalogue AS newest WHERE newest.name = catalogue.name)
ORDER BY name, valid_from
"""
_WRITE = """
INSERT INTO catalogue (name, version, valid_from, valid_to, body, digest)
SELECT $1, $2, edition.valid_from, edition.valid_to, edition.body::jsonb, $6
FROM unnest($3::date[], $4::date[], $5::text[]) AS edition (valid_from, valid_to, body)
RETURNING id
"""
