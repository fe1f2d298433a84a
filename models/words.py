"""Enums of the domain: each member carries its value, its English sentence and Chinese term."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A member is written `NAME = "NAME", "English sentence.", "中文"`."""

    english: str
    chinese: str

    def __new__(cls, value: str, english: str = "", chinese: str = "") -> Self:
        """Keep the value as the string itself and the two texts beside it.

        The defaults serve the look-up by value, `Level("CITY")`, which never reaches here.
        """
        member = str.__new__(cls, value)
        member._value_ = value
        member.english = english
        member.chinese = chinese
        return member
