import asyncio
import gzip
import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from graphql import get_introspection_query
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from api.document import Documents
from api.http import GraphQLEndpoint
from api.limits import Limits
from api.media import Media, accepted
from resolvers.errors import EdgeCode, EdgeError
from tests import edge

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
REFUSAL_BYTES_MOST = 2048
ACCEPT = {"accept": GRAPHQL}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        edge.served(edge.endpoint()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        yield client


def post(
    client: httpx.Client, query: object, *, accept: str = GRAPHQL, **more: object
) -> httpx.Response:
    return client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def send(client: httpx.Client, content: bytes, **headers: str) -> httpx.Response:
    plain = {"content-type": JSON, **ACCEPT}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/graphql", content=content, headers={**plain, **named})


def assert_refused(answer: httpx.Response, status: int, code: str = "BAD_REQUEST") -> str:
    """Assert a refusal's form, and give its message."""
    assert answer.status_code == status
    assert len(answer.content) < REFUSAL_BYTES_MOST
    body = answer.json()
    assert set(body) == {"errors"}
    for error in body["errors"]:
        assert error["extensions"] == {
            "code": code,
            "requestId": answer.headers["x-request-id"],
        }
    message: str = body["errors"][0]["message"]
    return message


def served_once(application: GraphQLEndpoint, query: str, **headers: str) -> httpx.Response:
    with edge.served(application) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        return httpx.post(url, json={"query": query}, headers={**ACCEPT, **headers})


# What is answered


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
    assert message == "Subscriptions are served over WebSocket only."


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


# Bodies


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"7",
        b'"{name}"',
        b"[]",
        b'[{"query":"{name}"}]',
        b"{",
        b"\xff\xfe",
        b'{"query":"\xff"}',
        b'\xef\xbb\xbf{"query":"{name}"}',
        b'{"query":"{name}"} {}',
        b'{"query":"{name}",}',
        b'{"query":"{name}","variables":{"n":NaN}}',
        b'{"query":"{name}","variables":{"n":Infinity}}',
        b'{"query":"{name}","variables":{"n":-Infinity}}',
        b'{"query":"{name}","variables":{"n":1e999}}',
        b'{"query":"{name}","variables":{"s":"\\ud800"}}',
        b'{"query":"\\udc00"}',
        b'{"query":"{name}","variables":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"query":"{name}","variables":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}",
        b'{"notQuery":"{name}"}',
        b'{"query":null}',
        b'{"query":7}',
        b'{"query":["{name}"]}',
        b'{"query":"{name}","variables":"{}"}',
        b'{"query":"{name}","variables":[]}',
        b'{"query":"{name}","operationName":7}',
        b'{"query":"{name}","extensions":"x"}',
        b'{"query":"{name}","query":"{town{name}}"}',
        b'{"query":"{name}","\\u0071uery":"{town{name}}"}',
        b'{"query":"{name}","variables":{},"variables":{}}',
        b'{"query":"{name}","extensions":{"persistedQuery":7}}',
        b'{"query":"{name}","extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}',
        b'{"query":"{name}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
    ],
    ids=lambda content: content[:60].decode("latin-1"),
)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_a_body_that_is_no_request_is_refused(
    client: httpx.Client, content: bytes, accept: str
) -> None:
    assert_refused(send(client, content, accept=accept), 400)


def test_a_hundred_thousand_brackets_are_refused_by_their_size(client: httpx.Client) -> None:
    assert_refused(send(client, b"[" * 100_000), 413)


@pytest.mark.parametrize(
    "variables",
    [
        b'{"n":' + b"9" * 5_000 + b"}",
        b'{"n":2147483648}',
        b'{"n":1.5}',
        b'{"n":"7"}',
        b'{"n":true}',
        b'{"n":[7]}',
        b'{"n":{}}',
    ],
    ids=lambda variables: variables[:20].decode(),
)
def test_a_variable_of_the_wrong_kind_is_refused(client: httpx.Client, variables: bytes) -> None:
    content = b'{"query":"query($n:Int){echo(number:$n)}","variables":' + variables + b"}"
    assert_refused(send(client, content), 400)


@pytest.mark.parametrize(
    "at",
    [
        None,
        {},
        {"longitude": 1},
        {"longitude": "x", "latitude": 1},
        [],
        {"longitude": 1, "latitude": 2, "\n" * 3000: 3},
        "x" * 10_000,
    ],
)
def test_an_input_of_the_wrong_shape_is_refused(client: httpx.Client, at: object) -> None:
    query = "query($at: PlaceInput!) { place(at: $at) }"
    assert_refused(post(client, query, variables={"at": at}), 400)
    legacy = post(client, query, variables={"at": at}, accept=JSON)
    assert legacy.status_code == 200
    assert set(legacy.json()) == {"errors"}


