"""A guardian keeps one server running, in a thread of its own, until it is told to stop.

The thread starts the server itself and lives as long as it: the kernel ties a child's death to
the thread that made it. The process's signals are none of its business.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from api.stack.errors import StackError

LAUNCHER = Path(__file__).with_name("launch.py")
START_SECONDS = 60.0
POLL_SECONDS = 0.005
# A server that dies at once is not started again at once.
PAUSE_FIRST_SECONDS = 0.05
PAUSE_MOST_SECONDS = 5.0
STEADY_SECONDS = 10.0
LOG_BYTES_MOST = 10_000_000
LOG_TAIL_BYTES = 2_000

Stops: TypeAlias = tuple[tuple[signal.Signals, float], ...]


class Server(Protocol):
    """What a guardian has to know of a server."""

    name: str
    command: tuple[str, ...]
    owned: tuple[Path, ...]
    log_path: Path
    death_signal: signal.Signals
    # How to stop it: ever harder signals, each with the seconds that it is given.
    stops: Stops

    def prepare(self) -> None:
        """Clear away what an earlier run left; raises StackError."""

    def is_ready(self, process: int) -> bool:
        """Say whether the server that runs as `process` answers."""


class Guardian:
    """Starts a server, starts it again when it dies, and stops it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._is_stopping = threading.Event()
        self._was_ready = threading.Event()
        self._error: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(
            target=self._guard, name=f"{server.name} guardian", daemon=True
        )

    def start(self) -> None:
        """Start the server; does not wait for it."""
        self._thread.start()

    def wait_until_ready(self) -> None:
        """Wait until the server answers; raises StackError with the end of its log."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._error or time.monotonic() > deadline:
                raise StackError(self._failure())
            time.sleep(POLL_SECONDS)
        self._was_ready.set()

    def ask_to_stop(self) -> None:
        """Send the first stop signal; does not wait."""
        with self._lock:
            self._is_stopping.set()
        self._signal(self._server.stops[0][0])

    def wait_until_stopped(self, *, hurry: bool = False) -> None:
        """Wait until the server is gone; the signals become harder, at once with `hurry`."""
        for number, seconds in self._server.stops[1 if hurry else 0 :]:
            if not self._thread.is_alive():
                return
            self._signal(number)
            self._thread.join(seconds)

    def _guard(self) -> None:
        pause = PAUSE_FIRST_SECONDS
        while not self._is_stopping.is_set():
            began = time.monotonic()
            reason = self._run_once()
            if self._is_stopping.is_set():
                return
            if not self._was_ready.is_set():
                self._error = reason
                return
            self._tell(reason)
            is_steady = time.monotonic() - began > STEADY_SECONDS
            pause = PAUSE_FIRST_SECONDS if is_steady else min(pause * 2, PAUSE_MOST_SECONDS)
            self._is_stopping.wait(pause)

    def _run_once(self) -> str:
        """Run the server until it ends; gives the reason."""
        try:
            self._server.prepare()
            with self._lock:
                if self._is_stopping.is_set():
                    return "stopped"
                self._process = launch(self._server)
        except (OSError, StackError) as error:
            return str(error)
        return f"it ended with code {self._process.wait()}"

    def _answers(self) -> bool:
        process = self._process
        return process is not None and self._server.is_ready(process.pid)

    def _signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None:
            process.send_signal(number)

    def _tell(self, reason: str) -> None:
        # Takes a third of a second to import, and no server may ever die.
        import structlog

        structlog.get_logger().warning("server_died", server=self._server.name, reason=reason)

    def _failure(self) -> str:
        reason = self._error or f"it did not answer within {START_SECONDS:.0f} s"
        return f"{self._server.name} can't start: {reason}.\n{tail(self._server.log_path)}"


@contextmanager
def guarded(guardians: Sequence[Guardian]) -> Iterator[None]:
    """Run the servers of all `guardians` for the length of the block; raises StackError."""
    try:
        for guardian in guardians:
            guardian.start()
        for guardian in guardians:
            guardian.wait_until_ready()
        yield
    finally:
        _stop(guardians)


def _stop(guardians: Sequence[Guardian]) -> None:
    """Stop them side by side; whoever is interrupted while waiting stops them harder."""
    try:
        for guardian in guardians:
            guardian.ask_to_stop()
        for guardian in guardians:
            guardian.wait_until_stopped()
    except BaseException:
        for guardian in guardians:
            guardian.ask_to_stop()
        for guardian in guardians:
            guardian.wait_until_stopped(hurry=True)
        raise


def launch(server: Server) -> subprocess.Popen[bytes]:
    """Start the server by the launcher."""
    turn_over(server.log_path)
    with server.log_path.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - every word of it is our own
            launching(server.command, owned=server.owned, death_signal=server.death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=server.owned[0],
            env=environment(),
            start_new_session=True,
        )


def launching(
    command: Sequence[str], *, owned: Sequence[Path], death_signal: signal.Signals
) -> list[str]:
    """Give the whole command line that runs `command` by the launcher."""
    head = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())]
    paths = [str(path) for path in owned]
    return [*head, str(int(death_signal)), str(len(paths)), *paths, *command]


def environment() -> dict[str, str]:
    """Give this process's environment without what would steer a server from outside."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def turn_over(path: Path) -> None:
    """Begin a new log when the old one has grown beyond its limit; keep the last one."""
    if path.exists() and path.stat().st_size > LOG_BYTES_MOST:
        path.replace(path.with_suffix(".log.1"))


def tail(path: Path) -> str:
    """Give the end of a log."""
    try:
        return path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
    except FileNotFoundError:
        return ""
