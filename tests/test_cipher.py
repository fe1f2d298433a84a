"""Encrypted columns: opened only where they were written, found without being read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cipher
from models.cipher import KeysError
from tests.program import DATA_KEYS

PLACE = "person.phone:7"


def encoded(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@given(st.text())
def test_a_text_is_read_where_it_was_written(text: str) -> None:
    assert cipher.unseal(cipher.seal(text, place=PLACE), place=PLACE) == text


def test_a_value_moved_to_another_row_or_changed_cannot_be_opened() -> None:
    sealed = cipher.seal("13800000000", place=PLACE)
    with pytest.raises(AssertionError):
        cipher.unseal(sealed, place="person.phone:8")
    for place in range(len("k1:"), len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(AssertionError):
            cipher.unseal(bytes(broken), place=PLACE)


def test_equal_texts_look_different_and_never_show_themselves() -> None:
    one, other = (cipher.seal("13800000000", place=PLACE) for _ in range(2))
    assert one != other
    assert b"138" not in one


def test_a_blind_index_is_of_its_column_and_text() -> None:
    indexes = {
        cipher.blind_index(text, column=column)
        for text in ("13800000000", "13800000001")
        for column in ("person.phone", "person.openid")
    }
    assert [len(index) for index in indexes] == [32] * 4
    assert cipher.blind_index("13800000000", column="person.phone") in indexes


def test_after_a_rotation_old_values_are_read_and_found_and_new_ones_written_anew() -> None:
    old = cipher.seal("13800000000", place=PLACE)
    index = cipher.blind_index("13800000000", column="person.phone")
    cipher.use(cipher.read_keys(f"k2:{encoded('2')},{DATA_KEYS}"))
    try:
        assert cipher.unseal(old, place=PLACE) == "13800000000"
        assert not cipher.is_current(old)
        assert cipher.is_current(cipher.seal("13800000000", place=PLACE))
        assert cipher.blind_index("13800000000", column="person.phone") == index
    finally:
        cipher.use(cipher.read_keys(DATA_KEYS))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k1",
        f"k1:{encoded('1')}",
        f"index:{encoded('i')}",
        f"k1:{encoded('1')},k1:{encoded('1')},index:{encoded('i')}",
        f"k1:!,index:{encoded('i')}",
        f"k1:c2hvcnQ=,index:{encoded('i')}",
        f"k-1:{encoded('1')},index:{encoded('i')}",
    ],
)
def test_wrong_keys_are_refused_without_being_told(text: str) -> None:
    with pytest.raises(KeysError) as wrong:
        cipher.read_keys(text)
    assert encoded("1") not in str(wrong.value)


def test_new_keys_can_be_read_and_differ() -> None:
    assert cipher.read_keys(cipher.new_keys()).current == "k1"
    assert cipher.new_keys() != cipher.new_keys()
