"""What people type is cleaned, and what hides something is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import text
from models.errors import Code, Refusal

UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def line(given: str, *, least: int = 1, most: int = 8) -> str:
    return text.line(given, name="名称", field="name", least=least, most=most)


def refused(given: str, **limits: int) -> str:
    with pytest.raises(Refusal) as refusal:
        line(given, **limits)
    assert (refusal.value.code, refusal.value.path) == (Code.INVALID, ("name",))
    return refusal.value.message


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("  先锋驿站\u3000", "先锋驿站"),
        ("cafe\u0301", "café"),
        ("a b", "a b"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("👩🏽‍🚒", "👩🏽‍🚒"),
        ("12345678", "12345678"),
    ],
)
def test_a_line_is_trimmed_and_composed(given_text: str, cleaned: str) -> None:
    assert line(given_text) == cleaned


@pytest.mark.parametrize(
    "hidden",
    [
        "a\0b",
        "a\nb",
        "a\tb",
        "a\x1bb",
        "a\x7fb",
        "a\u200bb",
        "a\u200db",
        "a\u200d",
        "\u200da",
        "a\u2028b",
        "a\u202eb",
        "a\u2066b",
        "a\ufeffb",
        "\u3164",
        "\u2800",
        "a\ue000b",
        "a\ud800b",
        "a\uffffb",
    ],
)
def test_what_nobody_sees_is_refused(hidden: str) -> None:
    assert refused(hidden) == "名称含有不可见字符或控制字符"


def test_lengths_are_counted_after_cleaning() -> None:
    assert refused("123456789") == "名称最多 8 个字"
    assert refused("1" * 1_000_000) == "名称最多 8 个字"
    assert refused(" \u3000 ") == "名称不能为空"
    assert refused("1", least=2) == "名称至少 2 个字"
    assert line(" ", least=0) == ""


def test_several_lines_keep_their_breaks_and_nothing_else() -> None:
    assert text.lines(" 一\r\n二\r三 ", name="说明", field="note", most=9) == "一\n二\n三"
    with pytest.raises(Refusal, match="不可见字符"):
        text.lines("一\t二", name="说明", field="note", most=9)


def test_words_are_each_once_in_their_order() -> None:
    kept = text.words(
        [" 休息", "阅读", "休息 "], name="服务", field="services", most=4, count_most=2
    )
    assert kept == ("休息", "阅读")
    with pytest.raises(Refusal, match="最多 2 项"):
        text.words(["1", "2", "3"], name="服务", field="services", most=4, count_most=2)


@pytest.mark.parametrize("number", ["0510-86001234", "+86 510 8600 1234", "12345", "400-800-1234"])
def test_phone_numbers_are_taken(number: str) -> None:
    assert text.phone(f" {number} ", field="phone") == number


@pytest.mark.parametrize(
    "number", ["call me", "1234", "-12345", "\uff10\uff15\uff11\uff10", "1" * 32, "12345+"]
)
def test_what_is_no_phone_number_is_refused(number: str) -> None:
    with pytest.raises(Refusal):
        text.phone(number, field="phone")


def test_a_missing_phone_is_none() -> None:
    assert [text.phone(none, field="phone") for none in (None, "", "  ")] == [None, None, None]


@given(st.text(max_size=40))
def test_what_is_taken_is_seen_whole_and_taken_again(anything: str) -> None:
    try:
        taken = line(anything, most=40)
    except Refusal:
        return
    assert taken == taken.strip() != ""
    assert line(taken, most=40) == taken
    joiners = taken.count("\u200d")
    assert sum(unicodedata.category(one) in UNSEEN for one in taken) == joiners