def test_an_input_nested_without_end_is_refused(client: httpx.Client) -> None:
    at: dict[str, object] = {"longitude": 1, "latitude": 2}
    for _ in range(900):
        at = {"longitude": 1, "latitude": 2, "inner": at}
    query = "query($at: PlaceInput!) { place(at: $at) }"
    assert_refused(post(client, query, variables={"at": at}), 400)


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=",
        "query=%ff",
        "query=%7Bname%7D&query=%7Bname%7D",
        "query={name}&variables=[]",
        "query={name}&variables={",
        "query={name}&variables=NaN",
        "query={name}&extensions=7",
        "&".join("a=b" for _ in range(100)),
    ],
)
def test_a_query_string_that_is_no_request_is_refused(
    client: httpx.Client, query_string: str
) -> None:
    assert_refused(client.get(f"/graphql?{query_string}", headers=ACCEPT), 400)


def test_an_announced_body_over_the_limit_is_refused_unread(client: httpx.Client) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    for length in (b"65537", b"9" * 18):
        answer = raw(client, head + b"content-length: " + length + b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer


def test_a_body_that_does_not_end_is_cut_at_the_limit(client: httpx.Client) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    answer = raw(client, head + b"transfer-encoding: chunked\r\n\r\n" + chunk * 5)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_of_just_the_limit_is_answered(client: httpx.Client) -> None:
    query = b'{"query":"{name}"}'
    assert send(client, query + b" " * (65_536 - len(query))).status_code == 200
    assert_refused(send(client, query + b" " * (65_537 - len(query))), 413)


def raw(client: httpx.Client, request: bytes) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(request)
        parts = []
        while True:
            try:
                part = connection.recv(65_536)
            except ConnectionResetError:
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts)


# Documents


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "",
        "   ",
        "#",
        "{ nothing }",
        "{ town }",
        "fragment F on Query { name }",
        "type A { b: Int }",
        "query A { name } query B { name }",
        "{ ...F } fragment F on Query { ...F }",
        "query($a: X) { name }",
        "{ name(x: 1) }",
        "query($n: Int!) { echo(number: $n) }",
        "{ name } \x00",
    ],
)
def test_a_document_that_can_not_run_is_400_or_200_by_media_type(
    client: httpx.Client, query: str
) -> None:
    assert_refused(post(client, query), 400)
    assert_refused(post(client, query, accept=JSON), 200)


def test_an_operation_is_chosen_by_its_name(client: httpx.Client) -> None:
    query = "query A { name } query B { town { size } }"
    assert post(client, query, operationName="B").json() == {"data": {"town": {"size": 17}}}
    assert_refused(post(client, query, operationName="C"), 400)
    assert_refused(post(client, query), 400)


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "x" * 60_000 + " }",
        '{ echo(number: "' + "x" * 60_000 + '") }',
        "{ name @" + "x" * 60_000 + " }",
        "{ echo(number: " + "9" * 60_000 + ") }",
        "{ echo(" + "x" * 60_000 + ": 1) }",
        "{ " + "汉" * 20_000,
        "{ ..." + "x" * 60_000 + " }",
        "query " + "x" * 30_000 + " { name } query " + "x" * 30_000 + " { name }",
        "{ " + "x" * 60_000 + ": name }",
        "{ " + " ".join(f"n{i}" for i in range(400)) + " }",
    ],
    ids=range(10),
)
def test_no_text_of_a_client_comes_back_at_length(client: httpx.Client, query: str) -> None:
    answer = post(client, query)
    assert_refused(answer, 400)
    for error in answer.json()["errors"]:
        assert len(error["message"]) <= 100
    assert len(answer.json()["errors"]) <= 10


def test_a_name_of_operation_comes_back_short(client: httpx.Client) -> None:
    assert len(assert_refused(post(client, "{name}", operationName="x" * 60_000), 400)) <= 100


def test_the_schema_is_not_told_unless_it_is_public(client: httpx.Client) -> None:
    assert_refused(post(client, "{ __schema { types { name } } }"), 400)
    assert_refused(post(client, '{ __type(name: "Town") { name } }'), 400)
    assert "mean" not in assert_refused(post(client, "{ nam }"), 400)
    assert "mean" not in assert_refused(
        post(
            client,
            "query($at: PlaceInput!) { place(at: $at) }",
            variables={"at": {"longitude": 1, "latitude": 2, "latitud": 3}},
        ),
        400,
    )
    assert post(client, "{ __typename }").json() == {"data": {"__typename": "Query"}}


def test_a_public_schema_tells_all() -> None:
    public = edge.endpoint(Documents(edge.schema(), public_schema=True))
    with edge.served(public) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        query = get_introspection_query(input_value_deprecation=True)
        answer = httpx.post(url, json={"query": query}, headers=ACCEPT)
        assert answer.json()["data"]["__schema"]["queryType"] == {
            "name": "Query",
            "kind": "OBJECT",
        }
        near = httpx.post(url, json={"query": "{ nam }"}, headers=ACCEPT)
    assert "Did you mean 'name'" in near.json()["errors"][0]["message"]


