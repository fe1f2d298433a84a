"""Following a station live: sharing, resuming, rights, and clients that do not keep up."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from models import db, event, station
from models.errors import Unavailable
from models.event import Topic
from resolvers import live
from resolvers.live.follower import QUEUE_LENGTH_MOST
from tests.areas import GRID
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


# Rights that change: a right that the test takes away


async def test_who_loses_the_right_is_told_so_and_the_others_live(
    one: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = {7, 8}
    _guard(monkeypatch, lambda person_id: "all" if person_id in allowed else None)
    async with (
        one.welcome({"token": await one.signed_in(7)}) as loser,
        one.welcome({"token": await one.signed_in(8)}) as other,
    ):
        for client in (loser, other):
            await client.follow("1")
            assert await client.item() == ("CURRENT", 0, None)
        allowed.discard(7)
        await change(7, 1, topic=Topic.PERSON, area_code=GRID)
        message = await loser.hear()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        await rename(1, 2)
        assert await other.item() == ("CHANGE", 2, 2)
        await loser.follow("2")
        assert (await loser.hear())["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_another_right_goes_on_in_the_stream_of_that_right(
    one: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = {7: "few", 8: "all"}
    _guard(monkeypatch, rights.get)
    async with (
        one.welcome({"token": await one.signed_in(7)}) as risen,
        one.welcome({"token": await one.signed_in(8)}) as other,
    ):
        for client in (risen, other):
            await client.follow("1")
            assert await client.item() == ("CURRENT", 0, None)
        assert len(one.feeds) == 2
        rights[7] = "all"
        await change(7, 1, topic=Topic.PERSON, area_code=GRID)
        await until(lambda: len(one.feeds) == 1)
        for client in (risen, other):
            await rename(1, 2) if client is risen else None
            assert await client.item() == ("CHANGE", 2, 2)


def _guard(monkeypatch: pytest.MonkeyPatch, right_of: "object") -> None:
    """Let the subscription of stations have rights, as those of people's affairs have."""
    from resolvers.schema import schema

    subscription = schema._schema.subscription_type
    assert subscription
    field = subscription.fields["stationChanged"]

    async def subscribe(_root: object, info: object, **given: object) -> live.Source:
        right = right_of(info.context.person_id)  # type: ignore[operator, attr-defined]
        if right is None:
            raise live.unseen()

        async def read() -> object:
            return await station.read(1)

        after = given.get("after")
        assert after is None or isinstance(after, int)
        return live.of_thing(Topic.STATION, 1, read=read, after=after, right=right)

    monkeypatch.setattr(field, "subscribe", subscribe)


# Clients that do not keep up


