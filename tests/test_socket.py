"""The protocol of sockets, case by case: what is said, and which code ends it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import websockets

from api.rate import SIGNED_IN
from api.socket import MESSAGE_BYTES_MOST, SOCKET_LIMITS
from models import db, station
from tests.databases import Databases
from tests.events import until
from tests.sockets import Client, House, house, plant_stations, station_id

AREA = '{ area(code: "320281") { name } }'
ANSWER = {"data": {"area": {"name": "江阴市"}}}


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


def code_of(message: dict[str, Any]) -> object:
    """Give the code of an `error` message's only entry."""
    assert message["type"] == "error"
    (entry,) = message["payload"]
    assert set(entry["extensions"]) == {"code", "requestId"}
    return entry["extensions"]["code"]


async def answers(client: Client, key: str = "last") -> None:
    """Assert that a socket still answers."""
    await client.ask(key, AREA)
    assert await client.hear() == {"id": key, "type": "next", "payload": ANSWER}
    assert await client.hear() == {"id": key, "type": "complete"}


# What is answered


async def test_a_query_runs_over_a_socket(client: Client) -> None:
    await answers(client)


async def test_a_mutation_runs_over_a_socket(client: Client) -> None:
    start = "mutation ($code: String!) { sessionStart(input: {code: $code}) {"
    await client.ask("a", start + " session { person { name } } userErrors { code } } }", code="x")
    result = (await client.hear())["payload"]["data"]["sessionStart"]
    assert result == {"session": None, "userErrors": [{"code": "INVALID"}]}
    assert await client.hear() == {"id": "a", "type": "complete"}


async def test_who_shows_a_token_is_the_viewer(one: House) -> None:
    row = await db.fetch_one("INSERT INTO person (name) VALUES ('张三') RETURNING id")
    assert row
    token = await one.signed_in(row["id"])
    for payload in ({"token": token}, {"authorization": f"Bearer {token}"}):
        async with one.welcome(payload) as client:
            await client.ask("a", "{ viewer { name } }")
            assert (await client.hear())["payload"]["data"] == {"viewer": {"name": "张三"}}
    async with one.welcome(additional_headers={"authorization": f"Bearer {token}"}) as client:
        await client.ask("a", "{ viewer { name } }")
        assert (await client.hear())["payload"]["data"] == {"viewer": {"name": "张三"}}


async def test_a_ping_is_answered_with_its_payload(client: Client) -> None:
    await client.say({"type": "ping"})
    assert await client.hear() == {"type": "pong"}
    await client.say({"type": "ping", "payload": {"a": [1]}})
    assert await client.hear() == {"type": "pong", "payload": {"a": [1]}}


async def test_a_field_that_fails_is_told_in_the_result(client: Client) -> None:
    await client.ask(
        "a", '{ area(code: "320281") { name } areas(search: "", first: 1) { nodes { name } } }'
    )
    payload = (await client.hear())["payload"]
    assert payload["data"] is None
    assert payload["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await client.hear())["type"] == "complete"


async def test_a_message_in_parts_is_one_message(client: Client) -> None:
    text = '{"id":"a","type":"subscribe","payload":{"query":"{ __typename }"}}'
    await client.wire.send([text[:5], "", text[5:30], text[30:]])
    assert (await client.hear())["payload"] == {"data": {"__typename": "Query"}}


async def test_the_largest_message_is_answered(client: Client) -> None:
    beginning = '{"id":"a","type":"subscribe","payload":{"query":"{ __typename }"'
    await client.say(f"{beginning}{' ' * (MESSAGE_BYTES_MOST - len(beginning) - 2)}}}}}")
    assert (await client.hear())["payload"] == {"data": {"__typename": "Query"}}


async def test_an_answer_to_what_was_completed_is_not_sent(client: Client) -> None:
    await client.say({"type": "complete", "id": "unknown"})
    await client.follow("a")
    assert (await client.hear())["type"] == "next"
    await client.say({"type": "complete", "id": "a"})
    await answers(client, "a")


# What is wrong with one operation


@pytest.mark.parametrize(
    "payload",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query ($code: String!) { area(code: $code) { name } }"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": "{ __typename }", "operationName": "C"},
        {"query": 5},
        {"query": "{ __typename }", "variables": 5},
        {"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 2}}},
        {"query": "{a:__typename " * 13 + "}" * 13},
        {"query": 'subscription { stationChanged(id: "x", after: -1) { kind } }'},
        {"query": "subscription { stationChanged(id: 5.5) { kind } }"},
        {"query": 'subscription { stationChanged(id: "x") @skip(if: true) { kind } }'},
        {},
        None,
        [],
        5,
    ],
    ids=str,
)
async def test_what_is_wrong_with_an_operation_ends_that_one_only(
    client: Client, payload: object
) -> None:
    await client.follow("sibling")
    assert (await client.hear())["id"] == "sibling"
    await client.say({"id": "a", "type": "subscribe", "payload": payload})
    message = await client.hear()
    assert message["id"] == "a"
    if payload == {"query": 'subscription { stationChanged(id: "x", after: -1) { kind } }'}:
        assert code_of(message) == "FORBIDDEN"  # There is no such station, whatever follows.
    else:
        assert code_of(message) == "BAD_REQUEST"
    await answers(client, "a")
    await client.say({"type": "complete", "id": "sibling"})


@pytest.mark.parametrize("key", ["x", station_id(99), station_id(1)[:-2]])
async def test_what_is_not_there_can_not_be_followed(client: Client, key: str) -> None:
    await client.ask("a", "subscription ($id: ID!) { stationChanged(id: $id) { kind } }", id=key)
    assert code_of(await client.hear()) == "FORBIDDEN"


async def test_a_position_below_zero_is_refused(client: Client) -> None:
    await client.follow("a", after=-1)
    assert code_of(await client.hear()) == "BAD_REQUEST"


async def test_a_persisted_query_is_found_by_its_hash(client: Client) -> None:
    from hashlib import sha256

    digest = sha256(AREA.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    await answers(client)
    payload: dict[str, object] = {"extensions": extensions}
    await client.say({"id": "a", "type": "subscribe", "payload": payload})
    assert (await client.hear())["payload"] == ANSWER
    await client.hear()
    extensions["persistedQuery"]["sha256Hash"] = "0" * 64
    await client.say({"id": "b", "type": "subscribe", "payload": payload})
    assert code_of(await client.hear()) == "PERSISTED_QUERY_NOT_FOUND"


async def test_one_operation_too_many_is_refused_and_the_others_live(client: Client) -> None:
    most = SOCKET_LIMITS.operations
    assert most == 20
    for number in range(most):
        await client.follow(str(number))
        assert (await client.hear())["id"] == str(number)
    await client.follow("one more")
    refused = await client.hear()
    assert refused["id"] == "one more"
    assert code_of(refused) == "LIMITED"
    await client.say({"type": "complete", "id": "0"})
    await answers(client)


async def test_every_operation_counts_for_the_person(one: House) -> None:
    shown = {"token": one.token(8)}
    async with one.welcome(shown) as client, one.welcome() as stranger:
        for number in range(SIGNED_IN.burst - 1):
            await client.ask(str(number), "{ __typename }")
            assert (await client.hear())["type"] == "next"
            assert (await client.hear())["type"] == "complete"
        await client.ask("one more", "{ __typename }")
        assert code_of(await client.hear()) == "LIMITED"
        await answers(stranger)
    async with one.client() as client:
        await client.say({"type": "connection_init", "payload": shown})
        assert await client.closed() == (1013, "Too many connections.")


# What ends the socket


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
        await client.ask("a", AREA)
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
