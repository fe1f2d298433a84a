"""Serving processes: starting, refusing to start, workers, signals, news between them."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest

from models import area, db, event
from models.area import AreaKind, Part
from models.event import Topic
from tests import areas
from tests.conftest import Database
from tests.databases import Databases
from tests.processes import wait_until
from tests.server import POINT, SIGN_IN, Program, is_running, program, wait_until_gone

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Runs its arguments with the three signals ignored, as nohup and some supervisors do.
IGNORING = (
    sys.executable,
    "-c",
    "import os, signal, sys\n"
    "for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(n, signal.SIG_IGN)\n"
    "os.execv(sys.argv[1], sys.argv[1:])",
)
ONE_BYTE = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{"


@pytest.fixture(scope="module")
def city_database(databases: Databases, city_template: str) -> Iterator[str]:
    with databases.copy(city_template) as url:
        yield url


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    return tmp_path / "stderr"


# Signals


@pytest.mark.parametrize(
    ("number", "before"),
    [(signal.SIGINT, ()), *((number, IGNORING) for number in SIGNALS)],
    ids=["plain", "interrupt", "terminate", "hang up"],
)
def test_every_signal_ends_it_well(
    city_database: str, errors: Path, number: signal.Signals, before: tuple[str, ...]
) -> None:
    with program(errors, "serve", before, DATABASE_URL=city_database) as one:
        one.ready()
        assert one.left(number) == 0
        assert troubles(one) == []


def test_a_request_that_hangs_keeps_nobody_from_leaving(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database) as one:
        one.ready()
        with socket.create_connection(("127.0.0.1", one.port)) as client:
            client.sendall(ONE_BYTE)
            assert one.client.get("/health/live").is_success
            assert one.left(signal.SIGTERM) == 0


def test_two_signals_end_it_as_well_as_one(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database) as one:
        one.ready()
        assert one.left(signal.SIGINT, signal.SIGINT) == 0


def test_a_signal_while_it_starts_ends_it_well(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database) as one:
        # Python itself handles SIGINT alone: with SIGTERM handled, the program has begun.
        wait_until(lambda: handles(one.process.pid, signal.SIGTERM))
        assert one.left(signal.SIGINT) == 0
        assert troubles(one) == []


def troubles(one: Program) -> list[str]:
    """Give what the program said beyond telling how it goes."""
    return [line for line in one.said.splitlines() if '"level": "info"' not in line]


def test_a_signal_before_it_starts_ends_it_without_a_word(
    city_database: str, errors: Path
) -> None:
    with program(errors, DATABASE_URL=city_database) as one:
        # The kernel starts Python, Python takes SIGINT for itself, and we give it back.
        wait_until(lambda: handles(one.process.pid, signal.SIGINT))
        wait_until(lambda: not handles(one.process.pid, signal.SIGINT))
        assert one.left(signal.SIGINT) == -signal.SIGINT
        assert one.said == ""


def handles(process: int, number: signal.Signals) -> bool:
    """Say whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


