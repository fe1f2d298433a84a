"""How long a person waits: for the first answer, and for the city to be loaded."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from tortoise.context import TortoiseContext

from api.city.load import load
from api.stack import Servers
from models import db
from tests.bench.programs import ROOT, free_port, python, running
from tests.bench.question import STATIONS, Place, meaning
from tests.databases import url_of

CENTRE = Place(120.28, 31.9)
"""A place in the middle of the city, with stations around it."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Seconds from `run` to the first correct answer: on no data, and on what is there."""

    first: float
    second: float


def measure(data_dir: Path) -> Starts:
    """Run twice on a data directory, which is empty before and has the city after."""
    return Starts(_seconds_of_run(data_dir), _seconds_of_run(data_dir))


def _seconds_of_run(data_dir: Path) -> float:
    port = free_port()
    settings = {"PORT": str(port), "DATA_DIR": str(data_dir)}
    with running(*python("api", "run"), port=port, environment=settings) as program:
        answer, seconds = program.first_answer(CENTRE.body())
        assert len(meaning(answer)) == STATIONS
    return seconds


def fresh_clone(directory: Path) -> float:
    """Clone what is committed, `make run` there, and give the seconds to the first answer.

    The environment is made anew; packages come from the package manager's cache, if it has them.
    """
    clone, port = directory / "clone", free_port()
    git = ("git", "clone", "--quiet", str(ROOT), str(clone))
    began = time.perf_counter()
    subprocess.run(git, check=True)
    command = ("make", "run", f"PORT={port}", f"DATA_DIR={directory / 'fresh'}")
    with running(*command, port=port, environment={}, directory=clone) as program:
        answer, _ = program.first_answer(CENTRE.body())
        seconds = time.perf_counter() - began
        assert len(meaning(answer)) == STATIONS
    return seconds


def loading(servers: Servers) -> float:
    """Load the standard city into a database of its own; gives the seconds, without migrating."""
    return asyncio.run(_loading(servers))


async def _loading(servers: Servers) -> float:
    async with made_database(servers, "wangge_bench") as url:
        async with TortoiseContext():
            await db.migrate(url)
        began = time.perf_counter()
        await load(url)
        return time.perf_counter() - began


@asynccontextmanager
async def made_database(servers: Servers, name: str) -> AsyncIterator[str]:
    """Give the URL of an empty database, which is dropped at the end."""
    await _admin(servers, f'CREATE DATABASE "{name}" OWNER wangge')
    try:
        yield url_of(servers.database_url, name)
    finally:
        await _admin(servers, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _admin(servers: Servers, sql: str) -> None:
    connection = await asyncpg.connect(servers.admin_url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
