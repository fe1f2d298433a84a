"""Who is in charge at a place: the names on the sign, from the liaison up to the village."""

from dataclasses import dataclass

from models import db, geo
from models.area.place import at
from models.area.record import COLUMNS, Area, from_row
from models.area.staffing import StaffMember
from models.geo import Point
from models.role import Role

STAFF_MOST = 100
ROLES = (
    Role.LIAISON,
    Role.GRID_WORKER,
    Role.GRID_LEAD,
    Role.SPECIALIST,
    Role.VILLAGE_CADRE,
)
"""Who is named, nearest first; a policeman is a specialist whom the police have sent."""


@dataclass(frozen=True, slots=True)
class InCharge:
    """The grid and micro-grid of a place, and who is in charge there, nearest first.

    The micro-grid is the one with the nearest centre; None where the grid has none.
    """

    grid: Area
    micro_grid: Area | None
    staff: tuple[StaffMember, ...]


async def in_charge(point: Point) -> InCharge | None:
    """Say who is in charge at a point, in two statements; None is outside of every grid."""
    grid = await at(point)
    if grid is None:
        return None
    rows = await db.fetch(_AROUND, grid.code, list(ROLES), STAFF_MOST)
    micro_grids = {row["code"]: from_row(row) for row in rows if row["code"] is not None}
    micro_grid = min(
        micro_grids.values(),
        key=lambda one: (geo.distance_meters(point, one.point), one.code),
        default=None,
    )
    here = {grid.code, grid.code[:-2], micro_grid.code if micro_grid else grid.code}
    staff = [
        StaffMember(Role(row["role"]), row["officer"], row["area_code"], row["unit_name"])
        for row in rows
        if row["area_code"] in here
    ]
    return InCharge(grid, micro_grid, tuple(sorted(staff, key=lambda one: ROLES.index(one.role))))


_HOLDS = f"started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})"
_MICRO_GRIDS = f"""
SELECT {COLUMNS} FROM area WHERE parent_code = $1 COLLATE "C" AND valid_to IS NULL
"""  # noqa: S608 - constants
# The micro-grids of the grid, each a row, and below them its staff: one answer for both.
_AROUND = f"""
WITH micro_grid AS ({_MICRO_GRIDS}), place AS (
    SELECT code FROM micro_grid UNION ALL SELECT unnest(ARRAY[$1, left($1, -2)])
), member AS (
    SELECT found.* FROM place CROSS JOIN LATERAL (
        SELECT appointment.id AS office, role, person.name AS officer, appointment.area_code,
            unit.name AS unit_name
        FROM appointment JOIN person ON person.id = person_id LEFT JOIN unit ON unit.id = unit_id
        WHERE appointment.area_code = place.code COLLATE "C" AND role = ANY($2::text[])
            AND {_HOLDS}
        ORDER BY appointment.id LIMIT $3
    ) AS found
)
SELECT * FROM micro_grid FULL JOIN member ON false ORDER BY office
"""  # noqa: S608 - constants
