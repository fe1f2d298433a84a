"""What people type: cleaned where nobody sees a difference, refused where it hides something.

A text is trimmed and brought to Unicode's composed form (NFC). Characters that nobody sees and
that change what others read are refused: controls, zero widths, marks of direction, blanks that
are letters, private and unassigned ones. Only the joiner inside an emoji is let through.
"""

import re
import unicodedata
from collections.abc import Iterable

from models.errors import Code, Refusal

PHONE_LENGTH_MOST = 32

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,30}")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_JOINER = "\u200d"
_EMOJI = frozenset({"So", "Sk", "Mn"})


def line(text: str, *, name: str, field: str, most: int, least: int = 1) -> str:
    """Clean a text of one line; raises Refusal INVALID.

    `name` says in Chinese what it is, `field` is the input field; lengths are in characters.
    """
    return _checked(text, name=name, field=field, least=least, most=most, breaks="")


def lines(text: str, *, name: str, field: str, most: int, least: int = 1) -> str:
    """Clean a text that may have several lines, each ended by a line feed; raises Refusal."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return _checked(whole, name=name, field=field, least=least, most=most, breaks="\n")


def optional_line(text: str | None, *, name: str, field: str, most: int) -> str | None:
    """Clean a text of one line that may be missing; one without a character is; raises Refusal."""
    return line(text, name=name, field=field, most=most, least=0) or None if text else None


def words(
    texts: Iterable[str], *, name: str, field: str, most: int, count_most: int
) -> tuple[str, ...]:
    """Clean a list of short texts, each once, in their order; raises Refusal INVALID."""
    found = dict.fromkeys(line(text, name=name, field=field, most=most) for text in texts)
    if len(found) > count_most:
        raise Refusal(Code.INVALID, f"{name}最多 {count_most} 项", field)
    return tuple(found)


def phone(text: str | None, *, field: str) -> str | None:
    """Clean a public phone number, which may have an area code and an extension.

    Raises Refusal INVALID.
    """
    number = optional_line(text, name="电话", field=field, most=PHONE_LENGTH_MOST)
    if number is not None and not _PHONE.fullmatch(number):
        raise Refusal(Code.INVALID, "电话格式不正确，例如 0510-86001234", field)
    return number


def _checked(  # noqa: PLR0913 - the limits of a text, each named by the caller
    text: str, *, name: str, field: str, least: int, most: int, breaks: str
) -> str:
    # Before any work: composing a text of megabytes takes its time.
    if len(text) > 2 * most + 64:
        raise Refusal(Code.INVALID, f"{name}最多 {most} 个字", field)
    whole = unicodedata.normalize("NFC", text).strip()
    if _hides(whole, breaks):
        raise Refusal(Code.INVALID, f"{name}含有不可见字符或控制字符", field)
    if len(whole) > most:
        raise Refusal(Code.INVALID, f"{name}最多 {most} 个字", field)
    if len(whole) < least:
        wanted = f"{name}不能为空" if least == 1 else f"{name}至少 {least} 个字"
        raise Refusal(Code.INVALID, wanted, field)
    return whole


def _hides(text: str, breaks: str) -> bool:
    return any(
        character in _BLANK_LETTERS
        or (unicodedata.category(character) in _UNSEEN and character not in breaks)
        for place, character in enumerate(text)
        if not (character == _JOINER and _joins(text, place))
    )


def _joins(text: str, place: int) -> bool:
    """Say whether the joiner at a place stands between two parts of one emoji."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return bool(before and after) and all(
        unicodedata.category(one) in _EMOJI for one in (before, after)
    )
