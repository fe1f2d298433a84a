"""One set of servers for all processes of a test run: the first that needs it starts it.

Whoever uses it holds a shared lock. A keeper of its own (this file as a program) runs the servers
until nobody holds that lock any more, so that a killed test run leaves nothing behind either.
With DATABASE_URL and REDIS_URL set the servers there are used instead.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from api.stack import Servers, embedded

START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02


def make_directory() -> Path:
    """Make the directory that the processes of this run share."""
    return Path(tempfile.mkdtemp(prefix="wangge-test-"))


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Let one process at a time into the block."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def using(directory: Path) -> Iterator[None]:
    """Keep the servers running for the length of the block, once somebody has started them."""
    with (directory / "users").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def servers(directory: Path) -> Servers:
    """Give the servers, starting them if nobody has; the caller is `using` the directory."""
    written = directory / "servers.json"
    with exclusive(directory / "start"):
        if not written.exists():
            _start_keeper(directory, written)
    return Servers(**json.loads(written.read_text()))


def clean_up(directory: Path) -> None:
    """Wait until the servers are gone, after the last user has left, and remove the directory."""
    with exclusive(directory / "users"):
        # The keeper, too, needs this lock to stop; it removes the directory before it ends.
        is_kept = (directory / "servers.json").exists()
    deadline = time.monotonic() + STOP_SECONDS
    while is_kept and directory.exists() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    shutil.rmtree(directory, ignore_errors=True)


def _start_keeper(directory: Path, written: Path) -> None:
    with (directory / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.shared", str(directory)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not written.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((directory / "keeper.log").read_text())
        time.sleep(POLL_SECONDS)
    keeper.returncode = 0  # It outlives this process on purpose; nobody waits for it here.


def _keep(directory: Path) -> None:
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    with embedded(
        directory / "data", database_url=database_url, redis_url=redis_url, durable=False
    ) as servers:
        unfinished = directory / "servers.json.new"
        unfinished.write_text(json.dumps(asdict(servers)))
        unfinished.rename(directory / "servers.json")
        with exclusive(directory / "users"):
            pass
        if database_url:
            # Somebody else's server does not go away with what is in it.
            from tests.databases import Databases

            Databases.of(servers, directory=directory, worker="keeper").drop_all()
    shutil.rmtree(directory)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
