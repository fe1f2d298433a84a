"""Rules as data: versions that hold by the day, and commands that bring them."""

import asyncio
import importlib
import os
import pkgutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest
import yaml

import models
from api import rules
from api.city.rules import standard
from models import calendar, catalogue, db
from models.catalogue import Catalogue, Edition, registry
from tests import areas
from tests.conftest import Database
from tests.program import ROOT, serving
from tests.things import LATER, THINGS, Thing


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    catalogue.forget()


@pytest.fixture
def things() -> Iterator[Catalogue[Thing]]:
    """Register the things of this file for the length of a test."""
    yield catalogue.register(THINGS)
    del registry._catalogues["things"]


def test_the_edition_of_the_day_holds(things: Catalogue[Thing]) -> None:
    old, new = (Thing("a", 1),), (Thing("a", 2),)
    assert catalogue.current(things).entries == (Thing("a", 1),)
    assert catalogue.current(things).version == 0
    registry.use(
        {
            "things": (
                Edition(date(2026, 1, 1), date(2026, 12, 31), old, 1),
                Edition(LATER, None, new, 1),
            )
        }
    )
    for day, entries in (
        (date(2019, 1, 1), old),
        (date(2026, 12, 31), old),
        (LATER, new),
        (date(2050, 1, 1), new),
    ):
        assert catalogue.current(things, on=day).entries == entries


def draft(things: Catalogue[Thing], version: int, *entries: Thing) -> catalogue.Draft[Thing]:
    return catalogue.Draft(things, version, (Edition(date(2020, 1, 1), None, entries, version),))


async def versions() -> list[tuple[str, int]]:
    rows = await db.fetch("SELECT name, version FROM catalogue ORDER BY id")
    return [(row["name"], row["version"]) for row in rows]


async def test_an_import_makes_the_next_version_and_the_same_again_changes_nothing(
    database: Database, things: Catalogue[Thing]
) -> None:
    await areas.plant()
    (change,) = await catalogue.bring([draft(things, 0, Thing("a", 2))])
    assert (change.name, change.old_version, change.new_version) == ("things", 0, 1)
    assert change.lines == ("~ a: count 1 → 2",)
    assert catalogue.current(things).version == 0
    await catalogue.load()
    assert catalogue.current(things).version == 1
    assert catalogue.current(things).entries == (Thing("a", 2),)
    assert await catalogue.bring([draft(things, 0, Thing("a", 2))]) == []
    await catalogue.bring([draft(things, 1, Thing("a", 3))])
    assert await versions() == [("things", 1), ("things", 2)]
    events = await db.fetch("SELECT topic, kind, version, area_code FROM event ORDER BY id")
    assert [tuple(row) for row in events] == [
        ("catalogue", "IMPORTED", 1, areas.CITY),
        ("catalogue", "IMPORTED", 2, areas.CITY),
    ]


async def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Database, things: Catalogue[Thing]
) -> None:
    drafts = [draft(things, 0, Thing("a", 2))]
    said = await catalogue.bring(drafts, only_say=True)
    assert await versions() == []
    assert await catalogue.bring(drafts) == said


async def test_a_file_made_from_an_older_version_is_refused_whole(
    database: Database, things: Catalogue[Thing]
) -> None:
    await catalogue.bring([draft(things, 0, Thing("a", 2))])
    circle = catalogue.catalogues()["circle"]
    new_circle = Edition(date(2020, 1, 1), None, (circle.entry(minutes=10.0),), 0)
    with pytest.raises(catalogue.Stale, match="from version 0, but the city has version 1"):
        await catalogue.bring(
            [catalogue.Draft(circle, 0, (new_circle,)), draft(things, 0, Thing("a", 9))]
        )
    assert await versions() == [("things", 1)]


