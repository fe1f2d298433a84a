"""The client that phones and pages use (npm graphql-ws) follows a station over reconnects.

Once on a WebSocket of node's, and once behind a shim that has only what `wx.connectSocket` of
mini programs gives: `onOpen`, `onMessage`, `onClose`, `onError`, `send`, `close`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models import station
from tests.areas import GRID
from tests.conftest import Database
from tests.events import change
from tests.program import serving
from tests.sockets import plant_stations, station_id

ROOT = Path(__file__).parent.parent
CLIENT = ROOT / "tests" / "follow.js"
PACKAGES = ("graphql-ws@6.0.6", "ws@8.18.3", "graphql@16.11.0")
INSTALL_SECONDS = 60
CHANGES = 40
BREAK_AFTER = 7


@pytest.fixture(scope="module")
def modules() -> Path:
    """Give the folder of node packages with the client in it, or skip and say why."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are needed to run the client graphql-ws")
    folder = ROOT / "node_modules"
    if not all((folder / name / "package.json").exists() for name in ("graphql-ws", "ws")):
        install = [npm, "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
        try:
            subprocess.run(
                [*install, "--prefix", str(ROOT), *PACKAGES],
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as failed:
            pytest.skip(f"npm can't fetch the client graphql-ws here: {failed}")
    return folder


@contextmanager
def following(
    address: str, shape: str, *, thing: str, last: int, break_after: int, **environment: str
) -> Iterator["subprocess.Popen[str]"]:
    url = address.replace("http", "ws") + "/graphql"
    command = ["node", str(CLIENT), url, thing, str(last), str(break_after), shape]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("shape", ["browser", "wx"])
async def test_the_real_client_sees_every_change_once_and_in_order_over_reconnects(
    database: Database, redis_url: str, shape: str
) -> None:
    await plant_stations()
    with (
        serving(database_url=database.url, redis_url=redis_url) as address,
        following(
            address, shape, thing=station_id(1), last=CHANGES + 1, break_after=BREAK_AFTER
        ) as client,
    ):
        assert client.stdout
        assert client.stdout.readline() == "following\n"
        for version in range(2, CHANGES + 2):
            await change(1, version, area_code=GRID)
        said, errors = client.communicate(timeout=30)
        assert errors == ""
        told = json.loads(said)
    assert told["versions"] == list(range(2, CHANGES + 2))
    assert told["connections"] == 1 + (CHANGES - 1) // BREAK_AFTER
    station.forget()
