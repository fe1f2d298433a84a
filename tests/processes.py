"""Real processes for tests: start the program that runs the servers, find what it started."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.stack import Servers

ROOT = Path(__file__).parents[1]
DEADLINE_SECONDS = 20.0


class Run:
    """The program stack_run.py on a data directory."""

    def __init__(
        self,
        data_dir: Path,
        *before: str,
        user: int | None = None,
        python: str = sys.executable,
        after: Sequence[str] = (),
    ) -> None:
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [*before, python, "-m", "tests.stack_run", str(data_dir), *after],
            cwd=ROOT,
            # Another Python than the environment's finds the packages here.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )

    def servers(self) -> Servers:
        assert self.process.stdout
        line = self.process.stdout.readline()
        return Servers(**json.loads(line or "{}"))

    def end(self, *numbers: signal.Signals) -> tuple[int, str]:
        """Send the signals, wait, and give the exit code and what was said on stderr."""
        for number in numbers:
            self.process.send_signal(number)
        _, said = self.process.communicate(timeout=DEADLINE_SECONDS)
        return self.process.returncode, said


@contextmanager
def running(
    data_dir: Path,
    *before: str,
    user: int | None = None,
    python: str = sys.executable,
    after: Sequence[str] = (),
) -> Iterator[Run]:
    run = Run(data_dir, *before, user=user, python=python, after=after)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.communicate()
        wait_until(lambda: not processes_of(data_dir))


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def processes_of(data_dir: Path) -> dict[int, str]:
    """Find every process that has the directory in its command line, surroundings or place."""
    wanted = str(data_dir).encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            traces = (
                command,
                (entry / "environ").read_bytes(),
                os.readlink(entry / "cwd").encode(),
            )
        except OSError:
            continue
        if any(wanted in trace for trace in traces):
            found[int(entry.name)] = command.replace(b"\0", b" ").decode()
    return found


def process_of(data_dir: Path, program: str) -> int:
    """Give the server's own process."""
    (number,) = [
        number
        for number, command in processes_of(data_dir).items()
        if command.split(" ", 1)[0].endswith(f"/{program}")
    ]
    return number


def pythons() -> list[str]:
    """Name this Python and the machine's own of the same version."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"]


def may_be_run_by_others(path: str) -> bool:
    """Say whether others may go down to the real place of `path` and read it."""
    place = Path(path).resolve()
    return place.exists() and all(
        one.stat().st_mode & 0o005 == 0o005 for one in (place, *place.parents) if one != place
    )
