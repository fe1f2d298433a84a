"""What must hold once everything has calmed down, whatever was killed, frozen or flushed."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from models import db, event
from models.errors import Unavailable
from models.event import Stream
from tests.faults.load import KINDS, Load
from tests.faults.phone import Following, Phone

CALM_SECONDS = 60.0
POLL_SECONDS = 0.05


class End(NamedTuple):
    """How a ticket ended, and where on the line."""

    position: int
    state: str
    version: int


async def until_calm(phones: Sequence[Phone], redis_url: str, *, after: int) -> None:
    """Wait until everything is placed, told and shown; the deadline says what is not."""
    missing = ["everything"]
    try:
        async with asyncio.timeout(CALM_SECONDS):
            while missing:
                with suppress(Unavailable, *event.LOST):
                    missing = await _missing(phones, redis_url, after=after)
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"still missing: {missing}") from None


async def _missing(phones: Sequence[Phone], redis_url: str, *, after: int) -> list[str]:
    last = await event.last_position()
    if rows := await db.fetch("SELECT event_id FROM outbox"):
        return [f"{len(rows)} events are not placed"]
    async with event.connect_redis(redis_url) as redis:
        told = await Stream(redis, name=await event.line_name()).position()
    if told != last:
        return [f"the stream ends at {told}, the line at {last}"]
    tickets = {one.ticket for phone in phones for one in phone.followed.values() if one.ticket}
    codes = {one.area for phone in phones for one in phone.followed.values() if one.area}
    ends = {key: end.position for key, end in (await _ends(tickets)).items()}
    of_areas = {code: max(await _positions(code, after=after), default=0) for code in codes}
    return [
        f"{name}: {one.seen}"
        for phone in phones
        for name, one in phone.followed.items()
        if (one.seen or 0) < (ends[one.ticket] if one.ticket else of_areas[one.area or ""])
    ]


async def _ends(tickets: set[int]) -> dict[int, End]:
    rows = await db.fetch(_ENDS, sorted(tickets))
    return {row["id"]: End(row["position"], row["state"], row["version"]) for row in rows}


_ENDS = """
SELECT ticket.id, ticket.state, ticket.version, max(position) AS position
FROM ticket JOIN event ON event.topic = 'ticket' AND event.thing_id = ticket.id
JOIN feed ON feed.event_id = event.id
WHERE ticket.id = ANY($1) GROUP BY ticket.id
"""


async def _positions(code: str, *, after: int) -> list[int]:
    rows = await db.fetch(_OF_AREA, after, code)
    return [row["position"] for row in rows]


_OF_AREA = """
SELECT position FROM feed WHERE topic = 'ticket' AND position > $1
    AND area_code >= $2 COLLATE "C" AND area_code < $2 || ':' COLLATE "C"
ORDER BY position
"""


async def all_was_done_once(load: Load) -> None:
    """Assert that of what was answered nothing is lost, and nothing was done twice."""
    rows = await db.fetch(_HAPPENED, min(load.tickets))
    happened = defaultdict(list)
    for row in rows:
        happened[row["thing_id"]].append((row["version"], row["kind"]))
    whole = list(enumerate(KINDS, 1))
    assert {key: moves for key, moves in happened.items() if moves != whole} == {}
    assert sorted(happened) == sorted(load.tickets)
    assert load.answered == len(load.tickets) * len(KINDS)
    ends = await _ends(set(load.tickets))
    assert {end[1:] for end in ends.values()} == {("CLOSED", len(KINDS))}


_HAPPENED = """
SELECT thing_id, version, kind FROM event WHERE topic = 'ticket' AND thing_id >= $1
ORDER BY thing_id, version
"""


async def the_line_has_no_gap() -> None:
    """Assert that every event has its place on the line, once, and that no place is empty."""
    (row,) = await db.fetch(
        """SELECT min(position) AS first, max(position) AS last, count(*) AS places,
            count(DISTINCT event_id) AS placed, (SELECT count(*) FROM event) AS happened
        FROM feed"""
    )
    assert (row["first"], row["last"]) == (1, row["places"])
    assert row["placed"] == row["happened"] == row["places"]


async def phones_saw_it_all(phones: Sequence[Phone], *, after: int) -> None:
    """Assert that who follows a ticket saw each change of it, and how it ended; and who follows
    an area each of its positions: once, and in order.
    """
    tickets = {one.ticket for phone in phones for one in phone.followed.values() if one.ticket}
    ends = await _ends(tickets)
    for phone in phones:
        for name, one in phone.followed.items():
            assert one.disorder == [], name
            if one.ticket:
                _saw_it_end(one, ends[one.ticket])
            else:
                assert one.area
                shown = [item.position for item in one.items]
                assert shown == await _positions(one.area, after=after), name
                assert {item.kind for item in one.items} <= {"CHANGE"}, name


def _saw_it_end(one: Following, end: End) -> None:
    first, *changes = one.items
    assert (one.items[-1].state, one.items[-1].state_version) == end[1:], one
    assert first.kind == "CURRENT", one
    assert {item.kind for item in changes} <= {"CHANGE"}, one
    versions = [item.version for item in changes]
    assert versions == list(range(end.version - len(versions) + 1, end.version + 1)), one
    assert end.version - len(versions) <= first.state_version, one
