"""The embedded servers keep their promises when real processes are really killed."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import asyncpg
import pytest
import redis

from api.stack import Servers, embedded
from tests.processes import (
    ROOT,
    Run,
    may_be_run_by_others,
    process_of,
    processes_of,
    pythons,
    running,
    wait_until,
)

NOBODY = 65534


def ask(url: str, sql: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def answers(url: str) -> bool:
    try:
        return ask(url, "SELECT 1") == 1
    except (OSError, asyncpg.PostgresError):
        return False


def pings(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_both_servers_answer_and_the_data_is_kept(tmp_path: Path) -> None:
    with embedded(tmp_path / "data") as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS number")
        assert pings(servers.redis_url)
    assert processes_of(tmp_path / "data") == {}
    with embedded(tmp_path / "data") as servers:
        assert ask(servers.database_url, "SELECT number FROM kept") == 7


def test_the_application_is_a_plain_role_that_owns_its_database(tmp_path: Path) -> None:
    plain = "SELECT NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication)"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    with embedded(tmp_path) as servers:
        assert ask(servers.database_url, "SELECT current_user::text") == "wangge"
        assert ask(servers.database_url, f"{plain} FROM pg_roles WHERE rolname = current_user")
        assert ask(servers.database_url, f"SELECT ({owner})::text") == "wangge"
        assert ask(servers.admin_url, "SELECT current_setting('is_superuser')") == "on"


def test_the_servers_are_durable_private_and_on_no_port(tmp_path: Path) -> None:
    with embedded(tmp_path / "data") as servers:
        assert ask(servers.database_url, "SHOW fsync") == "on"
        assert ask(servers.database_url, "SHOW listen_addresses") == ""
        assert ask(servers.database_url, "SHOW server_encoding") == "UTF8"
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
        assert (tmp_path / "data" / "run").stat().st_mode & 0o077 == 0


def test_a_long_path_gets_short_sockets(tmp_path: Path) -> None:
    with embedded(tmp_path / ("deep" * 30) / "数据, 1") as servers:
        assert answers(servers.database_url)
        assert pings(servers.redis_url)


def test_given_servers_are_not_started(tmp_path: Path) -> None:
    database_url, redis_url = "postgresql://a@b/c", "redis://d"
    with embedded(tmp_path / "data", database_url=database_url, redis_url=redis_url) as servers:
        assert servers == Servers(database_url, database_url, redis_url)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGINT,),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGTERM,),
        (signal.SIGHUP,),
    ],
    ids=["ctrl-c", "ctrl-c twice", "term", "hup"],
)
def test_a_signal_leaves_no_process(tmp_path: Path, numbers: tuple[signal.Signals, ...]) -> None:
    with running(tmp_path) as run:
        assert answers(run.servers().database_url)
        run.end(*numbers)
        wait_until(lambda: not processes_of(tmp_path))


def test_signals_inherited_as_ignored_stop_it_all_the_same(tmp_path: Path) -> None:
    ignoring = ("sh", "-c", 'trap "" HUP INT TERM; exec "$0" "$@"')
    with running(tmp_path, *ignoring) as run:
        assert answers(run.servers().database_url)
        assert run.end(signal.SIGHUP) == (0, "")
        assert processes_of(tmp_path) == {}


def test_a_signal_while_the_data_is_being_made_leaves_no_process(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        wait_until((tmp_path / "postgres.new" / "PG_VERSION").exists)
        run.end(signal.SIGINT)
        wait_until(lambda: not processes_of(tmp_path))
    with running(tmp_path) as run:
        assert answers(run.servers().database_url)


def test_killing_python_takes_the_servers_along_and_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        url = run.servers().database_url
        ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
        run.end(signal.SIGKILL)
        with running(tmp_path) as next_run:
            assert ask(next_run.servers().database_url, "SELECT number FROM kept") == 7


def test_a_killed_postgresql_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        url = run.servers().database_url
        ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
        killed = process_of(tmp_path, "postgres")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in processes_of(tmp_path) and answers(url))
        assert ask(url, "SELECT number FROM kept") == 7
        run.end(signal.SIGINT)
        assert processes_of(tmp_path) == {}


def test_a_killed_valkey_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        url = run.servers().redis_url
        killed = process_of(tmp_path, "valkey-server")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in processes_of(tmp_path) and pings(url))
        run.end(signal.SIGINT)
        assert processes_of(tmp_path) == {}


def test_a_second_run_on_the_same_data_says_so(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        url = run.servers().database_url
        code, said = Run(tmp_path).end()
        assert code == 1
        assert f"Another run (process {run.process.pid}) uses the data in {tmp_path}" in said
        assert answers(url)


def test_a_pid_file_whose_number_is_another_programs_is_no_obstacle(tmp_path: Path) -> None:
    with embedded(tmp_path):
        lines = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getppid())
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with embedded(tmp_path) as servers:
        assert answers(servers.database_url)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_runs_them_too() -> None:
    python = next(filter(may_be_run_by_others, pythons()), None)
    if not python or not may_be_run_by_others(str(ROOT / "api" / "stack" / "launch.py")):
        pytest.skip("this checkout or every fitting Python lies where others can't go")
    with tempfile.TemporaryDirectory(prefix="wangge-plain-") as name:
        os.chown(name, NOBODY, NOBODY)
        with running(Path(name), user=NOBODY, python=python) as run:
            assert answers(run.servers().database_url)
            run.end(signal.SIGINT)
            assert processes_of(Path(name)) == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to step down")
def test_root_steps_down_where_namespaces_are_refused(tmp_path: Path) -> None:
    with running(tmp_path, after=["--without-namespaces"]) as run:
        url = run.servers().database_url
        ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
        server = Path(f"/proc/{process_of(tmp_path, 'postgres')}")
        assert server.stat().st_uid != 0
        run.end(signal.SIGINT)
        assert processes_of(tmp_path) == {}
    with running(tmp_path) as run:
        assert ask(run.servers().database_url, "SELECT number FROM kept") == 7
