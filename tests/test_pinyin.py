"""Chinese names are read as they are read in the city, and found by any part of them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pinyin import initials, terms


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("江阴市", "jys"),
        ("澄江街道", "cjjd"),
        ("璜土镇", "htz"),
        ("徐霞客镇", "xxkz"),
        ("长泾镇", "cjz"),
        ("长江社区", "cjsq"),
        ("长寿村", "csc"),
        ("网格长", "wgz"),
        ("重阳村", "cyc"),
        ("重点", "zd"),
        ("康乐社区", "klsq"),
        ("音乐社区", "yysq"),
        ("曾家村", "zjc"),
        ("单桥村", "sqc"),
        ("单位", "dw"),
        ("查家桥", "zjq"),
        ("沈家圩", "sjw"),
        ("弄里", "ll"),
        ("农业银行", "nyyh"),
        ("绿园", "ly"),
        ("二〇二六", "elel"),
    ],
)
def test_names_of_places_have_the_initials_of_their_local_reading(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_latin_letters_and_digits_stay_and_all_else_is_left_out() -> None:
    assert initials("顾山村第３网格（A区）· WIFI😀") == "gscd3wgaqwifi"
    assert initials("") == ""


def test_terms_are_characters_then_pairs_each_once_in_their_order() -> None:
    assert terms("新华新村") == ["新", "华", "村", "新华", "华新", "新村"]
    assert terms("A座 1号") == ["a", "座", "1", "号", "a座", "1号"]
    assert terms("") == []
    assert terms("村") == ["村"]


@given(st.text(max_size=20), st.data())
def test_a_part_of_a_text_has_only_terms_of_the_whole(whole: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert set(terms(whole[start:end])) <= set(terms(whole))


@given(st.text(max_size=20))
def test_initials_of_any_text_are_lower_case_letters_and_digits(text: str) -> None:
    assert all(letter.isascii() and letter.isalnum() for letter in initials(text))
    assert initials(text) == initials(text).lower()


def test_terms_need_no_dictionary() -> None:
    code = "import sys; from models.pinyin import terms; terms('长泾'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.returncode == 0
    assert "pypinyin" not in loaded.stdout.split()
