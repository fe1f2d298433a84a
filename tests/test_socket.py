"""The protocol of sockets, case by case: what is asked, and what is told of it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from api.rate import SIGNED_IN
from api.socket import MESSAGE_BYTES_MOST, SOCKET_LIMITS
from models import db, station
from tests.databases import Databases
from tests.sockets import ANSWER, AREA, Client, House, answers, house, plant_stations, station_id


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
