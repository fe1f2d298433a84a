"""The program as its users start it, with its process in hand and what it says on stderr."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.processes import wait_until
from tests.program import DATA_KEYS, ROOT, SECRET, free_port

START_SECONDS = 60.0
LEAVE_SECONDS = 5.0
POINT = {"longitude": 120.275, "latitude": 31.91}
NEAR = """query ($near: PointInput!) {
  stationsNear(near: $near, first: 3) { edges { distanceMeters node { id name } } }
}"""
SIGN_IN = """mutation ($code: String!) {
  sessionStart(input: {code: $code}) { session { accessToken } userErrors { code } }
}"""
GRAPHQL = "application/graphql-response+json"


class Program:
    """A started `python -m api COMMAND`."""

    def __init__(
        self, command: str, errors: Path, before: Sequence[str], **environment: str | None
    ) -> None:
        self.port = int(environment.get("PORT") or free_port())
        self.address = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.address, timeout=LEAVE_SECONDS)
        self._errors = errors
        given = {
            "JWT_SECRET": SECRET,
            "DATA_KEYS": DATA_KEYS,
            "PUBLIC_SCHEMA": "1",
            "DEV_SIGN_IN": "1",
            "PORT": str(self.port),
            **environment,
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with errors.open("ab") as said:
            self.process = subprocess.Popen(
                [*before, sys.executable, "-m", "api", command],
                cwd=ROOT,
                env=kept | {name: value for name, value in given.items() if value is not None},
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    @property
    def said(self) -> str:
        """What the program has written to stderr so far."""
        return self._errors.read_text()

    def ready(self) -> "Program":
        """Wait until it answers; a first run makes the city before."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said
            try:
                if self.client.get("/health/ready").is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.02)
        raise TimeoutError(self.said)

    def left(self, *numbers: signal.Signals) -> int:
        """Send signals, and give the exit code that must come in time."""
        for number in numbers:
            self.process.send_signal(number)
        return self.process.wait(LEAVE_SECONDS)

    def workers(self) -> list[int]:
        """Give the ids of its child processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def ask(
        self, query: str, variables: dict[str, Any] | None = None, /, **headers: str
    ) -> httpx.Response:
        """Ask `/graphql` by POST."""
        return self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"accept": GRAPHQL, **headers},
        )

    def names_near(self) -> list[str]:
        """Ask for the nearest stations; there must be some."""
        answer = self.ask(NEAR, {"near": POINT})
        assert answer.status_code == 200, answer.text
        edges = answer.json()["data"]["stationsNear"]["edges"]
        assert edges
        return [edge["node"]["name"] for edge in edges]

    def token(self, code: str = "dev:resident") -> str:
        """Sign in."""
        session = self.ask(SIGN_IN, {"code": code}).json()["data"]["sessionStart"]["session"]
        return str(session["accessToken"])


@contextmanager
def program(
    errors: Path,
    command: str = "serve",
    before: Sequence[str] = (),
    /,
    **environment: str | None,
) -> Iterator[Program]:
    """Start the program and end it with the block, whatever happens in it."""
    started = Program(command, errors, before, **environment)
    try:
        yield started
    finally:
        started.client.close()
        started.process.terminate()
        try:
            started.process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            started.process.kill()
            started.process.wait()


def is_running(number: int) -> bool:
    """Say whether a process lives; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(numbers: Sequence[int]) -> None:
    """Wait until none of the processes lives."""
    wait_until(lambda: not any(map(is_running, numbers)))
