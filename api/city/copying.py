"""Rows as PostgreSQL's COPY takes them in binary, written where they are made.

What is made in other processes comes here as bytes, which cost nothing to hand on; rows would be
taken apart and put together twice. Source of the form: PostgreSQL's manual, COPY, "Binary Format".
"""

from datetime import date
from struct import Struct

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
YES, NO = b"\0\0\0\1\1", b"\0\0\0\1\0"
# PostgreSQL counts days from the beginning of 2000.
FIRST_DAY = date(2000, 1, 1).toordinal()

_LENGTH = Struct(">i")
_KEY = Struct(">iq")
_COUNT_AND_KEY = Struct(">hiq")
_DAY = Struct(">ii")


def row(columns: int, key: int) -> bytes:
    """Begin a row with its key."""
    return _COUNT_AND_KEY.pack(columns, 8, key)


def key(value: int) -> bytes:
    """Write a bigint."""
    return _KEY.pack(8, value)


def text(value: str) -> bytes:
    """Write a text."""
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def data(value: bytes) -> bytes:
    """Write a bytea."""
    return _LENGTH.pack(len(value)) + value


def day(value: date) -> bytes:
    """Write a date."""
    return _DAY.pack(4, value.toordinal() - FIRST_DAY)
