"""What happens by itself: jobs that one process at a time does, whichever it is.

A job is taken by a lease in PostgreSQL (models/event/lease.py), done step by step until nothing
is left, and given back, so that the work goes on where a process ends. Two processes that both
believe to hold a lease for a moment do no harm: each step locks what it changes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import NamedTuple
from uuid import uuid4

import structlog

from models import file, points, reward, station, tasks, wish
from models.errors import Unavailable
from models.event import Backoff, lease

STEP_SECONDS_MOST = 60.0
STOP_SECONDS = 2.0

log = structlog.get_logger()


class Job(NamedTuple):
    """Something to do again and again; `step` does a part and gives how much, 0 for nothing."""

    name: str
    seconds: float
    step: Callable[[], Awaitable[int]]


JOBS = (
    Job("file sweep", 600.0, file.sweep),
    Job("station closing", 5.0, station.end_visits),
    Job("station occupancy", 0.4, station.tell),
    Job("station visits", 3_600.0, station.forget_visits),
    Job("points seal", 1.0, points.seal),
    Job("points expiry", 60.0, points.expire),
    Job("voucher expiry", 5.0, reward.expire_vouchers),
    Job("points budgets", 600.0, reward.tell_budgets),
    Job("points boards", 600.0, points.freeze_boards),
    Job("points notice", 600.0, points.finish_boards),
    Job("points year", 3_600.0, points.grant_this_year),
    Job("wish clock", 5.0, wish.end_states),
    Job("resource closing", 600.0, wish.close_due),
)


class Jobs:
    """The jobs of a process; `start` them, `stop` them."""

    def __init__(self, jobs: Iterable[Job] = JOBS) -> None:
        self.holder = uuid4().hex
        self._jobs = tuple(jobs)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to work, or to stand by, until `stop`."""
        assert not self._tasks, "jobs are started once"
        self._tasks = [
            asyncio.create_task(self._keep_at(job), name=f"job {job.name}") for job in self._jobs
        ]

    async def stop(self) -> None:
        """Stop, and give every lease back."""
        running, self._tasks = self._tasks, []
        await tasks.end(running)
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                for job in self._jobs:
                    await lease.release(job.name, holder=self.holder)

    async def _keep_at(self, job: Job) -> None:
        backoff = Backoff()
        while True:
            try:
                await self.do(job)
            except Unavailable as lost:
                if backoff.is_first:
                    log.warning("job_interrupted", job=job.name, reason=str(lost))
                await backoff.wait()
            except Exception:
                log.exception("job_failed", job=job.name)
                await backoff.wait()
            else:
                backoff.reset()
                await asyncio.sleep(job.seconds)

    async def do(self, job: Job) -> int:
        """Do a job until nothing is left of it, unless somebody else does; give how much."""
        done = 0
        while await lease.hold(job.name, holder=self.holder, seconds=STEP_SECONDS_MOST):
            part = await job.step()
            if part == 0:
                break
            done += part
        await lease.release(job.name, holder=self.holder)
        return done
