"""The tree: areas by code and by key, their path and their children."""

from collections.abc import Iterable

from models import db, page
from models.area.record import CODE_LENGTHS, COLUMNS, Area, from_row, is_code
from models.page import Page


async def find(code: str) -> Area | None:
    """Give the area with this code, if there is one; a malformed code has none."""
    return (await find_all([code])).get(code)


async def find_all(codes: Iterable[str]) -> dict[str, Area]:
    """Give the areas with these codes, in one statement."""
    known = [code for code in codes if is_code(code)]
    if not known:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM area WHERE code = ANY($1)", known)  # noqa: S608 - constants
    return {row["code"]: from_row(row) for row in rows}


async def find_by_ids(ids: Iterable[int]) -> dict[int, Area]:
    """Give the areas with these keys, in one statement."""
    rows = await db.fetch(f"SELECT {COLUMNS} FROM area WHERE id = ANY($1)", list(ids))  # noqa: S608 - constants
    return {row["id"]: from_row(row) for row in rows}


async def grids() -> dict[str, Area]:
    """Give every grid that holds today, by code."""
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM area WHERE level = 'GRID' AND valid_to IS NULL"  # noqa: S608 - constants
    )
    return {row["code"]: from_row(row) for row in rows}


async def successors(codes: Iterable[str]) -> dict[str, tuple[Area, ...]]:
    """Give what became of each of these areas, by code, in one statement."""
    found: dict[str, list[Area]] = {code: [] for code in codes}
    for row in await db.fetch(_SUCCESSORS, list(found)):
        found[row["of"]].append(from_row(row))
    return {code: tuple(areas) for code, areas in found.items()}


def path_codes(code: str) -> tuple[str, ...]:
    """Name the areas from the city down to `code` itself: the code is the path."""
    return tuple(code[:length] for length in CODE_LENGTHS if length <= len(code))


async def children(
    codes: Iterable[str], *, first: int, after: str | None
) -> dict[str, Page[Area]]:
    """Give a page of the areas right below each of `codes`, by code, in one statement.

    A cursor belongs to one parent: with it, `codes` has that one only. Raises Invalid.
    """
    parents = list(codes)
    start = ""
    if after:
        (start,) = page.key_after(after, page.digest("children", *parents), str)
    rows = await db.fetch(_CHILDREN, parents, start, page.size(first) + 1)
    found: dict[str, list[Area]] = {parent: [] for parent in parents}
    for row in rows:
        found[row["parent_code"]].append(from_row(row))
    return {
        parent: page.cut(areas, first, page.digest("children", parent), lambda area: (area.code,))
        for parent, areas in found.items()
    }


_CHILDREN = f"""
SELECT child.* FROM unnest($1::text[]) AS parent (code)
CROSS JOIN LATERAL (
    SELECT parent_code, {COLUMNS} FROM area
    WHERE area.parent_code = parent.code COLLATE "C" AND area.code > $2 COLLATE "C"
        AND valid_to IS NULL
    ORDER BY area.code LIMIT $3
) AS child
ORDER BY child.code
"""  # noqa: S608 - constants
_SUCCESSORS = f"""
SELECT went.area_code AS of, next.* FROM area_successor AS went
JOIN (SELECT {COLUMNS} FROM area) AS next ON next.code = went.successor_code
WHERE went.area_code = ANY($1::text[]) ORDER BY went.successor_code
"""  # noqa: S608 - constants