class Slow:
    """An outlet whose client takes what is written only when told to."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.ended: list[str] = []
        self._is_open = asyncio.Event()
        self._is_open.set()

    @property
    def is_clogged(self) -> bool:
        return not self._is_open.is_set()

    def put(self, payload: bytes) -> None:
        self.got.append(payload)

    async def drained(self) -> None:
        await self._is_open.wait()

    def end(self, error: Exception) -> None:
        self.ended.append(str(error))

    def stop_taking(self) -> None:
        self._is_open.clear()

    def take(self, follower: live.Follower) -> None:
        self._is_open.set()
        follower.flush()


async def _encode(update: live.Update) -> bytes:
    return f"{update.kind} {update.position}".encode()


def _changes(positions: range) -> list[bytes]:
    return [f"CHANGE {position}".encode() for position in positions]


async def _until_got(outlet: Slow, count: int) -> None:
    await until(lambda: len(outlet.got) == count)


async def _everything(happened: object) -> list[object]:
    assert isinstance(happened, list)
    return list(happened)


async def test_a_slow_follower_of_one_thing_gets_the_last_state_for_sure(one: House) -> None:
    async def read() -> str:
        return "thing"

    source = live.of_thing(Topic.STATION, 1, read=read, after=None)
    slow, quick = Slow(), Slow()
    followers = [
        live.Follower(one.feeds.of("key", source, _encode), outlet) for outlet in (slow, quick)
    ]
    for follower in followers:
        await follower.begin(after=None)
    slow.stop_taking()
    for version in range(2, 12):
        await change(1, version, area_code=GRID)
    await until(lambda: len(quick.got) == 11)
    assert quick.got[1:] == _changes(range(1, 11))
    assert slow.got == [b"CURRENT 0"]
    slow.take(followers[0])
    assert slow.got == [b"CURRENT 0", b"CHANGE 10"]
    for follower in followers:
        follower.leave()
    assert len(one.feeds) == 0


async def test_a_slow_follower_of_an_area_misses_nothing_however_much_comes(one: House) -> None:
    many = QUEUE_LENGTH_MOST + 50
    source = live.of_area(GRID, Topic.STATION, read=_everything, after=None)
    slow = Slow()
    follower = live.Follower(one.feeds.of("key", source, _encode), slow)
    await follower.begin(after=None)
    assert slow.got == [b"CURRENT 0"]
    slow.stop_taking()
    for version in range(2, 12):
        await change(1, version, area_code=GRID)
    await until(lambda: one.hub.position == 10)
    slow.take(follower)
    await until(lambda: len(slow.got) == 11)
    slow.stop_taking()
    for version in range(12, 12 + many):
        await change(1, version, area_code=GRID)
    await until(lambda: one.hub.position == 10 + many)
    slow.take(follower)
    await until(lambda: len(slow.got) == 11 + many)
    assert slow.got[1:] == _changes(range(1, 11 + many))
    await change(1, 12 + many, area_code=GRID)
    await until(lambda: len(slow.got) == 12 + many)
    follower.leave()


async def test_what_a_right_may_not_see_is_left_out(one: House) -> None:
    async def even(happened: object) -> list[object]:
        assert isinstance(happened, list)
        return [found if found.version % 2 == 0 else live.HIDDEN for found in happened]

    source = live.of_area(GRID, Topic.STATION, read=even, after=None)
    outlet = Slow()
    follower = live.Follower(one.feeds.of("key", source, _encode), outlet)
    await follower.begin(after=None)
    for version in range(2, 7):
        await change(1, version, area_code=GRID)
    await until(lambda: len(outlet.got) == 4)
    assert outlet.got[1:] == [b"CHANGE 1", b"CHANGE 3", b"CHANGE 5"]
    late = Slow()
    later = live.Follower(one.feeds.of("key", source, _encode), late)
    await later.begin(after=0)
    assert late.got == outlet.got[1:]
    for one_of_them in (follower, later):
        one_of_them.leave()


async def test_what_leaves_a_right_ends_for_all_who_have_it(one: House) -> None:
    gone = False

    async def read() -> str:
        if gone:
            raise live.unseen()
        return "thing"

    source = live.of_thing(Topic.STATION, 1, read=read, after=None)
    outlet = Slow()
    follower = live.Follower(one.feeds.of("key", source, _encode), outlet)
    await follower.begin(after=None)
    gone = True
    await change(1, 2, area_code=GRID)
    await until(lambda: outlet.ended)
    assert outlet.ended == ["没有这项内容，或无权查看"]
    assert len(one.feeds) == 0
    follower.leave()


async def test_an_item_that_can_not_be_read_now_comes_later_in_its_place(one: House) -> None:
    failures = iter([True, False, True])

    async def read(happened: object) -> list[object]:
        if next(failures, False):
            raise Unavailable
        return await _everything(happened)

    source = live.of_area(GRID, Topic.STATION, read=read, after=None)
    outlet = Slow()
    follower = live.Follower(one.feeds.of("key", source, _encode), outlet)
    await follower.begin(after=None)
    for version in range(2, 7):
        await change(1, version, area_code=GRID)
        await _until_got(outlet, version)
    assert outlet.got == [b"CURRENT 0", *_changes(range(1, 6))]
    follower.leave()


async def test_a_socket_that_asks_for_the_document_of_the_page_is_answered(one: House) -> None:
    async with one.welcome() as client:
        payload = {"query": FOLLOW, "variables": {"id": station_id(1), "unknown": 1}}
        await client.say({"id": "1", "type": "subscribe", "payload": payload})
        assert await client.item() == ("CURRENT", 0, None)
