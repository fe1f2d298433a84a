"""What was answered is never lost and nothing is done twice, though the server dies under load."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from models import db
from resolvers.node import global_id
from tests import sessions, tickets
from tests.conftest import Database
from tests.program import DATA_KEYS, ROOT, SECRET, free_port, wait_until_ready

COMMENT = """mutation($input: TicketCommentInput!) { ticketComment(input: $input) {
    ticket { version } userErrors { code } } }"""
WRITERS, EACH, DEATHS = 4, 15, 3


class Server:
    """A server that is killed and started again on the same port."""

    def __init__(self, database_url: str) -> None:
        self.port = free_port()
        self._environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            "JWT_SECRET": SECRET,
            "DATA_KEYS": DATA_KEYS,
            "RATE_LIMIT": "0",
            "PORT": str(self.port),
        }
        self.start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "api", "serve"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        wait_until_ready(self.address, self._process)

    def kill(self) -> None:
        """Kill it as nothing can be prepared for."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def running(database_url: str) -> Iterator[Server]:
    server = Server(database_url)
    try:
        yield server
    finally:
        server.kill()


async def insist(client: httpx.AsyncClient, key: str, gid: str, text: str) -> int:
    """Send one comment again and again until it is answered; gives the version it made."""
    given = {"ticketId": gid, "text": text, "idempotencyKey": key}
    while True:
        try:
            answer = await client.post(
                "/graphql", json={"query": COMMENT, "variables": {"input": given}}
            )
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code == 200:
            found = answer.json()["data"]["ticketComment"]
            assert found["userErrors"] == []
            return int(found["ticket"]["version"])


@pytest.mark.slow
async def test_no_answer_is_lost_and_none_is_done_twice(database: Database) -> None:
    people = await tickets.cast()
    keys = [await tickets.submit(people["reporter"]) for _ in range(2)]
    token = await sessions.token_of(people["dispatcher"])
    answered: list[int] = []
    due = {
        death * WRITERS * EACH // (DEATHS + 1): asyncio.Event() for death in range(1, DEATHS + 1)
    }

    async def write(client: httpx.AsyncClient, writer: int) -> None:
        for place in range(EACH):
            gid = global_id("Ticket", keys[(writer + place) % 2])
            version = await insist(client, f"{writer} {place}", gid, f"留言 {writer} {place}")
            answered.append(version)
            if len(answered) in due:
                due[len(answered)].set()

    with running(database.url) as server:
        async with httpx.AsyncClient(
            base_url=server.address, headers={"authorization": f"Bearer {token}"}, timeout=5
        ) as client:
            writers = [asyncio.create_task(write(client, one)) for one in range(WRITERS)]
            for death in due.values():
                await death.wait()
                server.kill()
                await asyncio.to_thread(server.start)
            await asyncio.gather(*writers)
    rows = await db.fetch(
        "SELECT thing_id, version, body ->> 'text' AS text FROM event"
        " LEFT JOIN content ON content.id = content_id WHERE topic = 'ticket'"
        " ORDER BY thing_id, version"
    )
    said = [row["text"] for row in rows if row["text"]]
    assert sorted(said) == sorted(
        f"留言 {writer} {place}" for writer in range(WRITERS) for place in range(EACH)
    )
    for key in keys:
        versions = [row["version"] for row in rows if row["thing_id"] == key]
        assert versions == list(range(1, len(versions) + 1))
        assert (await tickets.case(key)).version == len(versions)
