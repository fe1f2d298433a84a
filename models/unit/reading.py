"""Reading units: by key, as a list, and who serves in them."""

from collections.abc import Iterable

from models import area, db, page
from models.area import StaffMember
from models.db import Connection
from models.errors import Invalid
from models.page import Page
from models.role import Role
from models.unit.record import COLUMNS, Unit, UnitKind, from_row

SEARCH_LENGTH_MOST = 32
STAFF_MOST = 100


async def find(key: int) -> Unit | None:
    """Give the unit with this key, open or closed, if there is one."""
    return (await find_by_ids([key])).get(key)


async def find_by_ids(ids: Iterable[int]) -> dict[int, Unit]:
    """Give the units with these keys, in one statement."""
    rows = await db.fetch(f"SELECT {COLUMNS} FROM unit WHERE id = ANY($1)", list(ids))  # noqa: S608 - constants
    return {row["id"]: from_row(row) for row in rows}


async def units(  # noqa: PLR0913 - the filters of the list
    *,
    kind: UnitKind | None = None,
    under: str | None = None,
    parent_id: int | None = None,
    search: str | None = None,
    first: int = page.FIRST_DEFAULT,
    after: str | None = None,
) -> Page[Unit]:
    """List open units by code: of a kind, in an area's subtree, below a unit, by part of name.

    Raises Invalid.
    """
    if under is not None and not area.is_code(under):
        raise Invalid("区划代码无法识别")
    wanted = search.strip() if search is not None else ""
    if len(wanted) > SEARCH_LENGTH_MOST:
        raise Invalid(f"搜索内容最多 {SEARCH_LENGTH_MOST} 个字")
    asked = page.digest("units", kind, under, parent_id, wanted)
    (start,) = page.key_after(after, asked, str) if after else ("",)
    rows = await db.fetch(
        _UNITS, kind, under or "", parent_id, wanted, start, page.size(first) + 1
    )
    return page.cut([from_row(row) for row in rows], first, asked, lambda unit: (unit.code,))


async def staff(ids: Iterable[int]) -> dict[int, tuple[StaffMember, ...]]:
    """Name those who serve in each of these units: officers, then specialists out in grids.

    At most STAFF_MOST a unit.
    """
    found: dict[int, list[StaffMember]] = {key: [] for key in ids}
    for row in await db.fetch(_STAFF, list(found), STAFF_MOST):
        found[row["of"]].append(StaffMember(Role(row["role"]), *row[2:]))
    return {key: tuple(members) for key, members in found.items()}


async def hold(connection: Connection, key: int) -> Unit | None:
    """Give the unit if it is open, and keep it so until the transaction ends."""
    row = await connection.fetchrow(_HOLD, key)
    return from_row(row) if row else None


_UNITS = f"""
SELECT {COLUMNS} FROM unit WHERE closed_at IS NULL
    AND ($1::text IS NULL OR kind = $1)
    AND area_code >= $2 COLLATE "C" AND area_code < $2 || ':' COLLATE "C"
    AND ($3::bigint IS NULL OR parent_id = $3)
    AND strpos(name, $4) > 0 AND code > $5
ORDER BY code LIMIT $6
"""  # noqa: S608 - constants
_STAFF = f"""
SELECT wanted.of, member.* FROM unnest($1::bigint[]) AS wanted (of)
CROSS JOIN LATERAL (
    SELECT role, person.name, appointment.area_code, unit.name AS unit_name
    FROM appointment JOIN person ON person.id = person_id JOIN unit ON unit.id = unit_id
    WHERE unit_id = wanted.of AND role IN ('DEPARTMENT_OFFICER', 'SPECIALIST')
        AND started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})
    ORDER BY role, appointment.id LIMIT $2
) AS member
"""  # noqa: S608 - constants
_HOLD = f"SELECT {COLUMNS} FROM unit WHERE id = $1 AND closed_at IS NULL FOR SHARE"  # noqa: S608 - constants
