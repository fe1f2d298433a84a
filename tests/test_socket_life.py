"""A socket's life: pings, tokens that are renewed or end, clients that take nothing, restarts."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
import websockets

from api.socket import SOCKET_LIMITS, Wire
from models import db, station
from tests.conftest import Database
from tests.events import until
from tests.sockets import (
    HEAD,
    INIT,
    LARGE_PING,
    PATIENT,
    SECONDS,
    House,
    house,
    plant_stations,
    rename,
)


@pytest.fixture
async def stationed(database: Database) -> AsyncIterator[None]:
    await plant_stations()
    yield
    station.forget()


# Being there


async def test_no_init_in_time_is_4408(stationed: None) -> None:
    assert SOCKET_LIMITS.init_seconds == 5
    async with house(replace(PATIENT, init_seconds=0.3)) as one, one.client() as client:
        await client.say({"type": "ping"})
        assert await client.closed() == (4408, "No connection_init came.")


async def test_who_answers_pings_stays_and_who_does_not_is_closed(stationed: None) -> None:
    assert SOCKET_LIMITS.ping_seconds == 25
    async with house(replace(PATIENT, ping_seconds=0.3)) as one, one.welcome() as client:
        for _ in range(3):
            assert await client.hear(answers_pings=False) == {"type": "ping"}
            await client.say({"type": "pong"})
        assert await client.closed() == (4499, "No ping was answered.")
        assert one.measure("wangge_socket_closes_total", code="4499") == 1


# Tokens


async def test_a_token_is_asked_for_in_time_and_renewed_on_the_way(stationed: None) -> None:
    assert SOCKET_LIMITS.refresh_seconds == 60
    async with (
        house(replace(PATIENT, refresh_seconds=1_800 - 1)) as one,
        one.welcome({"token": await one.signed_in(7)}) as client,
    ):
        await client.follow("1")
        assert await client.item() == ("CURRENT", 0, None)
        ping = await client.hear(answers_pings=False)
        assert ping["type"] == "ping"
        assert ping["payload"]["tokenExpiresIn"] in range(1_795, 1_800)
        await client.say({"type": "pong", "payload": {"token": one.token()}})
        await rename(1, 2)
        assert await client.item() == ("CHANGE", 1, 2)


async def test_a_token_that_is_not_renewed_ends_with_4403(stationed: None) -> None:
    async with house() as one, one.welcome({"token": one.token(seconds=2)}) as client:
        assert await client.closed() == (4403, "The token is over.")


async def test_a_renewed_token_outlives_the_old_one(stationed: None) -> None:
    async with house() as one, one.welcome({"token": one.token(seconds=2)}) as client:
        ends = int(time.time() + 3)
        authorization = f"Bearer {one.token(seconds=3)}"
        await client.say({"type": "pong", "payload": {"authorization": authorization}})
        ping = await client.hear(answers_pings=False)
        assert set(ping["payload"]) == {"tokenExpiresIn"}
        assert (await client.closed())[0] == 4403
        assert time.time() >= ends


@pytest.mark.parametrize(
    ("person", "shown", "reason"),
    [
        (7, 8, "The token is another person's."),
        (None, 7, "The token is another person's."),
        (7, None, "The token is not valid."),
    ],
)
async def test_a_token_of_another_person_is_4403(
    stationed: None, person: int | None, shown: int | None, reason: str
) -> None:
    async with (
        house() as one,
        one.welcome({"token": one.token(person)} if person else {}) as client,
    ):
        token = one.token(shown) if shown else "x"
        await client.say({"type": "pong", "payload": {"token": token}})
        assert await client.closed() == (4403, reason)


# Clients that take nothing


@asynccontextmanager
async def deaf(one: House) -> AsyncIterator[tuple[socket.socket, asyncio.AbstractEventLoop]]:
    """Connect a client that follows a station and then reads nothing."""
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", one.port))
        await loop.sock_sendall(client, HEAD)
        answer = await loop.sock_recv(client, 4_096)
        assert answer.startswith(b"HTTP/1.1 101"), answer
        yield client, loop


async def _fill(one: House, client: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """Ask for answers until the server no longer takes questions."""
    await loop.sock_sendall(client, INIT)
    # It stops to read once its answers are not taken; from then on nothing can be sent.
    while True:
        try:
            async with asyncio.timeout(0.3):
                await loop.sock_sendall(client, LARGE_PING)
        except (TimeoutError, ConnectionError):
            return


async def test_who_takes_nothing_is_closed_with_4499_and_freed(stationed: None) -> None:
    assert Wire.slow_seconds + Wire.close_seconds < 15
    async with house() as one, deaf(one) as (client, loop):
        await _fill(one, client, loop)
        await until(lambda: not one.server.server_state.connections)
        assert one.measure("wangge_socket_closes_total", code="4499") == 1
        await until(lambda: one.measure("wangge_sockets") == 0)


async def test_who_wakes_up_in_time_reads_why(stationed: None) -> None:
    async with house() as one, deaf(one) as (client, loop):
        await _fill(one, client, loop)
        await until(lambda: one.measure("wangge_socket_closes_total", code="4499"))
        async with asyncio.timeout(SECONDS):
            said = b""
            while part := await loop.sock_recv(client, 65_536):
                said = said[-200:] + part
        assert said.endswith(b"\x88\x21\x11\x93Nothing was taken for too long.")


async def test_who_pings_and_reads_nothing_takes_no_memory(stationed: None) -> None:
    async with house() as one, deaf(one) as (client, loop):
        await loop.sock_sendall(client, INIT)
        ping = b"\x89\xfd" + bytes(4) + bytes(125)
        (wire,) = one.server.server_state.connections
        most = 0
        try:
            async with asyncio.timeout(SECONDS):
                while one.server.server_state.connections:
                    async with asyncio.timeout(0.3):
                        await loop.sock_sendall(client, ping * 500)
                    most = max(most, wire.transport.get_write_buffer_size())
        except (TimeoutError, ConnectionError):
            pass
        assert most < 500_000


# Connections


async def test_one_socket_too_many_is_refused(stationed: None) -> None:
    async with house() as one:
        one.server.config.limit_concurrency = 2
        async with one.welcome(), one.welcome():
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with one.client():
                    pass
            assert refused.value.response.status_code == 503
        await until(lambda: not one.server.server_state.connections)
        async with one.welcome():
            pass


async def test_a_socket_asked_for_before_an_answer_came_is_none(stationed: None) -> None:
    async with house() as one:
        loop = asyncio.get_running_loop()
        with socket.create_connection(("127.0.0.1", one.port)) as client:
            client.setblocking(False)
            asked = b"GET /graphql?query={__typename} HTTP/1.1\r\nhost: localhost\r\n\r\n"
            await loop.sock_sendall(client, asked + HEAD)
            with suppress(ConnectionResetError):
                while part := await loop.sock_recv(client, 4_096):
                    assert b"101 Switching" not in part
        await until(lambda: not one.server.server_state.connections)


# Restarts


async def test_what_runs_is_answered_before_the_process_leaves(stationed: None) -> None:
    async with house(replace(PATIENT, leave_seconds=SECONDS)) as one, one.welcome() as client:
        async with db.transaction() as connection:
            await connection.execute("LOCK TABLE area")
            await client.ask("a", '{ area(code: "320281") { name } }')
            await until(_somebody_waits)
            leaving = asyncio.create_task(one.leave())
            await until(lambda: not one.server.servers[0].is_serving())
        assert (await client.hear())["payload"] == {"data": {"area": {"name": "江阴市"}}}
        assert (await client.hear())["type"] == "complete"
        assert await client.closed() == (1012, "The server restarts.")
        await leaving


async def _somebody_waits() -> bool:
    row = await db.fetch_one("SELECT FROM pg_locks WHERE NOT granted")
    return row is not None
