"""Sockets of the program itself: restarts, foreign hosts, and what an idle one takes."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import orjson
import pytest
import websockets
from websockets.sync.client import ClientConnection, connect

from api.socket import SUBPROTOCOL
from tests.processes import wait_until
from tests.server import LEAVE_SECONDS, Program, is_running, program
from tests.sockets import HEAD, INIT, LARGE_PING, SECONDS, station_id
from tests.valkey import of_its_own


@pytest.fixture
def started(city_url: str, redis_url: str, tmp_path: Path) -> Iterator[Program]:
    with program(tmp_path / "stderr", DATABASE_URL=city_url, REDIS_URL=redis_url) as one:
        yield one.ready()


@contextmanager
def connected(one: Program) -> Iterator[ClientConnection]:
    url = f"ws://127.0.0.1:{one.port}/graphql"
    with connect(url, subprotocols=[SUBPROTOCOL], compression=None) as wire:  # type: ignore[list-item] # a str
        wire.send('{"type":"connection_init"}')
        assert wire.recv(SECONDS) == '{"type":"connection_ack"}'
        yield wire


def stop_reading(client: socket.socket, port: int) -> None:
    """Ask for answers and read none, until the server takes no more questions."""
    client.settimeout(0.5)
    client.connect(("127.0.0.1", port))
    client.sendall(HEAD)
    assert client.recv(4_096).startswith(b"HTTP/1.1 101")
    with suppress(TimeoutError):
        client.sendall(INIT + LARGE_PING * 200)


def test_a_restart_is_1012_for_every_socket_and_takes_seconds(started: Program) -> None:
    query = "subscription ($id: ID!) { stationChanged(id: $id) { kind } }"
    payload = {"query": query, "variables": {"id": station_id(1)}}
    asked = orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode()
    headers = {"accept": "text/event-stream"}
    with connected(started) as idle, connected(started) as watching, socket.socket() as deaf:
        watching.send(asked)
        assert "CURRENT" in str(watching.recv(SECONDS))
        stop_reading(deaf, started.port)
        with started.client.stream("POST", "/graphql", json=payload, headers=headers) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: next"
            assert started.left(signal.SIGTERM) == 0
            assert [line for line in lines if line.startswith("event:")] == []
        for wire in (idle, watching):
            with pytest.raises(websockets.ConnectionClosed):
                wire.recv(SECONDS)
            assert wire.close_code == 1012
    assert LEAVE_SECONDS <= 5


def test_two_processes_leave_in_time_although_valkey_hangs(city_url: str, tmp_path: Path) -> None:
    with of_its_own() as valkey, ExitStack() as stack:
        valkey.start()
        given = {"DATABASE_URL": city_url, "REDIS_URL": valkey.url, "WORKERS": "2"}
        one = stack.enter_context(program(tmp_path / "stderr", "serve", (), **given)).ready()
        wires = [stack.enter_context(connected(one)) for _ in range(8)]
        for wire in wires:
            wire.send(followed(1))
            assert "CURRENT" in str(wire.recv(SECONDS))
        valkey.freeze()
        workers = one.workers()
        assert one.left(signal.SIGTERM) == 0
        assert not any(map(is_running, workers))
        for wire in wires:
            with pytest.raises(websockets.ConnectionClosed):
                wire.recv(SECONDS)
            assert wire.close_code == 1012


def test_nothing_is_compressed_whatever_a_client_offers(started: Program) -> None:
    url = f"ws://127.0.0.1:{started.port}/graphql"
    with connect(url, subprotocols=[SUBPROTOCOL], compression="deflate") as wire:  # type: ignore[list-item] # a str
        assert wire.request
        assert wire.request.headers["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
        assert wire.response
        assert "Sec-WebSocket-Extensions" not in wire.response.headers


@pytest.mark.slow
def test_every_limit_of_time_holds_in_the_program_itself(started: Program) -> None:
    def gauge() -> float:
        measures = started.client.get("/metrics").text
        (line,) = [line for line in measures.splitlines() if line.startswith("wangge_sockets ")]
        return float(line.split()[1])

    url = f"ws://127.0.0.1:{started.port}/graphql"
    began = time.monotonic()
    with (
        connect(url, subprotocols=[SUBPROTOCOL], compression=None) as silent,  # type: ignore[list-item] # a str
        connected(started) as idle,
        socket.socket() as deaf,
    ):
        stop_reading(deaf, started.port)
        deaf_since = time.monotonic()
        with pytest.raises(websockets.ConnectionClosed):
            silent.recv(SECONDS)
        assert silent.close_code == 4408
        assert 4.5 < time.monotonic() - began < 8
        wait_until(lambda: gauge() == 1)
        assert 8 < time.monotonic() - deaf_since < 15
        assert idle.recv(20) == '{"type":"ping"}'
        assert 24 < time.monotonic() - began < 30


def test_a_foreign_host_gets_no_socket(started: Program) -> None:
    url = f"ws://127.0.0.1:{started.port}/graphql"
    with (
        pytest.raises(websockets.InvalidStatus) as refused,
        connect(url, subprotocols=[SUBPROTOCOL], additional_headers={"host": "evil.example"}),  # type: ignore[list-item] # a str
    ):
        pass
    assert refused.value.response.status_code == 400
    with pytest.raises(websockets.InvalidStatus) as refused, connect(f"{url}/nowhere"):
        pass
    assert refused.value.response.status_code == 403
    assert [line for line in started.said.splitlines() if "error" in line] == []


@pytest.fixture
def weighed(city_url: str, tmp_path: Path) -> Iterator[Program]:
    with program(tmp_path / "stderr", DATABASE_URL=city_url, RATE_LIMIT="0") as one:
        yield one.ready()


def followed(number: int) -> str:
    """Give the message that follows a station of its own."""
    query = "subscription ($id: ID!) { stationChanged(id: $id) { kind station { name } } }"
    payload = {"query": query, "variables": {"id": station_id(number)}}
    return orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode()


def test_an_idle_subscription_takes_little_memory(weighed: Program) -> None:
    def resident() -> int:
        pages = Path(f"/proc/{weighed.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4_096

    with ExitStack() as stack:
        for number in range(1, 401):
            wire = stack.enter_context(connected(weighed))
            wire.send(followed(number))
            assert "CURRENT" in str(wire.recv(SECONDS))
            if number == 100:
                before = resident()
        assert (resident() - before) / 300 < 60_000
