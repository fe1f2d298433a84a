"""Feeds by themselves: clients that do not keep up, things that may not be seen, failures."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from models import station
from models.errors import Unavailable
from models.event import Topic
from resolvers import live
from resolvers.live.follower import QUEUE_LENGTH_MOST
from tests.areas import GRID
from tests.conftest import Database
from tests.events import change, until
from tests.sockets import House, house, plant_stations


@pytest.fixture
async def one(database: Database) -> AsyncIterator[House]:
    await plant_stations()
    async with house() as made:
        yield made
    station.forget()


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
    async def read(_happened: object) -> str:
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

    async def read(_happened: object) -> str:
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
