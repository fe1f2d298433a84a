"""The program itself as a process: `python -m api …` on a port of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
READY_SECONDS = 20.0
LEAVE_SECONDS = 10.0
START_SECONDS = 60.0
SECRET = "a secret of forty characters for the tests"  # noqa: S105
DATA_KEYS = f"k1:{b64encode(b'1' * 32).decode()},index:{b64encode(b'i' * 32).decode()}"


def free_port() -> int:
    """Give a port of the loopback that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(*, database_url: str, redis_url: str | None = None, **more: str) -> Iterator[str]:
    """Run `serve` on these servers until the block ends; gives its address."""
    port = free_port()
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url or "",
        "JWT_SECRET": SECRET,
        "DATA_KEYS": DATA_KEYS,
        "PUBLIC_SCHEMA": "1",
        "DEV_SIGN_IN": "1",
        "PORT": str(port),
        **more,
    }
    command = [sys.executable, "-m", "api", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(LEAVE_SECONDS)


@contextmanager
def working(*, database_url: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `work` on this database, without Redis, until the block ends; kills it then."""
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "JWT_SECRET": SECRET,
        "DATA_KEYS": DATA_KEYS,
        **more,
    }
    command = [sys.executable, "-m", "api", "work"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process does, which may have to start first."""
    async with asyncio.timeout(START_SECONDS):
        while not await holds():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


def wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Poll until the program says that it is ready; fails when it has left."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the program left"
        try:
            if httpx.get(f"{address}/health/ready").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise TimeoutError("the program is not ready")
