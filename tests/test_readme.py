"""Every query, answer and command of the README, as its reader would try them."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from api.city.points import load_points
from api.stack import Servers
from models import db
from models.event import lease
from tests import docs
from tests.databases import Databases
from tests.program import DATA_KEYS, serving

ROOT = docs.ROOT
README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8000"
READING_SECONDS = 600.0

COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def address(databases: Databases, city_template: str, servers: Servers) -> Iterator[str]:
    """Serve one city for all pages: what one of them does, the others do not look at."""
    with databases.copy(city_template) as url:
        asyncio.run(_furnish(url))
        with serving(database_url=url, redis_url=servers.redis_url, RATE_LIMIT="0") as address:
            yield address


async def _furnish(url: str) -> None:
    """Load points; the year's grant, which is under way when a city starts, is kept for later."""
    await load_points(url, DATA_KEYS)
    await db.connect(url)
    try:
        assert await lease.hold("points year", holder="the reader", seconds=READING_SECONDS)
    finally:
        await db.close()


@pytest.mark.parametrize("page", list(docs.pages()), ids=lambda page: page.stem)
def test_every_query_of_a_page_gives_the_answer_that_stands_below_it(
    address: str, page: Path
) -> None:
    assert docs.Reader(address).read(page)


def test_curl_gets_an_answer_without_errors(address: str) -> None:
    (command,) = (line for line in COMMANDS if line.startswith("curl "))
    assert ADDRESS in command
    words = shlex.split(command.replace(ADDRESS, address))
    done = subprocess.run(words, capture_output=True, check=True, timeout=20)
    assert orjson.loads(done.stdout) == {
        "data": {"area": {"name": "江阴市", "population": 1_770_000}}
    }


@pytest.mark.parametrize("line", [line for line in COMMANDS if "python -m api" in line])
def test_every_command_of_the_program_exists(line: str) -> None:
    name = re.search(r"python -m api (\w+)", line)
    assert name
    command = [sys.executable, "-m", "api", name[1], "--help"]
    subprocess.run(command, capture_output=True, check=True, timeout=20, cwd=ROOT)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)", README))))
def test_every_target_of_make_exists(target: str) -> None:
    command = ["make", "--dry-run", target]
    subprocess.run(command, capture_output=True, check=True, timeout=20, cwd=ROOT)


def test_every_setting_is_read_and_every_setting_stands_there() -> None:
    from api.settings import Settings

    table = README[README.index("| name | default |") : README.index("Paths: ")]
    rows = [row.split("|")[1] for row in table.splitlines()[2:] if row.startswith("|")]
    written = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert written == {name.upper() for name in Settings.__struct_fields__}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_environment_of_the_tests_is_the_one_that_make_makes() -> None:
    assert os.path.samefile(Path(sys.prefix), ROOT / ".venv")
