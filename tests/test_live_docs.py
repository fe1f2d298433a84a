"""What docs/live.md says is said and heard, as its reader would try it."""

import asyncio
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.socket import CloseCode
from models import station
from tests.conftest import Database
from tests.sockets import PATIENT, Client, House, house, plant_stations

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "live.md").read_text()
TALK = [
    line
    for block in re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]
ADDRESS = "http://127.0.0.1:8000"
# A new token is asked for at once, as if the last minute of the old one had begun.
LIMITS = replace(PATIENT, refresh_seconds=3_600.0)


@pytest.fixture
async def one(database: Database) -> AsyncIterator[House]:
    await plant_stations()
    async with house(LIMITS) as made:
        yield made
    station.forget()


async def test_what_is_sent_is_answered_as_it_stands_there(one: House) -> None:
    token = one.token(seconds=60)
    async with one.client() as client:
        for line in TALK:
            message = json.loads(line[2:])
            if line.startswith("→"):
                await client.say(json.loads(line[2:].replace('"token":"…"', f'"token":"{token}"')))
            elif message["type"] == "ping":
                token = one.token()
            else:
                assert re.fullmatch(_pattern(line[2:]), json.dumps(await _heard(client))), line
        await client.say({"type": "ping"})
        assert await _heard(client) == {"type": "pong"}


def _pattern(written: str) -> str:
    """Give the pattern of a message as it stands there, "…" for whatever is different."""
    return re.escape(json.dumps(json.loads(written))).replace(re.escape(json.dumps("…")), '".+"')


async def _heard(client: Client) -> object:
    """Receive the next message; what is asked of the token is answered in its own place."""
    while (message := await client.hear(answers_pings=False))["type"] == "ping":
        assert set(message["payload"]) == {"tokenExpiresIn"}
    return message


async def test_the_stream_of_the_page_is_a_stream(one: House) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    command = shlex.split(block.replace("\\\n", " ").replace(ADDRESS, one.address))
    # curl ends by itself: the stream does not.
    process = await _run([*command, "--silent", "--max-time", "1"])
    assert process.startswith("event: next\ndata: ")
    assert '"kind":"CURRENT"' in process


async def _run(command: list[str]) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode()


def test_every_close_code_stands_in_the_table_and_no_other() -> None:
    written = {int(code) for code in re.findall(r"^\| (\d{4}) \|", TEXT, re.MULTILINE)}
    assert written == {int(code) for code in CloseCode}


def test_every_file_of_the_page_exists() -> None:
    files = re.findall(r"`((?:tests|docs|api)/[a-z_./]+)`", TEXT)
    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []
