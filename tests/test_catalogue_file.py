"""Catalogues as files: people can read them, and they say what is wrong with them."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import catalogue
from models.catalogue import Edition, WrongFile
from models.catalogue.difference import difference
from tests.things import LATER, THINGS, Colour, Part, Thing


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


def test_a_calendar_states_a_year_wholly_or_not_at_all() -> None:
    text = file("  - {day: 2031-01-01, kind: LEGAL, name: 元旦}\n")
    with pytest.raises(WrongFile, match="2031 has 1 legal days off; state a year wholly"):
        catalogue.read(catalogue.CALENDAR, text, name="calendar.yaml")


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
