import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from redis.asyncio import Redis

from models import db, event
from models.errors import Invalid
from models.event import Event, Relay, Scope, Stream, Topic, lease, line
from tests.conftest import Database
from tests.events import (
    CITY,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    change,
    count,
    is_placed,
    lay_out_areas,
    place_all,
    relaying,
    until,
    write,
)


@pytest.fixture(autouse=True)
async def areas(database: Database) -> None:
    await lay_out_areas()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with event.connect_redis(redis_url) as client:
        yield client


@pytest.fixture
async def stream(redis: Redis) -> Stream:
    return Stream(redis, name=await event.line_name())


async def test_an_event_is_read_as_it_was_written() -> None:
    before = datetime.now(UTC)
    key = await change(7, 1)
    assert await event.read(0) == []
    await place_all()
    (found,) = await event.read(0)
    assert found == Event(
        position=1,
        id=key,
        topic=Topic.STATION,
        thing_id=7,
        area_code=VILLAGE,
        version=1,
        kind="CHANGED",
        facts={"status": "暂停"},
        at=found.at,
        line_area_code=VILLAGE,
    )
    assert timedelta() < found.at - before < timedelta(seconds=5)


async def test_text_goes_into_a_row_that_can_be_redacted() -> None:
    async with db.transaction() as connection:
        await event.record(
            connection,
            topic=Topic.TICKET,
            thing_id=1,
            area_code=VILLAGE,
            version=1,
            kind="SUBMITTED",
            actor_id=None,
            facts={},
            content={"text": "路灯不亮"},
        )
    row = await db.fetch_one(
        "SELECT facts, body FROM event JOIN content ON content.id = event.content_id"
    )
    assert row
    assert (row["facts"], row["body"]) == ("{}", '{"text": "路灯不亮"}')


async def test_a_change_that_is_rolled_back_leaves_no_event() -> None:
    async def fail() -> None:
        async with db.transaction() as connection:
            await event.record(
                connection,
                topic=Topic.WISH,
                thing_id=1,
                area_code=VILLAGE,
                version=1,
                kind="SUBMITTED",
                actor_id=None,
                facts={},
                content={"text": "一本书"},
            )
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert [await count(table) for table in ("event", "outbox", "content")] == [0, 0, 0]


