"""The commands beside `serve`: running everything, working, migrating and seeding."""

import signal
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from api.city import DEVELOPMENT_GRID
from models import db, event
from tests.conftest import Database
from tests.events import change, lay_out_areas, until
from tests.packages import Npm
from tests.processes import processes_of, wait_until
from tests.server import program

DATA = {"DATABASE_URL": None, "REDIS_URL": None, "JWT_SECRET": None, "PUBLIC_SCHEMA": None}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home") / "data"
    yield home
    wait_until(lambda: not processes_of(home))


def test_run_sets_everything_up_serves_and_leaves_nothing_behind(
    home: Path, tmp_path: Path
) -> None:
    npm = Npm(tmp_path / "bin")
    npm.does("echo 'npm error offline' >&2; exit 1")
    where = {**DATA, "DATA_DIR": str(home), "PATH": npm.path}
    with program(tmp_path / "stderr", "run", (), **where) as one:
        one.ready()
        assert one.names_near()
        viewer = one.ask("{ viewer { roles } }", authorization=f"Bearer {one.token('dev:admin')}")
        assert viewer.json()["data"]["viewer"]["roles"] == ["RESIDENT", "ADMIN"]
        token = one.token()
        # Once it answers, a child asks npm for the IDE's files; the page says what came of it.
        wait_until(lambda: "npm failed: offline" in one.client.get("/graphiql").text)
        wait_until(lambda: one.said.count("ide_not_fetched") == 1)
        assert len(npm.calls) == 1
        assert one.left(signal.SIGINT) == 0
        wait_until(lambda: not processes_of(home))

    # The second time everything is there, the secret of the tokens too. That npm hangs delays
    # nothing, and it dies with the program, however that ends.
    npm.does("sleep 600")
    with program(tmp_path / "again", "run", (), **where) as again:
        again.ready()
        answer = again.ask("{ viewer { name } }", authorization=f"Bearer {token}")
        assert answer.json()["data"]["viewer"]["name"]
        with program(tmp_path / "third", "run", (), **where) as third:
            assert third.process.wait(10) == 1
            assert len(third.said.splitlines()) == 1
        assert again.names_near()
        wait_until(lambda: len(npm.calls) == 2)
        again.process.kill()
        wait_until(lambda: not processes_of(home))


async def test_a_working_process_gives_events_their_place_until_it_is_told_to_stop(
    database: Database, tmp_path: Path
) -> None:
    await lay_out_areas()
    with program(tmp_path / "stderr", "work", (), DATABASE_URL=database.url) as one:
        await change(1, 1)
        await until(placed)
        assert one.left(signal.SIGTERM) == 0
        assert "Traceback" not in one.said


async def placed() -> bool:
    return await event.last_position() == 1


async def test_seeding_makes_the_city_and_a_second_time_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    for _ in range(2):
        with program(tmp_path / "stderr", "seed", (), DATABASE_URL=database.url) as one:
            assert await anyio.to_thread.run_sync(one.process.wait, 60) == 0
            assert one.said == ""
    rows = await db.fetch("SELECT level, count(*) FROM area GROUP BY level ORDER BY level")
    counts = {row["level"]: row["count"] for row in rows}
    assert (counts["TOWN"], counts["GRID"]) == (17, 1_390)
    lived_in = await db.fetch_one(
        # Development people, who play the story of points, come besides.
        "SELECT population, (SELECT count(*) FROM residence JOIN person ON person.id = person_id"
        " WHERE development_key IS NULL) AS people,"
        " (SELECT count(*) FROM catalogue WHERE version = 1) AS rules FROM area WHERE code = $1",
        DEVELOPMENT_GRID,
    )
    assert lived_in
    assert lived_in["people"] == lived_in["population"] > 500
    assert lived_in["rules"] >= 5
