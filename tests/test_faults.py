"""Whatever is killed, flushed or frozen under load: nothing is lost, nothing is done twice, and
who watches sees how it ends, without a gap.

Real processes: PostgreSQL, Valkey, a server of two processes, and two that work behind it. A
failure shows its seed; with FAULT_SEED=… the same choices are made again.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from models import db
from tests.databases import Databases, url_of
from tests.faults import load
from tests.faults.estate import FAULTS, Estate, estate
from tests.faults.load import People
from tests.faults.scene import scene

TICKETS, TICKETS_IN_FULL = 40, 200
FAULTS_IN_FULL = 30


@pytest.fixture(scope="module")
def city(databases: Databases, template: str) -> Iterator[Estate]:
    # A socket's path is short.
    directory = Path(tempfile.mkdtemp(prefix="wangge-faults-"))
    url = url_of(databases.servers.database_url, template)
    with estate(directory, template_url=url) as one:
        yield one
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def people(city: Estate) -> People:
    async def write() -> People:
        await db.connect(city.database_url)
        try:
            return await load.people()
        finally:
            await db.close()

    return asyncio.run(write())


@pytest.fixture(autouse=True)
async def connected(city: Estate, people: People) -> AsyncIterator[None]:
    await db.connect(city.database_url)
    await city.until_ready()
    yield
    await db.close()


async def test_one_fault_of_each_kind_loses_nothing_and_doubles_nothing(
    city: Estate, people: People
) -> None:
    async with scene(city, people, tickets=TICKETS) as one:
        for fault in one.chance.sample(FAULTS, len(FAULTS)):
            await one.load.until_answered(one.chance.randint(5, 25))
            await one.hurt(fault)


@pytest.mark.slow
async def test_thirty_faults_at_random_moments_lose_nothing_and_double_nothing(
    city: Estate, people: People
) -> None:
    async with scene(city, people, tickets=TICKETS_IN_FULL) as one:
        for _ in range(FAULTS_IN_FULL):
            await asyncio.sleep(one.chance.uniform(0, 2))
            await one.hurt(one.chance.choice(FAULTS))
