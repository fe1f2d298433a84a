"""What happens by itself: one process at a time, and on it goes where one ends."""

import asyncio
import os
import subprocess
import sys

from api.jobs import JOBS, Job, Jobs
from models import db
from models.event import lease
from models.points import seal
from tests import points
from tests.conftest import Database
from tests.events import until
from tests.program import DATA_KEYS, ROOT, SECRET


async def test_a_job_is_done_to_the_end_by_one_of_many(database: Database) -> None:
    parts = [3, 2, 1]

    async def step() -> int:
        return parts.pop(0) if parts else 0

    job = Job("count", 60.0, step)
    done = await asyncio.gather(*(Jobs((job,)).do(job) for _ in range(3)))
    assert sum(done) == 3 + 2 + 1
    assert await db.fetch("SELECT name FROM lease") == []


async def test_whoever_finds_a_job_taken_leaves_it(database: Database) -> None:
    async def step() -> int:
        raise AssertionError("somebody else does it")

    job = Job("taken", 60.0, step)
    assert await lease.hold("taken", holder="somebody")
    assert await Jobs((job,)).do(job) == 0


async def test_a_working_process_seals_expires_and_grants(database: Database) -> None:
    await points.plant()
    person = await points.resident()
    jobs = Jobs(job._replace(seconds=0.02) for job in JOBS)
    jobs.start()
    try:
        await until(lambda: db.fetch("SELECT FROM sealed"))
    finally:
        await jobs.stop()
    assert (await points.account(person))["merit"] == 300
    assert await seal() == 0


async def test_the_command_names_what_is_wrong_and_fails(database: Database) -> None:
    programme = await points.plant()
    person = await points.resident()
    found = await _audited(database.url)
    assert found == (0, "The ledger is clean: 0 transactions, 0 entries, 0 seals.\n")
    await db.execute(
        "INSERT INTO account (programme_id, kind, person_id, points) VALUES ($1, 'PERSON', $2, 7)",
        programme,
        person,
    )
    code, said = await _audited(database.url)
    assert code == 1
    assert "account 3: merit 0, points 7, debt 0; entries say 0, 0, 0" in said


async def _audited(url: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api",
        "audit",
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "JWT_SECRET": SECRET, "DATA_KEYS": DATA_KEYS},
        stdout=subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