async def test_of_two_imports_at_once_one_is_refused(
    database: Database, things: Catalogue[Thing]
) -> None:
    results = await asyncio.gather(
        *(catalogue.bring([draft(things, 0, Thing("a", count))]) for count in (5, 6)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Stale", "list"]
    assert await versions() == [("things", 1)]


@pytest.mark.parametrize(
    "sql", ["UPDATE catalogue SET version = 9", "DELETE FROM catalogue", "TRUNCATE catalogue"]
)
async def test_a_version_is_for_ever(
    database: Database, things: Catalogue[Thing], sql: str
) -> None:
    await catalogue.bring([draft(things, 0, Thing("a", 2))])
    with pytest.raises(asyncpg.RestrictViolationError, match="catalogue rows are never changed"):
        await db.execute(sql)
    assert await versions() == [("things", 1)]


async def test_a_city_begins_with_a_version_of_every_catalogue(database: Database) -> None:
    for _ in range(2):
        await rules.plant()
        assert await versions() == [(name, 1) for name in catalogue.catalogues()]
    await catalogue.load()
    assert catalogue.current(catalogue.CALENDAR).entries == standard()["calendar"]
    assert not calendar.is_workday(date(2026, 10, 6))
    assert calendar.is_workday(date(2026, 10, 10))


def test_the_standard_calendar_is_what_the_notice_of_2026_says() -> None:
    calendar.use(standard()["calendar"])
    off = {date(2026, 10, day) for day in (1, 2, 3, 5, 6, 7)}
    assert {day for day in calendar.days_off(2026) if day.month == 10} == off
    worked = [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)]
    worked += [date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)]
    weekend = [day for day in standard()["calendar"] if day.kind == "WORKDAY"]
    assert [day.day for day in weekend if day.day.year == 2026] == worked


def test_the_commands_know_every_catalogue_there_is() -> None:
    known = set(catalogue.catalogues())
    for module in pkgutil.walk_packages(models.__path__, "models."):
        if not module.name.startswith("models.migrations."):
            importlib.import_module(module.name)
    assert set(catalogue.catalogues()) == known
    for name, kept in catalogue.catalogues().items():
        text = catalogue.write(kept, catalogue.default(kept))
        assert catalogue.read(kept, text, name=name).editions == catalogue.default(kept)


def data(*arguments: str, database_url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "api", "data", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


QUESTION = '{ stationCluster(villageCode: "320281109201") { isComplete missing { kind count } } }'


def test_an_imported_rule_holds_in_a_serving_process_within_a_second(
    city_url: str, redis_url: str, tmp_path: Path
) -> None:
    done = data("export", str(tmp_path), database_url=city_url)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "cluster.yaml"
    assert f"{path}\n" in done.stdout
    document = yaml.safe_load(path.read_text())
    document["editions"][0]["entries"].append({"kind": "LIVE_ROOM", "count": 7})
    path.write_text(yaml.safe_dump(document))
    with serving(database_url=city_url, redis_url=redis_url) as address:

        def answer() -> object:
            response = httpx.post(f"{address}/graphql", json={"query": QUESTION})
            return response.json()["data"]["stationCluster"]

        assert answer() == {"isComplete": True, "missing": []}
        tried = data("import", str(tmp_path), "--dry-run", database_url=city_url)
        assert tried.stdout == (
            "cluster: version 0 → 1\n  + kind LIVE_ROOM, count 7\n"
            "Nothing was written: this was a dry run.\n"
        )
        done = data("import", str(tmp_path), database_url=city_url)
        assert done.stdout == "cluster: version 0 → 1\n  + kind LIVE_ROOM, count 7\n"
        deadline = time.monotonic() + 1
        expected = {"isComplete": False, "missing": [{"kind": "LIVE_ROOM", "count": 6}]}
        while answer() != expected:
            assert time.monotonic() < deadline, answer()
            time.sleep(0.02)
    path.write_text("version: 1\n")
    broken = data("import", str(tmp_path), database_url=city_url)
    assert broken.returncode == 1
    assert broken.stderr == (
        "cluster.yaml, line 1: editions: there must be a list of editions, of at least one\n"
    )