# Refusing to start


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": None}, "DATABASE_URL: must be set for this command"),
        ({"JWT_SECRET": None}, "JWT_SECRET: must be set when the servers are your own"),
        ({"JWT_SECRET": "short"}, "JWT_SECRET: Expected at least 32 characters"),
        ({"PORT": "99999"}, "PORT: Expected `int` <= 65535"),
        ({"WORKERS": "none"}, "WORKERS: Expected `int`"),
        (
            {"WECHAT_APP_ID": "wx0", "WECHAT_APP_SECRET": "s"},
            "DEV_SIGN_IN=1 is refused once WECHAT_APP_ID is set",
        ),
        ({"TRUSTED_DOCUMENTS": "/nowhere"}, "TRUSTED_DOCUMENTS: there is no file /nowhere"),
        ({"DATABASE_URL": "postgresql:///x?host=/nowhere"}, "The database does not answer"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: "),
        ({"REDIS_URL": "http://x"}, "REDIS_URL: "),
        ({"HOST": "203.0.113.1"}, "203.0.113.1"),
    ],
    ids=str,
)
def test_what_can_be_mended_is_said_in_one_sentence(
    city_database: str, errors: Path, environment: dict[str, str | None], sentence: str
) -> None:
    given: dict[str, str | None] = {"DATABASE_URL": city_database, **environment}
    with program(errors, "serve", (), **given) as one:
        assert one.process.wait(10) == 1
        (line,) = one.said.splitlines()
        assert sentence in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_said_in_one_sentence(
    city_database: str, errors: Path, workers: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with program(errors, DATABASE_URL=city_database, PORT=port, WORKERS=workers) as one:
            assert one.process.wait(10) == 1
            assert one.said == f"127.0.0.1:{port} can't be listened on: Address already in use.\n"


def test_a_database_without_tables_is_said_in_one_sentence(
    database_url: str, databases: Databases, errors: Path
) -> None:
    with program(errors, DATABASE_URL=databases.servers.admin_url) as one:
        assert one.process.wait(10) == 1
        (line,) = one.said.splitlines()
        assert "python -m api migrate" in line


# Workers


@pytest.fixture(scope="module")
def two(city_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    errors = tmp_path_factory.mktemp("two") / "stderr"
    with program(errors, DATABASE_URL=city_database, WORKERS="2") as started:
        yield started.ready()


def test_two_workers_serve_and_one_that_is_killed_is_started_again(two: Program) -> None:
    wait_until(lambda: len(two.workers()) == 2)
    first, second = two.workers()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_running(first))
    # A new connection: one that is kept may be to the worker that is gone.
    answer = httpx.post(f"{two.address}/graphql", json={"query": "{ __typename }"})
    assert answer.status_code == 200
    wait_until(lambda: len(two.workers()) == 2 and first not in two.workers())
    assert second in two.workers()
    assert two.names_near()


def test_a_signal_ends_all_workers(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database, WORKERS="2") as one:
        one.ready()
        workers = one.workers()
        assert len(workers) == 2
        assert one.left(signal.SIGTERM) == 0
        assert not any(map(is_running, workers))
        assert troubles(one) == []


def test_workers_do_not_outlive_a_killed_parent(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database, WORKERS="2") as one:
        one.ready()
        workers = one.workers()
        assert len(workers) == 2
        one.process.kill()
        wait_until_gone(workers)


def test_workers_do_not_outlive_a_parent_that_is_killed_while_they_begin(
    city_database: str, errors: Path
) -> None:
    with program(errors, DATABASE_URL=city_database, WORKERS="2") as one:
        wait_until(lambda: len(one.workers()) == 2)
        workers = one.workers()
        one.process.kill()
        wait_until_gone(workers)


# More than one process, and less than two servers


async def change_name(key: int, name: str) -> None:
    """Change a station as whoever edits it does."""
    async with db.transaction() as connection:
        row = await connection.fetchrow(
            "UPDATE station SET name = $2, version = version + 1 WHERE id = $1"
            " RETURNING area_code, version",
            key,
            name,
        )
        assert row
        await event.record(
            connection,
            topic=Topic.STATION,
            thing_id=key,
            area_code=row["area_code"],
            version=row["version"],
            kind="CHANGED",
            actor_id=None,
            facts={},
        )


GRIDS_NEAR = "query ($near: PointInput!) { stationsNear(near: $near) { nodes { grid { code } } } }"


async def merge_grids(code: str) -> str:
    """Merge a grid with its neighbour as an administrator does; give the new code."""
    row = await db.fetch_one(
        "SELECT code FROM area WHERE parent_code = $1 AND code <> $2 AND valid_to IS NULL",
        code[:-2],
        code,
    )
    assert row
    admin = await areas.appoint("ADMIN", code[:6])
    new = Part(name="合并网格", party_organisation="党支部", kind=AreaKind.GENERAL)
    return (await area.merge([code, row["code"]], actor_id=admin, part=new, key="k")).code


def first_grid(one: Program) -> str:
    """Give the grid of the nearest station."""
    nodes = one.ask(GRIDS_NEAR, {"near": POINT}).json()["data"]["stationsNear"]["nodes"]
    return str(nodes[0]["grid"]["code"])


@pytest.mark.parametrize("has_redis", [True, False], ids=["valkey", "without valkey"])
async def test_what_is_changed_reaches_every_process_within_a_second(
    city: Database, redis_url: str, tmp_path: Path, has_redis: bool
) -> None:
    given = {"DATABASE_URL": city.url, "REDIS_URL": redis_url if has_redis else None}
    with (
        program(tmp_path / "a", "serve", (), **given) as one,
        program(tmp_path / "b", "serve", (), **given) as other,
    ):
        for each in (one, other):
            await anyio.to_thread.run_sync(each.ready)
        nearest = await anyio.to_thread.run_sync(one.names_near)
        row = await db.fetch_one("SELECT id FROM station WHERE name = $1", nearest[0])
        assert row
        seconds = []
        # A busy machine may hold up one of them, not each.
        for number in range(3):
            await change_name(row["id"], f"第{number}次改名的驿站")
            began = time.monotonic()
            for each in (one, other):
                while (await anyio.to_thread.run_sync(each.names_near))[0][1] != str(number):
                    assert time.monotonic() - began < 10
                    await anyio.sleep(0.01)
            seconds.append(time.monotonic() - began)
        assert min(seconds) < 1.0
        merged = await merge_grids(await anyio.to_thread.run_sync(first_grid, one))
        began = time.monotonic()
        for each in (one, other):
            while await anyio.to_thread.run_sync(first_grid, each) != merged:
                assert time.monotonic() - began < 10
                await anyio.sleep(0.01)


def test_without_valkey_everything_works(city_database: str, errors: Path) -> None:
    away = "redis://127.0.0.1:1/0"
    with program(errors, DATABASE_URL=city_database, REDIS_URL=away) as one:
        one.ready()
        assert one.names_near()
        answer = one.ask("{ viewer { name } }", authorization=f"Bearer {one.token()}")
        assert answer.json()["data"]["viewer"]["name"]
        assert one.left(signal.SIGTERM) == 0


def test_limits_that_are_off_limit_nobody(city_database: str, errors: Path) -> None:
    with program(errors, DATABASE_URL=city_database, RATE_LIMIT="0", PUBLIC_SCHEMA="0") as one:
        one.ready()
        for _ in range(100):
            assert one.ask(SIGN_IN, {"code": "x"}).status_code == 200
        # Neither the token of the metrics nor a public schema: nobody sees them.
        assert one.client.get("/metrics").status_code == 404
        assert one.ask("{ __schema { types { name } } }").status_code == 400
