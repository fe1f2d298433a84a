"""Names and short texts that people enter, checked the same way everywhere."""

import unicodedata

from models.errors import Code, Refusal

NAME_LENGTH_MOST = 64
# Control, format (zero-width among them), surrogate, private and unassigned characters, and
# separators of lines: none of them is seen, all of them can hide something.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def line(text: str, *path: str, most: int = NAME_LENGTH_MOST) -> str:
    """Give a text of one line without the blanks around it; raises Refusal INVALID at `path`."""
    kept = text.strip()
    if not 1 <= len(kept) <= most:
        raise Refusal(Code.INVALID, f"须为 1 到 {most} 个字符", *path)
    if any(unicodedata.category(character) in _UNSEEN for character in kept):
        raise Refusal(Code.INVALID, "含有不可见的字符", *path)
    return kept
