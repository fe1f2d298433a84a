"""Rules as data: files that say what is wrong with them, and versions that hold by the day."""

import asyncio
import importlib
import os
import pkgutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import models
from api import rules
from api.city.rules import standard
from models import calendar, catalogue, db
from models.catalogue import Catalogue, Edition, WrongFile, registry
from models.catalogue.difference import difference
from models.words import Word
from tests import areas
from tests.conftest import Database
from tests.program import ROOT, serving


class Colour(Word):
    RED = "RED", "Red.", "红"
    GREEN = "GREEN", "Green.", "绿"


@dataclass(frozen=True, slots=True)
class Part:
    grams: float


@dataclass(frozen=True, slots=True)
class Thing:
    code: str
    count: int
    colour: Colour = Colour.RED
    is_large: bool = False
    first_day: date | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("the count is never below 0")


THINGS = Catalogue(
    name="things",
    title="Things. 东西",
    entry=Thing,
    default=(Thing("a", 1),),
    key=("code",),
    check=lambda things: ["there is no red thing"] * all(t.colour != "RED" for t in things),
)
LATER = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    catalogue.forget()


@pytest.fixture
def things() -> Iterator[Catalogue[Thing]]:
    """Register the things of this file for the length of a test."""
    yield catalogue.register(THINGS)
    del registry._catalogues["things"]


def file(entries: str, *, editions: str = "") -> str:
    return f"version: 0\neditions:\n- valid_from: 2020-01-01\n{editions}  entries:\n{entries}"


def wrong(text: str) -> list[str]:
    with pytest.raises(WrongFile) as raised:
        catalogue.read(THINGS, text, name="things.yaml")
    return raised.value.sentences


words = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")
    | st.just("\n"),
    max_size=8,
)
many_things = st.lists(
    st.builds(
        Thing,
        code=words,
        count=st.integers(0, 2**53),
        colour=st.sampled_from(Colour),
        is_large=st.booleans(),
        first_day=st.none() | st.dates(),
        parts=st.lists(
            st.builds(Part, st.floats(-(2.0**53), 2.0**53, allow_subnormal=False)), max_size=2
        ).map(tuple),
    ),
    unique_by=lambda thing: thing.code,
    max_size=4,
).map(lambda found: (Thing("", 0), *(thing for thing in found if thing.code)))


@given(many_things, many_things)
def test_what_is_written_is_read_again(old: tuple[Thing, ...], new: tuple[Thing, ...]) -> None:
    editions = (
        Edition(date(2020, 1, 1), date(2026, 12, 31), old, 3),
        Edition(LATER, None, new, 3),
    )
    text = catalogue.write(THINGS, editions)
    draft = catalogue.read(THINGS, text, name="things.yaml")
    assert (draft.version, draft.editions) == (3, editions)
    assert catalogue.write(THINGS, draft.editions) == text


def test_a_file_can_be_read_by_people() -> None:
    things = (Thing("洗衣机", 2, first_day=date(2026, 5, 1), parts=(Part(1.5),)),)
    text = catalogue.write(THINGS, (Edition(date(2020, 1, 1), None, things, 1),))
    assert text.startswith("# Things. 东西\n#\n# `python -m api data export DIR` writes this")
    assert text.split("\n\n")[1] == (
        "version: 1\n"
        "editions:\n"
        "- valid_from: 2020-01-01\n"
        "  valid_to: null\n"
        "  entries:\n"
        "  - code: 洗衣机\n"
        "    count: 2\n"
        "    colour: RED\n"
        "    is_large: false\n"
        "    first_day: 2026-05-01\n"
        "    parts:\n"
        "    - grams: 1.5\n"
    )


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{code: a, count: 1, weight: 3}", "weight: there is no weight here, only code, count, "),
        ("{code: a}", "count is missing"),
        (r'{code: "a\0", count: 1}', r"code: 'a\x00' is not a text"),
        ("{code: 7, count: 1}", "code: 7 is not a text"),
        ("{code: a, count: '1'}", "count: '1' is not a whole number"),
        ("{code: a, count: true}", "count: True is not a whole number"),
        ("{code: a, count: 1.0}", "count: 1.0 is not a whole number"),
        ("{code: a, count: 9007199254740993}", "count: 9007199254740993 is not a whole number"),
        ("{code: a, count: 1, is_large: 1}", "is_large: 1 is not true or false"),
        ("{code: a, count: 1, colour: BLUE}", "colour: 'BLUE' is not one of RED, GREEN"),
        ("{code: a, count: 1, first_day: soon}", "first_day: 'soon' is not a day, as 2027-01-31"),
        ("{code: a, count: 1, first_day: 2027-13-01}", "first_day: month must be in 1..12"),
        ("{code: a, count: 1, parts: 3}", "parts: there must be a list"),
        ("{code: a, count: 1, parts: [{grams: .inf}]}", "grams: inf is not a number"),
        ("{code: a, count: 1, parts: [{grams: .nan}]}", "grams: nan is not a number"),
        ("{code: a, count: null}", "count: nothing is not a whole number"),
        ("{code: a, code: b, count: 1}", "code: it stands there twice"),
        ("{code: a, count: -1}", "the count is never below 0"),
        ("just a text", "there must be fields with values"),
    ],
)
def test_an_entry_that_is_wrong_is_told_with_its_line(entry: str, sentence: str) -> None:
    (said,) = wrong(file(f"  - {{code: z, count: 0}}\n  - {entry}\n"))
    assert said.startswith("things.yaml, line 6: ")
    assert sentence in said


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert wrong(file("  - code: a\n    count: x\n  - code: 1\n    count: 2\n")) == [
        "things.yaml, line 6: count: 'x' is not a whole number",
        "things.yaml, line 7: code: 1 is not a text",
    ]


