"""What a body and a query string may be, and how each that is none is refused."""

import socket

import httpx
import pytest

from tests.asking import (
    ACCEPT,
    GRAPHQL,
    JSON,
    assert_refused,
    post,
    send,
)


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
