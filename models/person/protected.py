"""What is protected of a person: how it is written, and what of it everybody may see.

Phones, identity numbers and addresses are normalised here before they are encrypted or looked
up, and masked here before anybody sees them. Nothing here reads a database.
"""

import re
import unicodedata
from datetime import datetime

from models.errors import Code, Refusal

NAME_LENGTH_MOST = 64
ADDRESS_LENGTH_MOST = 200
REASON_LENGTH_LEAST = 2
REASON_LENGTH_MOST = 200
STARS_MOST = 2

PHONE_COLUMN = "person.phone"
IDENTITY_NUMBER_COLUMN = "person.identity_number"

_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
# The weights and check characters of GB 11643-1999 (ISO 7064, MOD 11-2).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Control, format (zero-width among them), surrogate, private and unassigned characters, and
# separators of lines: none of them is seen, all of them can hide something.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def phone(text: str, *, path: str = "phone") -> str:
    """Give the 11 digits of a Chinese mobile number; raises Refusal INVALID."""
    found = _PHONE.fullmatch(re.sub(r"[ -]", "", text))
    if not found:
        raise Refusal(Code.INVALID, "手机号须为 11 位中国大陆号码", path)
    return found[1]


def identity_number(text: str, *, path: str = "identityNumber") -> str:
    """Give the 18 characters of an identity number that its check character confirms.

    Raises Refusal INVALID, which never repeats the number.
    """
    number = text.strip().upper()
    if not _IDENTITY_NUMBER.fullmatch(number) or not _is_a_day(number[6:14]):
        raise Refusal(Code.INVALID, "身份证号须为 18 位且出生日期有效", path)
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % 11] != number[-1]:
        raise Refusal(Code.INVALID, "身份证号校验位不正确", path)
    return number


def name(text: str, *, path: str = "name") -> str:
    """Give a name without blanks around it; raises Refusal INVALID."""
    return _line(text, least=1, most=NAME_LENGTH_MOST, called="姓名", path=path)


def address(text: str, *, path: str = "address") -> str:
    """Give an address without blanks around it; raises Refusal INVALID."""
    return _line(text, least=1, most=ADDRESS_LENGTH_MOST, called="地址", path=path)


def reason(text: str, *, path: str = "reason") -> str:
    """Give a reason without blanks around it; raises Refusal INVALID."""
    return _line(
        text, least=REASON_LENGTH_LEAST, most=REASON_LENGTH_MOST, called="理由", path=path
    )


def masked_name(whole: str) -> str:
    """Show the first character only: 张三 is 张*, and who has one character is *."""
    return whole[:1] + "*" * min(len(whole) - 1, STARS_MOST) if len(whole) > 1 else "*"


def masked_phone(number: str) -> str:
    """Show the first three and the last four digits."""
    return f"{number[:3]}****{number[-4:]}"


def masked_address(whole: str) -> str:
    """Show the road and hide every number in it: 人民路12号3幢 is 人民路*号*幢."""
    return re.sub(r"[0-9A-Za-z０-９零〇一二三四五六七八九十百]+", "*", whole)  # noqa: RUF001 - digits


def _line(text: str, *, least: int, most: int, called: str, path: str) -> str:
    line = text.strip()
    if any(unicodedata.category(character) in _UNSEEN for character in line):
        raise Refusal(Code.INVALID, f"{called}含有不可见的字符", path)
    if not least <= len(line) <= most:
        raise Refusal(Code.INVALID, f"{called}须为 {least} 到 {most} 个字符", path)
    return line


def _is_a_day(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%Y%m%d")  # noqa: DTZ007 - only whether there is such a day
    except ValueError:
        return False
    return True
