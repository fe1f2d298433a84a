"""The processes that work behind the API, of which one at a time gives events their positions."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from models import db
from models.errors import Unavailable
from tests.events import until
from tests.program import ROOT

WORKING = 2
HOLDER_SECONDS = 120.0
LEAVE_SECONDS = 8.0
SUPERVISE_SECONDS = 0.5
PAUSED_SECONDS = 4.5
"""Longer than a lease lasts and another process needs to ask for it."""
# Notes and warnings are expected, and what one says that begins while PostgreSQL is away; errors,
# tracebacks and what the libraries say are not.
EXPECTED = (
    '"level": "info"',
    '"level": "warning"',
    "The database does not answer",
    "DETAIL:  Consistent recovery state",
)


class Started:
    """A process of the program, and what it has said."""

    def __init__(self, command: str, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", command],
                cwd=ROOT,
                env=environment,
                stdout=said,
                stderr=said,
            )

    def kill(self) -> None:
        """End it as nothing can be prepared for, with its children."""
        for number in (self.process.pid, *self.children()):
            os.kill(number, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def troubles(self) -> list[str]:
        """Give the lines that nobody expects, whatever is killed around it."""
        return [line for line in self.said() if not any(level in line for level in EXPECTED)]

    def said(self) -> list[str]:
        """Give the lines that it has written."""
        return self.log.read_text().splitlines()

    def children(self) -> list[int]:
        """Give the ids of the processes that it has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]


class Relays:
    """Working processes; what they say stands in `directory`."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.ever: list[Started] = []
        self._directory = directory
        self._environment = environment
        self._working = [self._start() for _ in range(WORKING)]

    @asynccontextmanager
    async def supervised(self) -> AsyncIterator[None]:
        """Start again, for the length of the block, what leaves by itself.

        One that finds no database to begin with does.
        """
        supervising = asyncio.create_task(self._supervise())
        try:
            yield
        finally:
            supervising.cancel()

    def end(self) -> None:
        """Stop them."""
        for one in self._working:
            one.stop()

    async def kill(self) -> None:
        """Kill the one that gives positions; the other takes over, and a new one waits."""
        holder = await self.holder()
        holder.kill()
        self._working.remove(holder)
        self._working.append(self._start())

    async def pause(self) -> None:
        """Let the one that gives positions sleep until another has its lease, then wake it."""
        holder = await self.holder()
        with stopped(holder.process.pid):
            await asyncio.sleep(PAUSED_SECONDS)

    async def expire(self) -> None:
        """End the lease under the one that holds it: for a second two believe to have it."""
        await self.holder()
        with suppress(Unavailable):
            await db.execute("UPDATE lease SET until = now() WHERE name = 'relay'")

    async def holder(self) -> Started:
        """Wait until one gives positions; give it."""
        found: list[Started] = []

        async def is_found() -> bool:
            with suppress(Unavailable):
                rows = await db.fetch(_HOLDER)
                # Each writes the name by which it holds the lease.
                names = [row["holder"] for row in rows]
                found[:] = [
                    one for one in self._working for name in names if name in one.log.read_text()
                ]
            return bool(found)

        await until(is_found, seconds=HOLDER_SECONDS)
        return found[0]

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(SUPERVISE_SECONDS)
            for place, one in enumerate(self._working):
                if one.process.poll() is not None:
                    self._working[place] = self._start()

    def _start(self) -> Started:
        log = self._directory / f"work-{len(self.ever)}.log"
        self.ever.append(Started("work", log, self._environment))
        return self.ever[-1]


_HOLDER = "SELECT holder FROM lease WHERE name = 'relay' AND until > now()"


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """Let a process do nothing at all until the block ends."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
