"""Rights that change while one follows: lost, or another one; a right that the test gives."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from models import db, person, station
from models.errors import Refusal
from models.event import Topic
from models.person import Asker, SignedIn
from models.person.session import SESSIONS_MOST
from resolvers import live
from resolvers.context import Info
from resolvers.schema import schema
from tests import areas
from tests.areas import CITY, GRID
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


async def _started(one: House, person_id: int) -> tuple[SignedIn, str]:
    """Start one more session of a person; gives it with its access token."""
    async with db.transaction() as connection:
        signed = await person.start_session(
            connection, person_id, device="", now=datetime.now(UTC)
        )
    return signed, one.tokens.issue(person_id, signed.session_id)[0]


async def _end(how: str, signed: SignedIn) -> None:
    token = person.read_refresh_token(signed.refresh_token)
    assert token
    match how:
        case "sign out":
            await person.end_session(token)
        case "sign out elsewhere":
            await person.end_other_sessions(Asker(7, 7), [signed.session_id])
        case "reuse":
            later = datetime.now(UTC) + timedelta(minutes=1)
            await person.refresh_session(token, now=later)
            with pytest.raises(Refusal):
                await person.refresh_session(token, now=later + timedelta(minutes=1))
        case _:
            for _ in range(SESSIONS_MOST):
                async with db.transaction() as connection:
                    await person.start_session(connection, 7, device="", now=datetime.now(UTC))


@pytest.mark.parametrize("how", ["sign out", "sign out elsewhere", "reuse", "crowded out"])
async def test_what_a_session_follows_ends_with_it_and_nothing_else_does(
    one: House, how: str
) -> None:
    stays = await one.signed_in(7)
    if how == "crowded out":
        stays = await one.signed_in(8)
    await db.fetch("SELECT setval(pg_get_serial_sequence('session', 'id'), 100)")
    signed, token = await _started(one, 7)
    async with (
        one.welcome({"token": token}) as loser,
        one.welcome({"token": stays}) as other,
    ):
        for client in (loser, other):
            await client.follow("1")
            assert (await client.item())[0] == "CURRENT"
        await _end(how, signed)
        message = await loser.hear()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await rename(1, 2)
        kind, _, version = await other.item()
        assert (kind, version) == ("CHANGE", 2)


async def test_who_is_banned_follows_nothing_any_more(one: House) -> None:
    admin = await areas.appoint("ADMIN", CITY)
    async with one.welcome({"token": await one.signed_in(7)}) as client:
        await client.follow("1")
        assert (await client.item())[0] == "CURRENT"
        await person.ban(7, actor_id=admin, reason="冒用身份", key="k")
        message = await client.hear()
        assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"


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

        async def read(_happened: object) -> object:
            return await station.read(1)

        after = given.get("after")
        assert after is None or isinstance(after, int)
        return live.of_thing(Topic.STATION, 1, read=read, after=after, right=right)

    monkeypatch.setattr(field, "subscribe", subscribe)
