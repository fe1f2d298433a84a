import gzip

import httpx
import orjson
import pytest

from api.media import Media, accepted
from tests import edge
from tests.asking import (
    ACCEPT,
    GRAPHQL,
    JSON,
    assert_refused,
    post,
    send,
)


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_a_query_is_answered_in_the_media_type_asked_for(
    client: httpx.Client, accept: str
) -> None:
    answer = post(client, "{ name later }", accept=accept)
    assert answer.status_code == 200
    assert answer.content == '{"data":{"name":"物","later":"later"}}'.encode()
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"


def test_every_answer_forbids_sniffing_and_storing(client: httpx.Client) -> None:
    for answer in (post(client, "{ name }"), post(client, "{")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_a_query_may_come_by_get_with_its_variables(client: httpx.Client) -> None:
    parameters = {
        "query": "query A($n: Int) { echo(number: $n) } query B { name }",
        "operationName": "A",
        "variables": '{"n": 7}',
        "extensions": "",
    }
    answer = client.get("/graphql", params=parameters, headers=ACCEPT)
    assert answer.json() == {"data": {"echo": "None7None"}}


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_a_get_never_runs_a_mutation(client: httpx.Client, accept: str) -> None:
    edge.calls.clear()
    parameters = {"query": 'mutation { move(to: "x") }'}
    answer = client.get("/graphql", params=parameters, headers={"accept": accept})
    assert_refused(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert edge.calls == []


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_a_post_that_needs_no_preflight_runs_no_mutation(
    client: httpx.Client, content_type: str
) -> None:
    edge.calls.clear()
    body = orjson.dumps({"query": 'mutation { move(to: "x") }'})
    assert_refused(send(client, body, content_type=content_type), 415)
    assert edge.calls == []
    assert post(client, 'mutation { move(to: "x") }').json() == {"data": {"move": "x"}}
    assert edge.calls == ["x"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_other_methods_are_refused_with_those_that_are_served(
    client: httpx.Client, method: str
) -> None:
    answer = client.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_a_subscription_is_refused_over_http(client: httpx.Client) -> None:
    message = assert_refused(post(client, "subscription { ticks }"), 400)
    assert message == "A subscription is served over WebSocket, or as text/event-stream."


# Media types


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, Media.JSON),
        ("", Media.JSON),
        ("*/*", Media.JSON),
        ("application/*", Media.JSON),
        (JSON, Media.JSON),
        (GRAPHQL, Media.GRAPHQL),
        (f"{GRAPHQL}, {JSON}", Media.GRAPHQL),
        (f"{JSON}, {GRAPHQL}", Media.GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", Media.JSON),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.4, */*;q=0.1", Media.GRAPHQL),
        (f"{GRAPHQL};q=0, {JSON}", Media.JSON),
        (f"{JSON};q=0, */*", Media.GRAPHQL),
        (f"{JSON}, */*", Media.JSON),
        (f"{GRAPHQL}, */*", Media.GRAPHQL),
        ("Application/GraphQL-Response+JSON; Charset=UTF-8", Media.GRAPHQL),
        ("text/html, application/xhtml+xml, */*;q=0.8", Media.JSON),
        ("text/html", None),
        (f"{JSON}; charset=utf-16", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=nan", None),
        (f"{JSON};q=7", None),
        ("\xff,;;=,q", None),
    ],
)
def test_the_media_type_is_the_one_the_client_prefers(
    accept: str | None, media: Media | None
) -> None:
    assert accepted(None if accept is None else accept.encode("latin-1")) is media


def test_a_client_that_accepts_neither_media_type_gets_406(client: httpx.Client) -> None:
    assert_refused(send(client, b'{"query":"{name}"}', accept="text/html"), 406)


@pytest.mark.parametrize(
    "content_type", [JSON, "application/json; charset=utf-8", 'Application/JSON;Charset="UTF-8"']
)
def test_a_body_of_json_in_utf_8_is_read(client: httpx.Client, content_type: str) -> None:
    answer = send(
        client, '{"query":"{echo(text:\\"网格\\")}"}'.encode(), content_type=content_type
    )
    assert answer.json() == {"data": {"echo": "网格NoneNone"}}


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json; charset=gbk", GRAPHQL, "application/graphql", "application/jsonx"],
)
def test_a_body_of_another_type_is_refused(client: httpx.Client, content_type: str) -> None:
    answer = send(client, b'{"query":"{name}"}', content_type=content_type)
    assert_refused(answer, 415)
    assert answer.headers["accept-post"] == JSON


def test_a_compressed_body_is_refused(client: httpx.Client) -> None:
    answer = send(client, gzip.compress(b'{"query":"{name}"}'), content_encoding="gzip")
    assert_refused(answer, 415)
    assert answer.headers["accept-encoding"] == "identity"
