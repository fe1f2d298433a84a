"""How the texts of tickets are found: by pairs of neighbouring characters. Pure."""

import re

from models.errors import Invalid

LENGTH_LEAST = 2
LENGTH_MOST = 32
_NUMBER = re.compile(r"\d{8}-\d{6}")


def terms(text: str) -> list[str]:
    """Cut a text into its pairs of neighbours, each once; case and white space do not count.

    The pairs of a part are among those of the whole, so `terms @> terms(part)` in SQL finds all
    candidates. Single characters are left out: half of all tickets have them.
    """
    words = text.casefold().split()
    pairs = (word[at : at + 2] for word in words for at in range(len(word) - 1))
    return list(dict.fromkeys(pairs))


def wanted(text: str) -> str:
    """Give the checked text that somebody searches for; raises Invalid."""
    found = text.strip()
    if not LENGTH_LEAST <= len(found) <= LENGTH_MOST or not terms(found):
        raise Invalid(f"搜索内容须为 {LENGTH_LEAST} 到 {LENGTH_MOST} 个字")
    return found


def is_number(text: str) -> bool:
    """Say whether a text is the number of a ticket."""
    return _NUMBER.fullmatch(text) is not None
