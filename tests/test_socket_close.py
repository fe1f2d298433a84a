"""What ends a socket, with which code; and who may open one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import websockets

from api.socket import MESSAGE_BYTES_MOST
from models import db, station
from tests.databases import Databases
from tests.events import until
from tests.sockets import Client, House, answers, house, plant_stations


@pytest.fixture(scope="module")
def url(databases: Databases, template: str) -> Iterator[str]:
    with databases.copy(template) as url:
        yield url


@pytest.fixture(scope="module")
async def one(url: str) -> AsyncIterator[House]:
    await db.connect(url)
    await plant_stations()
    async with house() as made:
        yield made
    station.forget()
    await db.close()


@pytest.fixture
async def client(one: House) -> AsyncIterator[Client]:
    one.now += 60
    async with one.welcome() as client:
        yield client


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "null",
        "[]",
        "5",
        '"ping"',
        "{}",
        '{"type":"nothing"}',
        '{"type":5}',
        '{"type":["ping"]}',
        '{"type":"connection_ack"}',
        '{"type":"subscribe","payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":5,"payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}',
        '{"type":"subscribe","id":"%s","payload":{"query":"{__typename}"}}' % ("x" * 129),
        '{"type":"complete"}',
        '{"type":"ping","payload":5}',
        '{"type":"pong","payload":[]}',
        '{"type":"pong","payload":{"token":5}}',
        "[" * 1_000,
        '{"type":"ping","payload":{"a":' + "[" * 2_000 + "]" * 2_000 + "}}",
    ],
)
async def test_a_message_that_is_none_is_4400(client: Client, message: str) -> None:
    await client.say(message)
    code, reason = await client.closed()
    assert code == 4400
    assert reason


async def test_a_binary_message_is_4400(client: Client) -> None:
    await client.wire.send(b'{"type":"ping"}')
    assert await client.closed() == (4400, "A message is text, not binary.")


async def test_what_is_asked_before_the_acknowledgement_is_4401(one: House) -> None:
    async with one.client() as client:
        await client.ask("a", "{ __typename }")
        assert await client.closed() == (4401, "connection_init comes first.")


@pytest.mark.parametrize(
    "payload",
    [
        {"token": "x"},
        {"token": ""},
        {"token": "密"},
        {"authorization": "x"},
        {"authorization": "Basic eA=="},
        {"Authorization": "Bearer x"},
    ],
    ids=str,
)
async def test_a_token_that_is_none_is_4403(one: House, payload: dict[str, str]) -> None:
    async with one.client() as client:
        await client.say({"type": "connection_init", "payload": payload})
        assert await client.closed() == (4403, "The token is not valid.")


async def test_an_unknown_subprotocol_is_4406(one: House) -> None:
    for given in (["graphql-ws"], None):
        async with one.client(subprotocols=given) as client:
            assert await client.closed() == (4406, "The subprotocol is graphql-transport-ws.")


async def test_an_id_in_use_is_4409(client: Client) -> None:
    await client.follow("a")
    await client.follow("a")
    assert await client.closed() == (4409, "This id is in use.")


async def test_a_second_init_is_4429(client: Client) -> None:
    await client.say({"type": "connection_init"})
    assert await client.closed() == (4429, "connection_init came twice.")


async def test_a_message_over_the_limit_is_1009(client: Client) -> None:
    await client.say(" " * (MESSAGE_BYTES_MOST + 1))
    code, _ = await client.closed()
    assert code == 1009


async def test_parts_over_the_limit_are_1009(client: Client) -> None:
    async def parts() -> AsyncIterator[str]:
        while True:
            yield " " * 10_000

    with pytest.raises(websockets.ConnectionClosed):
        await client.wire.send(parts())
    assert client.wire.close_code == 1009


async def test_parts_without_end_are_1009_although_they_are_empty(client: Client) -> None:
    async def parts() -> AsyncIterator[str]:
        while True:
            yield ""
            await asyncio.sleep(0)

    with pytest.raises(websockets.ConnectionClosed):
        await client.wire.send(parts())
    assert client.wire.close_code == 1009


async def test_text_that_is_no_utf_8_is_1007(client: Client) -> None:
    await client.wire.send(b"\xff\xfe", text=True)
    assert await client.closed() == (1007, "A message is in UTF-8.")


async def test_every_close_of_ours_is_counted(one: House) -> None:
    before = one.measure("wangge_socket_closes_total", code="4429")
    async with one.welcome() as client:
        assert one.measure("wangge_sockets") >= 1
        await client.say({"type": "connection_init"})
        await client.closed()
    assert one.measure("wangge_socket_closes_total", code="4429") == before + 1


# Who may connect


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://mini.example.evil"])
async def test_a_foreign_page_may_not_connect(one: House, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with one.client(origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert b"This origin may not connect." in refused.value.response.body


async def test_a_listed_page_our_own_and_no_page_may_connect(one: House) -> None:
    for origin in ("https://mini.example", one.address, None):
        async with one.welcome(origin=origin) as client:
            await answers(client)


async def test_nothing_is_left_of_those_who_went(one: House) -> None:
    async with one.welcome() as client:
        await client.follow("a")
        await client.hear()
    await until(lambda: not one.measure("wangge_sockets") and not len(one.feeds))
    assert one.measure("wangge_subscriptions") == 0