async def test_a_thing_has_each_version_once() -> None:
    await change(1, 1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await change(1, 1)
    assert (await count("event"), await count("outbox")) == (1, 1)


@pytest.mark.parametrize(
    "sql", ["UPDATE event SET kind = 'X'", "DELETE FROM event", "TRUNCATE event CASCADE"]
)
async def test_an_event_is_never_changed(sql: str) -> None:
    await change(1, 1)
    await place_all()
    with pytest.raises(asyncpg.RestrictViolationError, match="never changed"):
        await db.execute(sql)
    assert [found.kind for found in await event.read(0)] == ["CHANGED"]


async def test_eight_writers_get_positions_without_gaps_in_the_order_of_versions() -> None:
    things, versions = range(1, 9), 100
    async with relaying():
        await asyncio.gather(*(write(thing, versions) for thing in things))
        await until(lambda: is_placed(800))
    events = await event.read(0) + await event.read(500)
    assert [found.position for found in events] == list(range(1, 801))
    assert len({found.id for found in events}) == 800
    for thing in things:
        seen = [found.version for found in events if found.thing_id == thing]
        assert seen == list(range(1, versions + 1))


async def test_an_open_transaction_holds_nobody_up_and_is_placed_when_it_commits() -> None:
    async with db.transaction() as connection:
        await event.record(
            connection,
            topic=Topic.STATION,
            thing_id=1,
            area_code=VILLAGE,
            version=1,
            kind="SLOW",
            actor_id=None,
            facts={},
        )
        await change(2, 1)
        assert [found.thing_id for found in await place_all()] == [2]
    assert [(found.position, found.thing_id) for found in await place_all()] == [(2, 1)]


async def test_two_relays_that_both_think_they_hold_the_lease_make_no_gap() -> None:
    async def relay_badly(holder: str) -> None:
        while await event.last_position() < 400:
            # Both take the lease by force, again and again, in the middle of each other's work.
            await db.execute(_STEAL, holder)
            try:
                await line.place(holder)
            except asyncpg.UniqueViolationError:
                refused.append(holder)

    refused: list[str] = []
    await asyncio.gather(
        relay_badly("one"), relay_badly("two"), *(write(thing, 50) for thing in range(1, 9))
    )
    events = await event.read(0)
    assert [found.position for found in events] == list(range(1, 401))
    assert len({found.id for found in events}) == 400
    assert await count("outbox") == 0


_STEAL = """
INSERT INTO lease (name, holder, until) VALUES ('relay', $1, now() + interval '3 s')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
"""


async def test_who_has_lost_the_lease_places_nothing() -> None:
    await change(1, 1)
    assert await lease.hold(line.JOB, holder="holder")
    assert not await lease.hold(line.JOB, holder="other")
    assert await line.place("other") == []
    assert await count("outbox") == 1
    await db.execute("UPDATE lease SET until = now() - interval '1 s'")
    assert await line.place("holder") == []
    assert await lease.hold(line.JOB, holder="other")
    assert await line.place("holder") == []
    assert [found.position for found in await line.place("other")] == [1]


async def test_a_relay_that_dies_is_replaced_within_seconds() -> None:
    await lease.hold(line.JOB, holder="dead")
    await change(1, 1)
    relay = Relay()
    relay.start()
    await until(lambda: is_placed(1))
    assert relay.is_holder
    await relay.stop()


async def test_a_relay_that_stops_gives_the_lease_back() -> None:
    async with relaying() as first:
        second = Relay()
        second.start()
        await until(lambda: is_waiting(second))
        assert (first.is_holder, second.is_holder) == (True, False)
    assert await lease.hold(line.JOB, holder="next") or second.is_holder
    await second.stop()


def is_waiting(relay: Relay) -> bool:
    return not relay.is_holder


async def test_a_relay_holder_whose_lease_is_taken_stops_placing() -> None:
    async with relaying() as relay:
        await db.execute(_STEAL, "thief")
        await change(1, 1)
        await until(lambda: not relay.is_holder)
        assert await event.last_position() == 0


async def test_a_move_has_a_position_for_each_area_it_touches() -> None:
    await change(1, 1, area_code=TOWN, also=[OTHER_TOWN, TOWN])
    await place_all()
    events = await event.read(0)
    assert [(found.position, found.line_area_code) for found in events] == [
        (1, TOWN),
        (2, OTHER_TOWN),
    ]
    assert {found.area_code for found in events} == {TOWN}
    for scope, positions in {
        Scope(Topic.STATION, 1): [1],
        Scope(Topic.STATION): [1],
        Scope(None, None, TOWN): [1],
        Scope(Topic.STATION, None, OTHER_TOWN): [2],
        Scope(None, None, CITY): [1],
        Scope(Topic.WISH, None, CITY): [],
        Scope(None, None, VILLAGE): [],
    }.items():
        replayed = await event.replay(scope, after=0)
        assert [found.position for found in replayed] == positions, scope
        assert [found.position for found in events if scope in found.scopes()] == positions, scope


async def test_a_replay_comes_in_pages_after_a_position() -> None:
    await write(1, 5)
    await write(2, 2)
    await place_all()
    page = await event.replay(Scope(Topic.STATION, 1), after=1, first=3)
    assert [found.position for found in page] == [2, 3, 4]
    page = await event.replay(Scope(None, None, TOWN), after=4, first=2)
    assert [found.position for found in page] == [5, 6]
    with pytest.raises(Invalid):
        await event.replay(Scope(None, None, "3202"), after=0)
