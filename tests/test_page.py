import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import page
from models.errors import Invalid

keys = (
    st.integers(-(2**53), 2**53)
    | st.text(max_size=8)  # A key is a code, an id or a distance: short.
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.lists(keys, min_size=1, max_size=3))
def test_a_cursor_gives_its_key_back(key: list[object]) -> None:
    written = page.cursor("query", *key)
    assert page.key_after(written, "query", *map(type, key)) == tuple(key)


def test_a_cursor_serves_no_other_query() -> None:
    written = page.cursor(page.digest("areas", "cj"), 1)
    with pytest.raises(Invalid):
        page.key_after(written, page.digest("areas", "ch"), int)


def test_a_cursor_with_another_kind_of_key_is_invalid() -> None:
    for key in ((1.0,), ("1",), (True,), (1, 2), ()):
        with pytest.raises(Invalid):
            page.key_after(page.cursor("query", *key), "query", int)


@given(st.text(max_size=250))
def test_whatever_is_no_cursor_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        page.key_after(text, "query", int)


@given(
    st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), st.lists)
)
def test_json_that_is_no_cursor_is_invalid(value: object) -> None:
    written = base64.urlsafe_b64encode(orjson.dumps(value)).decode()
    with pytest.raises(Invalid):
        page.key_after(written, "query", int)


@pytest.mark.parametrize("first", [1, 20, 100])
def test_a_page_has_1_to_100_items(first: int) -> None:
    assert page.size(first) == first
    for beyond in (first - 100, first + 100):
        with pytest.raises(Invalid):
            page.size(beyond)


def test_a_page_says_whether_more_follow() -> None:
    cut = page.cut("abc", 2, "query", lambda letter: (letter,))
    assert cut.items == ("a", "b")
    assert cut.cursors == (page.cursor("query", "a"), page.cursor("query", "b"))
    assert cut.has_next_page
    assert not page.cut("ab", 2, "query", lambda letter: (letter,)).has_next_page
