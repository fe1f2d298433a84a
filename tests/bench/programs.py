"""Programs that serve, started for a measurement and ended after it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0
END_SECONDS = 20.0
POLL_SECONDS = 0.005
ANSWER_SECONDS = 10.0
JSON_TYPE = {"content-type": "application/json", "accept": "application/json"}


@dataclass(slots=True)
class Program:
    """A running program that answers on a port of loopback, and when it was started."""

    process: "subprocess.Popen[bytes]"
    port: int
    began: float

    def answer(self, body: bytes, **headers: str) -> bytes:
        """Give the answer to a body; raises OSError while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/graphql", body, JSON_TYPE | headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status == http.HTTPStatus.OK, (answer.status, content)
        return content

    def first_answer(self, body: bytes) -> tuple[bytes, float]:
        """Wait for the first answer; gives it with the seconds since the start."""
        deadline = self.began + START_SECONDS
        while True:
            try:
                return self.answer(body), time.perf_counter() - self.began
            except OSError:
                assert self.process.poll() is None, "The program ended before it answered."
                assert time.perf_counter() < deadline, "The program does not answer."
                time.sleep(POLL_SECONDS)

    def resident_megabytes(self) -> float:
        """Give how much memory it holds (VmRSS)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self) -> float:
        """Give how much of the processors' time it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Find a port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(
    *command: str, port: int, environment: Mapping[str, str], directory: Path = ROOT
) -> Iterator[Program]:
    """Run a program until the block ends; it leaves on SIGINT, as after Ctrl-C."""
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**_inherited(), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # A group of its own, so that what make starts gets the signal too.
        start_new_session=True,
    )
    try:
        yield Program(process, port, time.perf_counter())
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def python(*arguments: str) -> tuple[str, ...]:
    """Give the command of a module in this Python."""
    return (sys.executable, "-m", *arguments)


def _inherited() -> dict[str, str]:
    """Give this environment without the settings that a measurement makes itself."""
    ours = {"HOST", "PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "WORKERS", "RATE_LIMIT"}
    dropped = ours | {"JWT_SECRET", "PUBLIC_SCHEMA", "TRUSTED_DOCUMENTS", "MAKEFLAGS", "MAKELEVEL"}
    # As `make run` does: Python keeps what it compiled.
    dropped |= {"PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "LOG_LEVEL": "WARNING"}
