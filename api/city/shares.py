"""Drawing words by how often each is met."""

import random
from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from typing import Generic, TypeVar

Word = TypeVar("Word")


class Shares(Generic[Word]):
    """Words, and how often each is drawn; they are added up once."""

    def __init__(self, shares: Mapping[Word, int]) -> None:
        self._words = list(shares)
        self._ends = list(accumulate(shares.values()))

    def drawn(self, randomness: random.Random) -> Word:
        """Draw one."""
        return self._words[bisect(self._ends, randomness.random() * self._ends[-1])]
