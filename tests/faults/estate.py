"""All that a city runs on, as processes of its own: both servers, two that serve, two that work.

What dies by itself in life is started again as in life: PostgreSQL and Valkey by their guardians,
a serving process by its parent. The server as a whole and a working process, which a machine's
own supervisor would start again, are started again here.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models import event
from tests import processes
from tests.databases import transplant
from tests.events import until
from tests.faults.relays import Relays, Started, stopped
from tests.processes import process_of
from tests.program import DATA_KEYS, SECRET, free_port

SERVING = 2
READY_SECONDS = 120.0
FROZEN_SECONDS = 4.0
LAST_LINES = 3


class Estate:
    """The processes on one data directory: to be hurt, and to `end`."""

    def __init__(self, run: processes.Run, *, template_url: str) -> None:
        servers = run.servers()
        self.database_url, self.redis_url = servers.database_url, servers.redis_url
        transplant(template_url, servers.database_url)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._directory = run.data_dir
        self._environment = os.environ | {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "JWT_SECRET": SECRET,
            "DATA_KEYS": DATA_KEYS,
            "RATE_LIMIT": "0",
            "WORKERS": str(SERVING),
            "PORT": str(port),
        }
        self.relays = Relays(run.data_dir, self._environment)
        self._ever: list[Started] = []
        self._server = self._start()

    def end(self) -> None:
        """Stop what serves and what works."""
        self._server.stop()
        self.relays.end()

    async def until_ready(self) -> None:
        """Wait until all that serve answer, and one of those that work gives positions."""
        await self.relays.holder()
        await until(lambda: asyncio.to_thread(self._serves), seconds=READY_SECONDS)

    def troubles(self) -> list[str]:
        """Give what any process said that nobody expects."""
        return [line for one in (*self._ever, *self.relays.ever) for line in one.troubles()]

    def last_words(self) -> list[str]:
        """Give the end of what each process said."""
        ever = (*self._ever, *self.relays.ever)
        return [f"{one.log.stem}: {line}" for one in ever for line in one.said()[-LAST_LINES:]]

    async def kill_serving_process(self) -> None:
        """Kill one of those that serve; its parent starts another."""
        os.kill(self._server.children()[0], signal.SIGKILL)

    async def kill_server(self) -> None:
        """Kill all that serve, the parent too, and start it again."""
        self._server.kill()
        self._server = self._start()

    async def kill_relay(self) -> None:
        """Kill the process that gives positions."""
        await self.relays.kill()

    async def kill_postgresql(self) -> None:
        """Kill PostgreSQL; its guardian starts it again."""
        os.kill(process_of(self._directory, "postgres"), signal.SIGKILL)

    async def kill_valkey(self) -> None:
        """Kill Valkey, which forgets everything; its guardian starts it again."""
        os.kill(process_of(self._directory, "valkey-server"), signal.SIGKILL)

    async def flush_valkey(self) -> None:
        """Let Valkey forget everything."""
        async with event.connect_redis(self.redis_url) as client:
            await client.flushall()

    async def freeze_valkey(self) -> None:
        """Let Valkey keep its connections and answer nothing for seconds."""
        with stopped(process_of(self._directory, "valkey-server")):
            await asyncio.sleep(FROZEN_SECONDS)

    def _start(self) -> Started:
        log = self._directory / f"serve-{len(self._ever)}.log"
        self._ever.append(Started("serve", log, self._environment))
        return self._ever[-1]

    def _serves(self) -> bool:
        assert self._server.process.poll() is None, self._server.log.read_text()
        try:
            answer = httpx.get(f"{self.address}/health/ready", timeout=1)
        except httpx.TransportError:
            return False
        return answer.is_success and len(self._server.children()) == SERVING


FAULTS = (
    Estate.kill_serving_process,
    Estate.kill_server,
    Estate.kill_relay,
    Estate.kill_postgresql,
    Estate.kill_valkey,
    Estate.flush_valkey,
    Estate.freeze_valkey,
)
"""Everything that can happen to it."""


@contextmanager
def estate(directory: Path, *, template_url: str) -> Iterator[Estate]:
    """Run everything on a directory, on a copy of a database, until the block ends."""
    with processes.running(directory) as run:
        one = Estate(run, template_url=template_url)
        try:
            yield one
        finally:
            one.end()