def test_entries_are_checked_together() -> None:
    same = "  - {code: a, count: 1}\n  - {code: a, count: 2, colour: GREEN}\n"
    assert wrong(file(same)) == ["things.yaml, line 6: it has the code of entry 1"]
    green = "  - {code: a, count: 1, colour: GREEN}\n"
    assert wrong(file(green)) == ["things.yaml, line 5: entries: there is no red thing"]


@pytest.mark.parametrize(
    ("first_to", "second_from", "second_to", "sentence"),
    [
        ("2026-12-31", "2026-12-31", "null", "overlaps the next edition, valid from 2026-12-31"),
        ("null", "2027-01-01", "null", "overlaps the next edition, valid from 2027-01-01"),
        ("2026-12-30", "2027-01-01", "null", "no edition is valid until the next"),
        ("2026-12-31", "2027-01-01", "2027-12-31", "the last edition must have no end"),
    ],
)
def test_editions_follow_one_another(
    first_to: str, second_from: str, second_to: str, sentence: str
) -> None:
    text = (
        f"version: 0\neditions:\n- valid_from: 2020-01-01\n  valid_to: {first_to}\n"
        f"  entries: [{{code: a, count: 1}}]\n- valid_from: {second_from}\n"
        f"  valid_to: {second_to}\n  entries: [{{code: a, count: 1}}]\n"
    )
    (said,) = wrong(text)
    assert sentence in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "version: 1",
        "version: 1\neditions: []",
        "version: -1\neditions: 3",
        "editions:\n- 1",
        "a: [",
        "a: &b [*b]",
        "!!python/object/apply:os.system [id]",
        "- - - -\n\x07",
        "[" * 5_000,
        "x: 1\n" * 500_000,
    ],
)
def test_a_file_that_is_none_is_told_in_sentences(text: str) -> None:
    assert all(said.startswith("things.yaml") for said in wrong(text))


def test_a_file_can_not_blow_up() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n"
        for before, name in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
    )
    began = time.monotonic()
    assert wrong(bomb) == ["things.yaml, line 2: an alias (*a) can't be used here"]
    assert time.monotonic() - began < 1


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


def test_a_difference_names_what_is_new_gone_and_changed() -> None:
    old = (Edition(date(2020, 1, 1), None, (Thing("a", 1), Thing("b", 1), Thing("c", 1)), 1),)
    entries = (Thing("d", 4), Thing("b", 2, Colour.GREEN), Thing("c", 1))
    new = (
        Edition(date(2020, 1, 1), date(2026, 12, 31), entries, 1),
        Edition(LATER, None, (Thing("e", 5),), 1),
    )
    rest = "colour RED, is_large False, first_day none, parts []"
    assert list(difference(THINGS, old, new)) == [
        "~ edition from 2020-01-01: valid_to no end → 2026-12-31",
        f"+ code d, count 4, {rest}",
        "~ b: count 1 → 2, colour RED → GREEN",
        f"- code a, count 1, {rest}",
        "+ edition from 2027-01-01 to no end",
        f"+ code e, count 5, {rest}",
    ]
    assert list(difference(THINGS, old, old)) == []
    assert list(difference(THINGS, new, old))[-1] == "- edition from 2027-01-01"


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


def test_a_calendar_states_a_year_wholly_or_not_at_all() -> None:
    text = file("  - {day: 2031-01-01, kind: LEGAL, name: 元旦}\n")
    with pytest.raises(WrongFile, match="2031 has 1 legal days off; state a year wholly"):
        catalogue.read(catalogue.CALENDAR, text, name="calendar.yaml")


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
