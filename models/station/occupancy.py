"""How many people are at each station: counted in the database, known in every process.

A check-in or check-out changes one short row. What changed is told by events a few times a second
at most, however many come and go, and a process that hears of one changes one number: nothing of
the snapshot is built anew. Who was there is never told.
"""

from collections.abc import Iterable
from typing import NamedTuple

from models import db, event
from models.event import Event, Topic
from models.station.record import Station

TELL_MOST = 500


class Count(NamedTuple):
    """How many people there are, and how often that has changed so far."""

    people: int
    version: int


_NONE = Count(0, 0)
_known: dict[int, Count] = {}


def people_at(of: Station) -> int | None:
    """Give how many are checked in at a station; None where nobody checks in."""
    return None if of.capacity is None else _known.get(of.id, _NONE).people


def note(key: int, count: Count) -> None:
    """Know a count in this process, unless a newer one is known."""
    if count.version > _known.get(key, _NONE).version:
        _known[key] = count


def hear(events: Iterable[Event]) -> None:
    """Know what events of the topic OCCUPANCY tell."""
    for heard in events:
        note(heard.thing_id, Count(heard.facts["people"], heard.version))


async def load() -> None:
    """Read every count; raises Unavailable and then changes nothing."""
    for row in await db.fetch("SELECT station_id, people, version FROM station_occupancy"):
        note(row["station_id"], Count(row["people"], row["version"]))


def forget() -> None:
    """Know no counts any more."""
    _known.clear()


async def tell() -> int:
    """Write an event for every count that changed since it was told; 0 when all are told."""
    async with db.transaction() as connection:
        rows = await connection.fetch(_UNTOLD, TELL_MOST)
        for row in rows:
            await event.record(
                connection,
                topic=Topic.OCCUPANCY,
                thing_id=row["station_id"],
                area_code=row["area_code"],
                version=row["version"],
                kind="COUNTED",
                actor_id=None,
                facts={"people": row["people"]},
            )
        await connection.execute(_TOLD, [row["station_id"] for row in rows])
    # Those that change meanwhile have time until the next turn: a busy station must not flood.
    return len(rows) if len(rows) == TELL_MOST else 0


_UNTOLD = """
SELECT station_id, people, station_occupancy.version, area_code
FROM station_occupancy JOIN station ON station.id = station_id
WHERE NOT is_told ORDER BY station_id LIMIT $1 FOR UPDATE OF station_occupancy
"""
_TOLD = "UPDATE station_occupancy SET is_told = true WHERE station_id = ANY($1)"
