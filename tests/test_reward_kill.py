"""Whatever is killed in the middle of the load, nothing of the ledger is torn."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from models import db, reward
from models.errors import Unavailable
from models.points.award import grant
from tests import points, processes, rewards
from tests.conftest import Database
from tests.databases import Databases, transplant, url_of
from tests.processes import ROOT, process_of

PEOPLE = 6
STOCK = 1_000_000
KILLS, KILLS_IN_FULL = 3, 50
PLAYED_MOST = 60
DEADLINE_SECONDS = 60.0
POLL_SECONDS = 0.005
CHANCE = random.Random()  # noqa: S311 - moments to kill at, no secret


async def open_shop() -> None:
    """Write a shop with three offers, of which one is short, and people with points."""
    shop = await rewards.open_shop(stock=STOCK)
    await rewards.offer(shop.programme, shop.merchant, STOCK, 9)
    await rewards.offer(shop.programme, shop.merchant, 20, 3)
    for number in range(PEOPLE):
        person = await points.resident(household=f"H{number}")
        await grant(
            actor_id=shop.cadre,
            person_id=person,
            rule_code="R1",
            points=20,
            note=None,
            key=f"begin {person}",
        )


@contextmanager
def load(url: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Run the load on a database until the block ends."""
    command = [sys.executable, "-m", "tests.reward_load", url]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def played() -> int:
    """Count what was done so far, once the database answers."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            with suppress(Unavailable):
                row = await db.fetch_one("SELECT count(*) AS played FROM once")
                assert row
                return int(row["played"])
            await asyncio.sleep(POLL_SECONDS)


async def until_played(more: int) -> None:
    """Wait until so much more was done."""
    wanted = await played() + more
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            if await played() >= wanted:
                return
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def clean_after() -> AsyncIterator[None]:
    """Let the ledger prove itself at the end."""
    yield
    found = await reward.audit()
    assert found.findings == ()
    assert found.transactions > PEOPLE


async def kill_servers(url: str, *, kills: int) -> None:
    """Kill the process that serves, so many times, each at another moment."""
    for _ in range(kills):
        with load(url) as process:
            await until_played(CHANCE.randint(20, PLAYED_MOST))
            process.send_signal(signal.SIGKILL)
            process.wait()
        async with clean_after():
            pass


async def test_a_killed_server_leaves_nothing_torn(database: Database) -> None:
    await open_shop()
    await kill_servers(database.url, kills=KILLS)


@pytest.mark.slow
async def test_fifty_killed_servers_leave_nothing_torn(database: Database) -> None:
    await open_shop()
    await kill_servers(database.url, kills=KILLS_IN_FULL)


@pytest.fixture
def template_url(databases: Databases, template: str) -> str:
    return url_of(databases.servers.database_url, template)


async def kill_postgresql(directory: Path, template_url: str, *, kills: int) -> None:
    """Kill PostgreSQL under the load, so many times; it is started again and recovers."""
    with processes.running(directory) as servers:
        url = servers.servers().database_url
        transplant(template_url, url)
        await db.connect(url)
        try:
            await open_shop()
            with load(url):
                for _ in range(kills):
                    await until_played(CHANCE.randint(20, PLAYED_MOST))
                    os.kill(process_of(directory, "postgres"), signal.SIGKILL)
                    # The sockets of the dead server are still in the pool.
                    await until_played(1)
            async with clean_after():
                pass
        finally:
            await db.close()


async def test_a_killed_postgresql_loses_nothing(tmp_path: Path, template_url: str) -> None:
    await kill_postgresql(tmp_path, template_url, kills=KILLS)


@pytest.mark.slow
async def test_fifty_times_killed_postgresql_loses_nothing(
    tmp_path: Path, template_url: str
) -> None:
    await kill_postgresql(tmp_path, template_url, kills=KILLS_IN_FULL)
