"""Finding areas by a part of their name or by the initials of its pinyin."""

import re

from models import db, page, pinyin
from models.area.record import COLUMNS, Area, Level, from_row, is_code
from models.errors import Invalid
from models.page import Page

SEARCH_LENGTH_MOST = 32


async def search(
    text: str, *, level: Level | None, under: str | None, first: int, after: str | None
) -> Page[Area]:
    """Find areas by a part of their Chinese name or the beginning of its pinyin initials.

    Higher levels come first, then the order of codes; `under` keeps to one subtree. Raises
    Invalid.
    """
    wanted = text.strip()
    if not 1 <= len(wanted) <= SEARCH_LENGTH_MOST:
        raise Invalid(f"搜索内容须为 1 到 {SEARCH_LENGTH_MOST} 个字")
    if under is not None and not is_code(under):
        raise Invalid("区划代码无法识别")
    asked = page.digest("areas", wanted, level, under)
    length, code = page.key_after(after, asked, int, str) if after else (0, "")
    arguments = (level, under or "", length, code, page.size(first) + 1)
    if re.fullmatch("[A-Za-z]+", wanted):
        rows = await db.fetch(_BY_INITIALS, wanted.lower(), *arguments)
    else:
        rows = await db.fetch(_BY_NAME, wanted, *arguments, pinyin.terms(wanted))
    areas = [from_row(row) for row in rows]
    return page.cut(areas, first, asked, lambda area: (len(area.code), area.code))


_FOUND = """
    AND valid_to IS NULL
    AND ($2::text IS NULL OR level = $2)
    AND code >= $3 COLLATE "C" AND code < $3 || ':' COLLATE "C"
    AND (length(code), code) > ($4, $5 COLLATE "C")
ORDER BY length(code), code LIMIT $6
"""
_BY_INITIALS = f"""SELECT {COLUMNS} FROM area
WHERE initials >= $1 COLLATE "C" AND initials < $1 || '{{' COLLATE "C" {_FOUND}"""  # noqa: S608 - constants
_BY_NAME = f"""SELECT {COLUMNS} FROM area
WHERE terms @> $7::text[] AND strpos(name, $1) > 0 {_FOUND}"""  # noqa: S608 - constants