# Persisted and trusted documents


def persisted(digest: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


def test_a_persisted_query_is_sent_once_and_then_named() -> None:
    query = "{ town { size } }"
    name = persisted(hashlib.sha256(query.encode()).hexdigest())
    with edge.served(edge.endpoint()) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        unknown = httpx.post(url, json=name, headers=ACCEPT)
        legacy = httpx.post(url, json=name)
        first = httpx.post(url, json={"query": query, **name}, headers=ACCEPT)
        again = httpx.post(url, json=name, headers=ACCEPT)
        by_get = httpx.get(url, params={"extensions": json.dumps(name["extensions"])})
    for answer, status in ((unknown, 400), (legacy, 200)):
        message = assert_refused(answer, status, "PERSISTED_QUERY_NOT_FOUND")
        assert message == "PersistedQueryNotFound"
    for answer in (first, again, by_get):
        assert answer.json() == {"data": {"town": {"size": 17}}}


def test_a_persisted_query_must_have_the_hash_it_names(client: httpx.Client) -> None:
    name = persisted(hashlib.sha256(b"{ name }").hexdigest())
    assert_refused(post(client, "{ town { size } }", **name), 400)


def test_only_trusted_documents_run_when_there_are_some() -> None:
    query = "{ town { size } }"
    digest = hashlib.sha256(query.encode()).hexdigest()
    trusting = edge.endpoint(Documents(edge.schema(), trusted={digest: query}))
    with edge.served(trusting) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        by_text = httpx.post(url, json={"query": query}, headers=ACCEPT)
        by_hash = httpx.post(url, json=persisted(digest), headers=ACCEPT)
        other = httpx.post(url, json={"query": "{ name }"}, headers=ACCEPT)
        unknown = httpx.post(url, json=persisted("0" * 64), headers=ACCEPT)
    assert by_text.json() == by_hash.json() == {"data": {"town": {"size": 17}}}
    for answer in (other, unknown):
        assert assert_refused(answer, 400) == "Only trusted documents may run here."


# Errors of fields


def test_an_argument_that_can_not_be_answered_is_told_in_the_words_of_the_domain(
    client: httpx.Client,
) -> None:
    answer = post(client, "{ wrong }")
    assert answer.status_code == 200
    body = answer.json()
    assert body["data"] is None
    assert body["errors"][0]["message"] == "坐标不在城市范围内"
    assert body["errors"][0]["path"] == ["wrong"]
    assert body["errors"][0]["locations"] == [{"line": 1, "column": 3}]
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_an_answer_lost_to_the_database_is_503_with_a_time_to_retry(
    client: httpx.Client, accept: str
) -> None:
    answer = post(client, "{ name unavailable }", accept=accept)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "10.0.0.7" not in answer.text
    assert answer.json()["errors"][0]["message"] == "服务暂时不可用，请稍后再试"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_an_answer_in_part_is_200_with_what_there_is(client: httpx.Client) -> None:
    answer = post(client, "{ name maybeUnavailable }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"name": "物", "maybeUnavailable": None}
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_a_bug_shows_nothing_of_the_house_and_is_logged_with_the_request_id(
    client: httpx.Client,
) -> None:
    with capture_logs() as lines:
        answer = send(client, b'{"query":"{ name broken }"}', x_request_id="from-the-phone.1")
    assert answer.status_code == 200
    assert "secret" not in answer.text
    error = answer.json()["errors"][0]
    assert error["message"] == "服务器内部错误，请稍后再试"
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "from-the-phone.1"}
    [line] = lines
    assert line["request_id"] == "from-the-phone.1"
    assert line["path"] == ["broken"]
    assert repr(line["exc_info"]) == "RuntimeError('secret of the house')"


def test_an_answer_names_ten_errors_at_most(client: httpx.Client) -> None:
    answer = post(client, "{" + " ".join(f"b{i}: maybeUnavailable" for i in range(30)) + "}")
    assert answer.status_code == 200
    assert len(answer.json()["errors"]) == 10
    assert len(answer.json()["data"]) == 30


def test_an_operation_without_end_is_given_up() -> None:
    hasty = edge.endpoint(Documents(edge.schema(), limits=Limits(seconds=0.05)))
    assert_refused(served_once(hasty, "{ endless }"), 503, "UNAVAILABLE")


# Who asks


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (EdgeError(EdgeCode.UNAUTHENTICATED, "请先登录"), 401, ("www-authenticate", "Bearer")),
        (EdgeError(EdgeCode.FORBIDDEN, "没有权限"), 403, None),
        (EdgeError(EdgeCode.LIMITED, "请慢一点", retry_after=1.2), 429, ("retry-after", "2")),
        (EdgeError(EdgeCode.UNAVAILABLE, "请稍后再试"), 503, ("retry-after", "1")),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_who_is_not_admitted_gets_the_status_of_the_code(
    error: EdgeError, status: int, header: tuple[str, str] | None
) -> None:
    async def admit(_scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str) -> object:
        raise error

    for accept in (GRAPHQL, JSON):
        answer = served_once(edge.endpoint(admitting=admit), "{ name }", accept=accept)
        assert assert_refused(answer, status, error.code) == error.message
        if header:
            assert answer.headers[header[0]] == header[1]


def test_a_bug_before_anything_ran_is_500_without_internals() -> None:
    async def admit(_scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str) -> object:
        raise RuntimeError("secret of the house")

    with capture_logs() as lines:
        answer = served_once(edge.endpoint(admitting=admit), "{ name }")
    assert_refused(answer, 500, "INTERNAL")
    assert "secret" not in answer.text
    assert [line["log_level"] for line in lines] == ["error", "info"]


# Traces


def test_a_request_keeps_its_id_and_one_without_gets_its_own(client: httpx.Client) -> None:
    body = b'{"query":"{name}"}'
    assert send(client, body, x_request_id="a.B_c-9").headers["x-request-id"] == "a.B_c-9"
    ids = {send(client, body).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    for bad in ("x" * 65, "a b", "<script>", ""):
        assert send(client, body, x_request_id=bad).headers["x-request-id"] != bad


def test_an_answer_without_errors_writes_no_log_line(client: httpx.Client) -> None:
    with capture_logs() as lines:
        assert post(client, "{ name later }").status_code == 200
    assert lines == []


def test_requests_are_counted_by_their_code() -> None:
    registry = CollectorRegistry()
    application = GraphQLEndpoint(Documents(edge.schema()), edge.admit, registry=registry)
    with edge.served(application) as port:
        for query in ("{ name }", "{ name }", "{"):
            httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": query})
    count = "wangge_graphql_requests_total"
    assert registry.get_sample_value(count, {"code": "OK"}) == 2
    assert registry.get_sample_value(count, {"code": "BAD_REQUEST"}) == 1
    assert registry.get_sample_value("wangge_graphql_seconds_count") == 3


# Whatever comes


application = edge.endpoint()


def answered(content: bytes, *, method: str = "POST", accept: str = GRAPHQL) -> tuple[int, bytes]:
    """Call the endpoint as a server would, and give status and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"accept", accept.encode("latin-1"))]
    scope = {
        "type": "http",
        "method": method,
        "query_string": content if method == "GET" else b"",
        "headers": headers,
    }
    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def assert_orderly(status: int, body: bytes) -> None:
    assert status < 500
    decoded = orjson.loads(body)
    assert len(body) < REFUSAL_BYTES_MOST or "data" in decoded
    assert "data" in decoded or decoded["errors"]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["GET", "POST"]), st.text("aj/*;=q.0,", max_size=30)
)
def test_no_bytes_break_the_server(content: bytes, method: str, accept: str) -> None:
    assert_orderly(*answered(content, method=method, accept=accept))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
queries = st.sampled_from(
    [
        "query($v: Int) { echo(number: $v) }",
        "query($v: [Int!]) { echo(numbers: $v) }",
        "query($v: PlaceInput!) { place(at: $v) }",
        "query($v: String!) { echo(text: $v) }",
        "query($v: Int!) { things(first: $v) { name } }",
        "query($v: Boolean!) { name @include(if: $v) }",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"query": json_values | queries},
        optional={
            "variables": json_values | st.fixed_dictionaries({"v": json_values}),
            "operationName": json_values,
            "extensions": json_values | st.fixed_dictionaries({"persistedQuery": json_values}),
        },
    )
)
@example({"query": "query($v: [Int!]) { echo(numbers: $v) }", "variables": {"v": ["x"] * 9000}})
def test_no_json_breaks_the_server(request: dict[str, object]) -> None:
    assert_orderly(*answered(orjson.dumps(request)))


pieces = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        "name",
        "town",
        "things",
        "first",
        ":",
        "1",
        "$v",
        "query",
        "fragment F on Query",
        "...",
        "...F",
        "... on Town",
        "@include(if: true)",
        "@skip",
        "mutation",
        '"x"',
        '"""y',
        "[",
        "]",
        "!",
        "-",
        "9" * 5000,
        "__schema",
        "__typename",
        "\\ud800",
        "#",
        "\n",
        "&",
        "null",
        "=",
        "汉",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=40))
def test_no_document_breaks_the_server(words: list[str]) -> None:
    assert_orderly(*answered(orjson.dumps({"query": " ".join(words)})))
