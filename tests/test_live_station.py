"""Following a station live, over sockets: what is sent, sharing, resuming."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from models import db, event, station
from tests.conftest import Database
from tests.events import change, until, write
from tests.sockets import FOLLOW, Client, House, house, plant_stations, rename, station_id


@pytest.fixture
async def one(database: Database) -> AsyncIterator[House]:
    await plant_stations()
    async with house() as made:
        yield made
    station.forget()


async def come(client: Client, count: int) -> list[tuple[str, int, int | None]]:
    """Receive so many items."""
    return [await client.item() for _ in range(count)]


# What is sent


async def test_who_follows_gets_what_is_and_then_what_comes(one: House) -> None:
    async with one.welcome() as client:
        await client.follow("1")
        assert await client.item() == ("CURRENT", 0, None)
        await rename(1, 2)
        message = await client.hear()
        assert message["payload"]["data"]["stationChanged"] == {
            "kind": "CHANGE",
            "position": 1,
            "station": {"name": "第2版"},
            "event": {"version": 2},
        }
        await rename(2, 2)
        await rename(1, 3)
        assert await client.item() == ("CHANGE", 3, 3)


async def test_what_is_gone_is_null(one: House) -> None:
    async with one.welcome() as client:
        await client.follow("1")
        assert await client.item() == ("CURRENT", 0, None)
        await db.execute("DELETE FROM station WHERE id = 1")
        await change(1, 2)
        update = (await client.hear())["payload"]["data"]["stationChanged"]
        assert update == {
            "kind": "CHANGE",
            "position": 1,
            "station": None,
            "event": {"version": 2},
        }


async def test_who_resumes_gets_all_that_came_after_and_nothing_before_it(one: House) -> None:
    for version in range(2, 6):
        await rename(1, version)
    await until(lambda: one.hub.position == 4)
    async with one.welcome() as client:
        await client.follow("1", after=2)
        assert await come(client, 2) == [("CHANGE", 3, 4), ("CHANGE", 4, 5)]
        await rename(1, 6)
        assert await client.item() == ("CHANGE", 5, 6)
    async with one.welcome() as client:
        await client.follow("1", after=5)
        await rename(1, 7)
        assert await client.item() == ("CHANGE", 6, 7)


async def test_who_begins_later_gets_what_is_now_at_its_position(one: House) -> None:
    async with one.welcome() as early, one.welcome() as late:
        await early.follow("1")
        assert await early.item() == ("CURRENT", 0, None)
        await rename(1, 2)
        assert await early.item() == ("CHANGE", 1, 2)
        await late.follow("1")
        assert await late.item() == ("CURRENT", 1, None)
        await rename(1, 3)
        assert await late.item() == ("CHANGE", 2, 3)


async def test_who_missed_more_than_is_kept_is_told_to_read_anew(one: House) -> None:
    for version in range(2, 6):
        await rename(1, version)
    await until(lambda: one.hub.position == 4)
    await db.execute("DELETE FROM feed WHERE position < 3")
    async with one.welcome() as client:
        await client.follow("1", after=2)
        assert await come(client, 2) == [("CHANGE", 3, 4), ("CHANGE", 4, 5)]
        await client.say({"type": "complete", "id": "1"})
        await client.follow("1", after=1)
        assert await client.item() == ("RESYNC", 4, None)
        await rename(1, 6)
        assert await client.item() == ("CHANGE", 5, 6)


async def test_who_saw_what_never_was_is_told_to_read_anew(one: House) -> None:
    async with one.welcome() as client:
        await client.follow("1", after=1_000)
        assert await client.item() == ("RESYNC", 0, None)
        await rename(1, 2)
        assert await client.item() == ("CHANGE", 1, 2)


async def test_a_line_that_is_put_back_is_read_anew(one: House) -> None:
    async with one.welcome() as client:
        await client.follow("1")
        await client.item()
        await rename(1, 2)
        await rename(1, 3)
        assert await come(client, 2) == [("CHANGE", 1, 2), ("CHANGE", 2, 3)]
        await db.execute("DELETE FROM feed WHERE position = 2")
        await until(lambda: one.hub.position == 1)
        await rename(1, 4)
        assert await client.item() == ("RESYNC", 2, None)
        await rename(1, 5)
        assert await client.item() == ("CHANGE", 3, 5)


# Sharing


async def test_an_item_is_executed_once_for_all_who_may_see_the_same(one: House) -> None:
    def executed() -> float:
        return one.measure("wangge_subscription_items_total")

    people = [None, one.token(7), one.token(8)]
    clients = []
    for number in range(30):
        token = people[number % 3]
        entered = one.welcome({"token": token} if token else {})
        clients.append((entered, await entered.__aenter__()))
    for number, (_, client) in enumerate(clients):
        await client.follow(f"key {number}", after=0)
    await until(lambda: one.measure("wangge_subscriptions") == 30)
    await until(lambda: len(one.feeds) == 1)
    before, sent = executed(), one.measure("wangge_subscription_messages_total")
    await rename(1, 2)
    for number, (_, client) in enumerate(clients):
        assert await client.item(f"key {number}") == ("CHANGE", 1, 2)
    assert executed() == before + 1
    assert one.measure("wangge_subscription_messages_total") == sent + 30
    for entered, _ in clients:
        await entered.__aexit__(None, None, None)
    await until(lambda: len(one.feeds) == 0)


async def test_other_fields_variables_or_things_are_not_shared(one: House) -> None:
    plain = "subscription ($id: ID!) { stationChanged(id: $id) { position } }"
    chosen = """subscription ($id: ID!, $name: Boolean!) {
      stationChanged(id: $id) { position station { name @include(if: $name) } }
    }"""
    used_twice = """subscription ($id: ID!, $after: Int) {
      stationChanged(id: $id, after: $after) { position station { area: grid {
        children(first: $after) { nodes { code } } } } }
    }"""
    async with one.welcome() as client:
        await client.ask("a", plain, id=station_id(1))
        await client.ask("b", plain, id=station_id(2))
        await client.ask("c", chosen, id=station_id(1), name=True)
        await client.ask("d", chosen, id=station_id(1), name=False)
        await client.ask("e", used_twice, id=station_id(1), after=1)
        await client.ask("f", used_twice, id=station_id(1), after=2)
        got = {(message := await client.hear())["id"]: message["payload"] for _ in range(6)}
        assert len(one.feeds) == 6
    assert got["c"]["data"]["stationChanged"]["station"] == {"name": "小蜜蜂驿站1号"}
    assert got["d"]["data"]["stationChanged"]["station"] == {}


async def test_who_comes_at_once_shares_what_is_read_to_begin_with(one: House) -> None:
    async with one.welcome() as client:
        for number in range(20):
            await client.follow(str(number))
        for _ in range(20):
            await client.hear()
    # One for the first, one for those who came while it was read, few more for the last.
    assert one.measure("wangge_subscription_items_total") < 20


# Resuming over and over


@pytest.fixture(params=["with the stream", "by sweeping"])
async def news(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Redis | None]:
    if request.param == "by sweeping":
        yield None
        return
    async with event.connect_redis(redis_url) as client:
        yield client


async def test_who_comes_back_again_and_again_sees_each_change_once_and_in_order(
    database: Database, news: Redis | None
) -> None:
    await plant_stations()
    last = 60
    async with house(redis=news) as one:
        async with asyncio.TaskGroup() as group:
            found = [
                group.create_task(seen(one, thing, last, seed=10 * thing + number))
                for thing in (1, 2)
                for number in range(4)
            ]
            for thing in (1, 2, 3):
                group.create_task(write(thing, last))
        assert [task.result() for task in found] == [list(range(1, last + 1))] * len(found)
    station.forget()


async def seen(one: House, thing: int, last: int, *, seed: int) -> list[int]:
    """Follow a thing to its last version, over connections that break now and then."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    versions, after = list[int](), 0
    while last not in versions:
        async with one.welcome() as client:
            await client.follow("1", thing=thing, after=after)
            for _ in range(draw.randint(0, 12)):
                if last in versions:
                    break
                _, position, version = await client.item()
                if position > after and version is not None:
                    after = position
                    versions.append(version)
    return versions


async def test_a_socket_that_asks_for_the_document_of_the_page_is_answered(one: House) -> None:
    async with one.welcome() as client:
        payload = {"query": FOLLOW, "variables": {"id": station_id(1), "unknown": 1}}
        await client.say({"id": "1", "type": "subscribe", "payload": payload})
        assert await client.item() == ("CURRENT", 0, None)
