"""Event streams: the distinct connections mode of graphql-sse, for clients without sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest

from models import station
from tests.conftest import Database
from tests.events import until
from tests.sockets import FOLLOW, SECONDS, House, house, plant_stations, rename, station_id

STREAM = {"accept": "text/event-stream"}
AREA = '{ area(code: "320281") { name } }'
# As urql and others ask, whatever it is that they ask.
ANYTHING = {
    "accept": "application/graphql-response+json, application/json, text/event-stream, multipart/*"
}


@pytest.fixture
async def one(database: Database) -> AsyncIterator[House]:
    await plant_stations()
    async with house() as made:
        yield made
    station.forget()


class Events:
    """The events of one answer."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, object]:
        """Receive the next event: its name and its data."""
        name = ""
        async with asyncio.timeout(SECONDS):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data:"):
                    text = line.removeprefix("data:").strip()
                    return name, orjson.loads(text) if text else None
        return "end", None

    async def item(self) -> tuple[str, int]:
        """Receive the next item of a station."""
        name, payload = await self.next()
        assert name == "next"
        assert isinstance(payload, dict), payload
        update = payload["data"]["stationChanged"]
        return update["kind"], update["position"]


@asynccontextmanager
async def ask(
    one: House,
    query: str,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    **variables: object,
) -> AsyncIterator[Events]:
    asked: dict[str, object] = {"query": query, "variables": variables}
    if method == "GET":
        asked["variables"] = orjson.dumps(variables).decode()
    given = {"params": asked} if method == "GET" else {"json": asked}
    async with (
        httpx.AsyncClient(base_url=one.address, timeout=SECONDS) as client,
        client.stream(method, "/graphql", headers=headers or STREAM, **given) as response,  # type: ignore[arg-type] # httpx's own
    ):
        yield Events(response)


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_subscription_is_a_stream(one: House, method: str) -> None:
    async with ask(one, FOLLOW, method=method, id=station_id(1)) as events:
        assert events.response.status_code == 200
        headers = events.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
        assert await events.item() == ("CURRENT", 0)
        await rename(1, 2)
        assert await events.item() == ("CHANGE", 1)
    await until(lambda: not one.measure("wangge_event_streams"))
    await until(lambda: not len(one.feeds))


async def test_a_stream_resumes_where_another_ended(one: House) -> None:
    for version in (2, 3, 4):
        await rename(1, version)
    await until(lambda: one.hub.position == 3)
    async with ask(one, FOLLOW, id=station_id(1), after=1) as events:
        assert [await events.item() for _ in range(2)] == [("CHANGE", 2), ("CHANGE", 3)]


async def test_streams_and_sockets_share_what_is_executed(one: House) -> None:
    async with one.welcome() as client, ask(one, FOLLOW, id=station_id(1), after=0) as events:
        await client.follow("1", after=0)
        await until(lambda: one.measure("wangge_subscriptions") == 2)
        before = one.measure("wangge_subscription_items_total")
        await rename(1, 2)
        assert await events.item() == ("CHANGE", 1)
        assert (await client.item())[:2] == ("CHANGE", 1)
        assert len(one.feeds) == 1
        assert one.measure("wangge_subscription_items_total") == before + 1


async def test_a_query_asked_as_a_stream_is_one_result(one: House) -> None:
    async with ask(one, AREA) as events:
        assert await events.next() == ("next", {"data": {"area": {"name": "江阴市"}}})
        assert await events.next() == ("complete", None)
        assert await events.next() == ("end", None)


async def test_only_a_subscription_is_a_stream_for_who_takes_anything(one: House) -> None:
    async with ask(one, AREA, headers=ANYTHING) as events:
        assert events.response.headers["content-type"].startswith("application/")
        assert orjson.loads(await events.response.aread())["data"] == {"area": {"name": "江阴市"}}
    async with ask(one, FOLLOW, headers=ANYTHING, id=station_id(1)) as events:
        assert await events.item() == ("CURRENT", 0)
    async with ask(one, "{", headers=ANYTHING) as events:
        assert events.response.status_code == 400


async def test_a_subscription_for_who_takes_no_stream_is_refused(one: House) -> None:
    headers = {"accept": "application/json"}
    async with ask(one, FOLLOW, headers=headers, id=station_id(1)) as events:
        (error,) = orjson.loads(await events.response.aread())["errors"]
    assert error["message"] == "A subscription is served over WebSocket, or as text/event-stream."


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("query ($code: String!) { area(code: $code) { name } }", "BAD_REQUEST"),
        ('subscription { stationChanged(id: "x") { kind } }', "FORBIDDEN"),
    ],
)
async def test_a_refusal_is_told_in_the_stream(one: House, query: str, code: str) -> None:
    async with ask(one, query) as events:
        assert events.response.status_code == 200
        name, payload = await events.next()
        assert name == "next"
        assert isinstance(payload, dict)
        assert [error["extensions"]["code"] for error in payload["errors"]] == [code]
        assert await events.next() == ("complete", None)
        assert await events.next() == ("end", None)


async def test_what_is_no_request_has_the_status_of_http(one: House) -> None:
    async with httpx.AsyncClient(base_url=one.address, headers=STREAM) as client:
        assert (await client.post("/graphql", content=b"{")).status_code == 415
        assert (await client.post("/graphql", json={})).status_code == 400
        mutation = {"query": 'mutation { sessionStart(input: {code: "x"}) { __typename } }'}
        refused = await client.get("/graphql", params=mutation)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        refused = await client.post(
            "/graphql", json={"query": AREA}, headers={"authorization": "Bearer x"}
        )
        assert refused.status_code == 401


async def test_a_stream_ends_with_its_token_and_without_complete(one: House) -> None:
    headers = {**STREAM, "authorization": f"Bearer {one.token(seconds=2)}"}
    async with ask(one, FOLLOW, headers=headers, id=station_id(1)) as events:
        assert await events.item() == ("CURRENT", 0)
        assert await events.next() == ("end", None)


async def test_a_stream_ends_with_the_process_and_without_complete(one: House) -> None:
    async with ask(one, FOLLOW, id=station_id(1)) as events:
        assert await events.item() == ("CURRENT", 0)
        one.streams.leave()
        assert await events.next() == ("end", None)
