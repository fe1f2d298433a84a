"""What a client may send, and how slowly: a real server, raw sockets, and no request forgotten."""

import socket
import time
from collections.abc import Iterator

import orjson
import pytest

from api.protocol import HEADERS_MOST, REQUEST_BYTES_MOST
from tests.processes import wait_until
from tests.slow_edge import (
    LARGE_ANSWER,
    SLOW_SECONDS,
    UPLOAD_SECONDS,
    Edge,
    connected,
    edge,
    exchange,
    until_closed,
)

GET = b"GET /%s HTTP/1.1\r\nhost: x\r\n"
POST = b"POST /%s HTTP/1.1\r\nhost: x\r\n"


@pytest.fixture(scope="module")
def one() -> Iterator[Edge]:
    with edge() as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_is_left(one: Edge) -> Iterator[None]:
    one.seen.clear()
    one.holds = False
    one.may_answer.clear()
    yield
    wait_until(one.is_idle)
    assert one.thread.is_alive()


def assert_refused(answer: bytes, status: int) -> None:
    """Expect one whole refusal, as JSON, and nothing before or after it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert line.split(b" ")[:2] == [b"HTTP/1.1", str(status).encode()], answer[:200]
    assert b"content-type: application/json; charset=utf-8" in headers
    assert b"connection: close" in headers
    assert b"content-length: %d" % len(body) in headers
    assert not any(header.startswith(b"server:") for header in headers)
    (error,) = orjson.loads(body)["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert len(answer) < 2_000


def bodies(answer: bytes) -> list[bytes]:
    """Take apart answers of one line each."""
    return [part.rpartition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]


# Heads


def test_as_many_headers_as_allowed_are_taken_and_no_more(one: Edge) -> None:
    def head(count: int) -> bytes:
        return GET % b"a" + b"connection: close\r\n" + b"x: y\r\n" * (count - 2) + b"\r\n"

    assert bodies(exchange(one, head(HEADERS_MOST))) == [b"/a"]
    assert_refused(exchange(one, head(HEADERS_MOST + 1)), 431)
    assert one.seen == [("/a", 0)]


def test_a_head_of_more_than_16_kib_is_refused(one: Edge) -> None:
    most = GET % b"a" + b"connection: close\r\nx: "
    assert bodies(exchange(one, most + b"y" * 16_000 + b"\r\n\r\n")) == [b"/a"]
    assert_refused(exchange(one, most + b"y" * 16_500 + b"\r\n\r\n"), 431)
    assert_refused(exchange(one, b"GET /" + b"a" * 16_500 + b" HTTP/1.1\r\nhost: x\r\n\r\n"), 431)


@pytest.mark.parametrize("start", [GET % b"a" + b"x: ", b"GET /", b"", b"\r\n" * 9])
def test_a_line_without_an_end_is_refused(one: Edge, start: bytes) -> None:
    answer = exchange(one, start, *[b"a" * 1_000] * 40)
    assert_refused(answer, 431 if start.strip() else 400)


def test_a_client_that_goes_on_sending_sees_its_refusal_nonetheless(one: Edge) -> None:
    answer = exchange(one, GET % b"a" + b"x: " + b"y" * 3_000_000)
    assert_refused(answer, 431)


def test_a_client_that_never_stops_sending_is_cut(one: Edge) -> None:
    with connected(one) as client, pytest.raises(ConnectionError):
        client.sendall(GET % b"a" + b"x: " + b"y" * 8 * REQUEST_BYTES_MOST)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        b"JUMP / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET  HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n",
        GET % b"a" + b"a b: c\r\n\r\n",
        GET % b"a" + b": c\r\n\r\n",
        GET % b"a" + b"x: a\x00b\r\n\r\n",
        POST % b"a" + b"content-length: -1\r\n\r\n",
        POST % b"a" + b"content-length: ten\r\n\r\n",
        POST % b"a" + b"content-length: 99999999999999999999999\r\n\r\n",
        POST % b"a" + b"content-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        POST % b"a" + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        POST % b"a" + b"transfer-encoding: chunked\r\n\r\nxyz\r\n",
        POST % b"a" + b"transfer-encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    ],
)
def test_what_is_not_http_is_refused_as_json(one: Edge, request_bytes: bytes) -> None:
    assert_refused(exchange(one, request_bytes), 400)
    assert one.seen == []


# Slowness


def test_a_head_that_does_not_end_in_time_is_refused(one: Edge) -> None:
    began = time.monotonic()
    assert_refused(exchange(one, GET % b"a"), 408)
    assert SLOW_SECONDS <= time.monotonic() - began < 5 * SLOW_SECONDS


def test_bytes_that_drip_give_no_more_time(one: Edge) -> None:
    with connected(one) as client:
        began = time.monotonic()
        client.sendall(GET % b"a")
        client.settimeout(SLOW_SECONDS / 10)
        answer = b""
        while not answer:
            client.sendall(b"x: y\r\n")
            try:
                answer = client.recv(4_096)
            except TimeoutError:
                assert time.monotonic() - began < 5 * SLOW_SECONDS
    assert_refused(answer, 408)


def test_a_body_that_does_not_come_in_time_is_refused(one: Edge) -> None:
    for announced in (b"content-length: 7", b"content-length: 999999999999999999"):
        assert_refused(exchange(one, POST % b"a" + announced + b"\r\n\r\nabc"), 408)
    chunked = POST % b"a" + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
    assert_refused(exchange(one, chunked), 408)
    assert one.seen == []


def test_a_file_has_more_time_to_come_but_not_for_ever(one: Edge) -> None:
    began = time.monotonic()
    head = b"PUT /files/upload/1?expires=1 HTTP/1.1\r\nhost: a\r\ncontent-length: 7\r\n\r\n"
    assert_refused(exchange(one, head + b"abc"), 408)
    assert time.monotonic() - began > UPLOAD_SECONDS - 0.1
    assert one.seen == []


def test_a_connection_that_asks_nothing_is_closed_without_a_word(one: Edge) -> None:
    assert exchange(one) == b""


def test_a_connection_kept_alive_has_no_more_time_for_its_next_request(one: Edge) -> None:
    with connected(one) as client:
        client.sendall(GET % b"a" + b"\r\n")
        assert bodies(client.recv(4_096)) == [b"/a"]
        assert one.timers() == 0
        client.sendall(b"GET /b HT")
        assert_refused(until_closed(client), 408)


def test_an_answer_that_takes_long_is_waited_for_while_the_next_request_drips(one: Edge) -> None:
    with connected(one) as client:
        client.sendall(GET % b"held" + b"\r\n" + GET % b"b")
        client.settimeout(2 * SLOW_SECONDS)
        with pytest.raises(TimeoutError):
            client.recv(1)
        one.answer_held()
        client.settimeout(10)
        answer = until_closed(client)
    first, second = answer[: answer.index(b"/held") + 5], answer[answer.index(b"/held") + 5 :]
    assert bodies(first) == [b"/held"]
    assert_refused(second, 408)


# Bodies


def test_a_body_without_an_end_is_cut(one: Edge) -> None:
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    endless = POST % b"a" + b"transfer-encoding: chunked\r\n\r\n" + chunk * 2_000
    with connected(one) as client, pytest.raises(ConnectionError):
        client.sendall(endless)
    assert one.seen == []


def test_trailers_count_as_headers(one: Edge) -> None:
    chunked = POST % b"a" + b"transfer-encoding: chunked\r\n\r\n0\r\n"
    assert_refused(exchange(one, chunked + b"x: y\r\n" * 101 + b"\r\n"), 431)


def test_an_answer_before_the_end_of_the_body_reaches_its_client(one: Edge) -> None:
    head = POST % b"unread" + b"content-length: 4000000\r\n\r\n"
    with connected(one) as client:
        client.sendall(head)
        for _ in range(40):
            client.sendall(b"x" * 100_000)
        assert bodies(until_closed(client)) == [b"/unread"]


def test_an_answered_client_that_says_nothing_more_is_cut(one: Edge) -> None:
    head = POST % b"unread" + b"content-length: 4000000\r\n\r\n"
    assert bodies(exchange(one, head)) == [b"/unread"]


# Several requests on one connection


def test_requests_sent_at_once_are_answered_in_order(one: Edge) -> None:
    last = GET % b"c" + b"connection: close\r\n\r\n"
    post = POST % b"b" + b"content-length: 3\r\n\r\nabc"
    assert bodies(exchange(one, GET % b"a" + b"\r\n" + post + last)) == [b"/a", b"/b", b"/c"]
    assert one.seen == [("/a", 0), ("/b", 3), ("/c", 0)]


def test_what_is_malformed_after_good_requests_takes_no_answer_from_them(one: Edge) -> None:
    with connected(one) as client:
        client.sendall(GET % b"held" + b"\r\n" + GET % b"b" + b"\r\n" + b"nonsense\r\n\r\n")
        one.answer_held()
        assert bodies(until_closed(client)) == [b"/held", b"/b"]


def test_a_broken_body_after_a_good_request_ends_the_connection(one: Edge) -> None:
    broken = POST % b"b" + b"transfer-encoding: chunked\r\n\r\nxyz\r\n"
    with connected(one) as client:
        client.sendall(GET % b"held" + b"\r\n" + broken)
        assert until_closed(client) == b""
    assert all(path == "/held" for path, _ in one.seen)


# Answers


def test_a_client_that_never_reads_is_cut(one: Edge) -> None:
    with connected(one, receive_bytes=4_096) as client:
        client.sendall(GET % b"large" + b"\r\n")
        wait_until(lambda: one.seen)
        wait_until(lambda: not one.connections)


def test_a_client_that_never_reads_and_asks_for_the_end_is_cut(one: Edge) -> None:
    with connected(one, receive_bytes=4_096) as client:
        client.sendall(GET % b"large" + b"connection: close\r\n\r\n")
        wait_until(lambda: one.seen)
        wait_until(lambda: not one.connections)


def test_a_client_that_reads_gets_a_large_answer_whole(one: Edge) -> None:
    answer = exchange(one, GET % b"large" + b"connection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n" + LARGE_ANSWER)


def test_a_client_that_leaves_in_the_middle_leaves_nothing(one: Edge) -> None:
    for part in (b"G", GET % b"a", POST % b"a" + b"content-length: 9\r\n\r\nabc", GET % b"held"):
        with connected(one) as client:
            client.sendall(part)
            client.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("wanted", [b"h2c", b"websocket"])
def test_an_upgrade_that_is_not_served_is_answered_and_was_the_last(
    one: Edge, wanted: bytes
) -> None:
    upgrade = b"connection: upgrade\r\nupgrade: " + wanted + b"\r\n\r\n"
    with connected(one) as client:
        client.sendall(GET % b"a" + upgrade + GET % b"b" + b"\r\n")
        assert bodies(until_closed(client)) == [b"/a"]


# Other protocols, and trailers


@pytest.mark.parametrize("method", [b"POST", b"CONNECT"])
def test_the_body_of_an_upgrade_is_never_read_as_a_request(one: Edge, method: bytes) -> None:
    inner = GET % b"smuggled" + b"\r\n"
    head = POST.replace(b"POST", method, 1) % b"outer"
    head += b"connection: upgrade\r\nupgrade: x\r\ncontent-length: %d\r\n\r\n" % len(inner)
    with connected(one) as client:
        client.sendall(head)
        client.sendall(inner)
        until_closed(client)
    assert all(path != "/smuggled" for path, _ in one.seen)


def test_a_trailer_is_no_header(one: Edge) -> None:
    chunked = b"transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nauthorization: Bearer x\r\n\r\n"
    with connected(one) as client:
        client.sendall(POST % b"echo" + b"connection: close\r\n" + chunked)
        until_closed(client)
    assert b"authorization" not in {name for name, _ in one.headers}
