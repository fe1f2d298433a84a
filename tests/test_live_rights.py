"""Rights that change while one follows: lost, or another one; a right that the test gives."""

from collections.abc import AsyncIterator, Callable

import pytest

from models import station
from models.event import Topic
from resolvers import live
from resolvers.context import Info
from resolvers.schema import schema
from tests.areas import GRID
from tests.conftest import Database
from tests.events import change, until
from tests.sockets import House, house, plant_stations, rename


@pytest.fixture
async def one(database: Database) -> AsyncIterator[House]:
    await plant_stations()
    async with house() as made:
        yield made
    station.forget()


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
    _guard(monkeypatch, lambda person_id: rights.get(person_id or 0))
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
        await rename(1, 2)
        for client in (risen, other):
            assert await client.item() == ("CHANGE", 2, 2)


def _guard(monkeypatch: pytest.MonkeyPatch, right_of: Callable[[int | None], str | None]) -> None:
    """Let the subscription of stations have rights, as those of people's affairs have."""
    subscription = schema._schema.subscription_type
    assert subscription
    field = subscription.fields["stationChanged"]

    async def subscribe(_root: object, info: Info, **given: object) -> live.Source:
        right = right_of(info.context.person_id)
        if right is None:
            raise live.unseen()

        async def read() -> object:
            return await station.read(1)

        after = given.get("after")
        assert after is None or isinstance(after, int)
        return live.of_thing(Topic.STATION, 1, read=read, after=after, right=right)

    monkeypatch.setattr(field, "subscribe", subscribe)
