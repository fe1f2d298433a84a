"""Who staffs a grid, and what it lacks by the formula 1+1+1+3+N."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models import catalogue, db
from models.area.record import GRID_CODE_LENGTH
from models.catalogue import Catalogue
from models.role import Role

STAFF_MOST = 100
STAFFING_ROLES = (
    Role.GRID_LEAD,
    Role.GRID_WORKER,
    Role.LIAISON,
    Role.VOLUNTEER,
    Role.SPECIALIST,
)


@dataclass(frozen=True, slots=True)
class Need:
    """How many people of a role a grid needs at least."""

    role: Role
    count: int

    def __post_init__(self) -> None:
        if self.role not in STAFFING_ROLES:
            raise ValueError(f"a grid is staffed by {', '.join(STAFFING_ROLES)}")
        if self.count < 1:
            raise ValueError("the count is at least 1")


STAFFING = catalogue.register(
    Catalogue(
        name="staffing",
        title="The formula 1+1+1+3+N: who makes the staff of a grid complete. 网格力量配备",
        entry=Need,
        default=(
            Need(Role.GRID_LEAD, 1),
            Need(Role.GRID_WORKER, 1),
            Need(Role.LIAISON, 1),
            Need(Role.VOLUNTEER, 3),
        ),
        key=("role",),
    )
)


@dataclass(frozen=True, slots=True)
class Lack:
    """How many of a role are missing."""

    role: Role
    count: int


@dataclass(frozen=True, slots=True)
class Staffing:
    """The people of a subtree by role, each counted once, and what its grids lack together.

    A grid is complete with what the formula needs: by default 1 lead, 1 worker, 1 liaison and 3
    volunteers.
    """

    leads: int
    workers: int
    liaisons: int
    volunteers: int
    specialists: int
    grids: int
    complete_grids: int
    missing: tuple[Lack, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody in charge, as the sign at a grid's entrance names them."""

    role: Role
    name: str
    area_code: str
    unit_name: str | None = None


async def staffing(codes: Iterable[str]) -> dict[str, Staffing]:
    """Count the staff of each subtree and what its grids lack; two statements for all."""
    asked = list(codes)
    people: dict[str, dict[Role, int]] = {code: {} for code in asked}
    for row in await db.fetch(_PEOPLE, asked):
        people[row["of"]][Role(row["role"])] = row["people"]
    grids: dict[str, list[dict[Role, int]]] = {code: [] for code in asked}
    for row in await db.fetch(_GRIDS, asked):
        grids[row["of"]].append({role: row[role.lower()] for role in STAFFING_ROLES})
    needs = catalogue.current(STAFFING).entries
    return {code: _weigh(people[code], grids[code], needs) for code in asked}


def _weigh(
    people: Mapping[Role, int], grids: list[dict[Role, int]], needs: tuple[Need, ...]
) -> Staffing:
    lacks = {
        need.role: sum(max(0, need.count - grid[need.role]) for grid in grids) for need in needs
    }
    complete = sum(all(grid[need.role] >= need.count for need in needs) for grid in grids)
    return Staffing(
        leads=people.get(Role.GRID_LEAD, 0),
        workers=people.get(Role.GRID_WORKER, 0),
        liaisons=people.get(Role.LIAISON, 0),
        volunteers=people.get(Role.VOLUNTEER, 0),
        specialists=people.get(Role.SPECIALIST, 0),
        grids=len(grids),
        complete_grids=complete,
        missing=tuple(Lack(role, count) for role, count in lacks.items() if count),
        is_complete=complete == len(grids),
    )


async def staff(codes: Iterable[str]) -> dict[str, tuple[StaffMember, ...]]:
    """Name those in charge of each of these areas itself: leads, workers, liaisons, specialists.

    Volunteers are private people and are only counted. At most STAFF_MOST an area.
    """
    asked = list(codes)
    found: dict[str, list[StaffMember]] = {code: [] for code in asked}
    for row in await db.fetch(_STAFF, asked, STAFF_MOST):
        found[row["of"]].append(StaffMember(Role(row["role"]), *row[2:]))
    return {code: tuple(members) for code, members in found.items()}


_HOLDS = f"appointment.started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})"
_PEOPLE = f"""
SELECT wanted.of, counted.* FROM unnest($1::text[]) AS wanted (of)
CROSS JOIN LATERAL (
    SELECT role, count(DISTINCT person_id) AS people FROM appointment
    WHERE area_code >= wanted.of COLLATE "C" AND area_code < wanted.of || ':' COLLATE "C"
        AND {_HOLDS}
    GROUP BY role
) AS counted
"""  # noqa: S608 - constants
# Appointments stand at a grid or at one of its micro-grids; both staff the grid.
_GRIDS = f"""
SELECT wanted.of, counted.* FROM unnest($1::text[]) AS wanted (of)
CROSS JOIN LATERAL (
    SELECT
        count(DISTINCT person_id) FILTER (WHERE role = 'GRID_LEAD') AS grid_lead,
        count(DISTINCT person_id) FILTER (WHERE role = 'GRID_WORKER') AS grid_worker,
        count(DISTINCT person_id) FILTER (WHERE role = 'LIAISON') AS liaison,
        count(DISTINCT person_id) FILTER (WHERE role = 'VOLUNTEER') AS volunteer,
        count(DISTINCT person_id) FILTER (WHERE role = 'SPECIALIST') AS specialist
    FROM area AS grid
    LEFT JOIN appointment ON left(appointment.area_code, {GRID_CODE_LENGTH}) = grid.code
        AND appointment.area_code >= wanted.of COLLATE "C"
        AND appointment.area_code < wanted.of || ':' COLLATE "C"
        AND {_HOLDS}
    WHERE grid.level = 'GRID' AND grid.valid_to IS NULL
        AND grid.code >= wanted.of COLLATE "C" AND grid.code < wanted.of || ':' COLLATE "C"
    GROUP BY grid.code
) AS counted
"""  # noqa: S608 - constants
_STAFF = f"""
SELECT wanted.of, member.* FROM unnest($1::text[]) AS wanted (of)
CROSS JOIN LATERAL (
    SELECT role, person.name, appointment.area_code, unit.name AS unit_name
    FROM appointment JOIN person ON person.id = person_id LEFT JOIN unit ON unit.id = unit_id
    WHERE appointment.area_code = wanted.of COLLATE "C" AND {_HOLDS}
        AND role IN ('GRID_LEAD', 'GRID_WORKER', 'LIAISON', 'SPECIALIST',
                     'VILLAGE_CADRE', 'TOWN_OFFICER')
    ORDER BY array_position(ARRAY['GRID_LEAD', 'GRID_WORKER', 'LIAISON', 'SPECIALIST',
                                  'VILLAGE_CADRE', 'TOWN_OFFICER'], role::text), appointment.id
    LIMIT $2
) AS member
"""  # noqa: S608 - constants
