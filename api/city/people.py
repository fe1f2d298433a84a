"""The people who staff the standard city, by the formula 1+1+1+3+N, with some gaps."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from api.city import names
from api.city.areas import GRIDS, Place
from api.city.codes import DEVELOPMENT_VILLAGE, OTHER_GRID
from api.city.units import CENTRE, Unit
from models.role import Role

VOLUNTEERS, PARTY_VOLUNTEERS = 21_456, 7_152
VOLUNTEERS_LEAST = 5
"""A grid with enough volunteers has at least these, so that one may leave."""
THIN_GRIDS = 14
THIN_VOLUNTEERS = 2
GAPS = {Role.GRID_LEAD: 17, Role.GRID_WORKER: 31, Role.LIAISON: 26}
"""How many grids lack one of a role; besides, THIN_GRIDS lack a volunteer."""

CADRES_BESIDE_LEADS = 2
TOWN_OFFICERS = 4
UNIT_OFFICERS = {"DEPARTMENT": 5, "OTHER": 2, "STATIONED": 3}
DISPATCHERS = 12
PREDECESSORS = 90
"""So many grid workers of former years are kept with the day on which they left."""

PARTY_SHARES = {
    Role.GRID_LEAD: 0.9,
    Role.VILLAGE_CADRE: 0.9,
    Role.TOWN_OFFICER: 0.8,
    Role.GRID_WORKER: 0.5,
    Role.LIAISON: 0.4,
    Role.SPECIALIST: 0.6,
    Role.DEPARTMENT_OFFICER: 0.7,
    Role.DISPATCHER: 0.5,
}
OFFICES = ("TOWN", "VILLAGE")
"""The kinds of units that are the office of an area, staffed by its officers or cadres."""

FIRST_DAY = date(2022, 1, 4)
DAYS = 1_300
HANDED_OVER_ON = date(2021, 12, 31)


class Person(NamedTuple):
    """A row of the table person; what it leaves out has its default."""

    id: int
    name: str
    is_party_member: bool


class Appointment(NamedTuple):
    """A row of the table appointment; the database gives it its key."""

    person_id: int
    role: str
    area_code: str
    started_on: date
    ended_on: date | None
    unit_id: int | None


class Staff:
    """Gathers the people and their offices while the city is staffed."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.persons: list[Person] = []
        self.offices = {unit.area_code: unit.id for unit in units if unit.kind in OFFICES}
        self.appointments: list[Appointment] = []
        self.randomness = names.source("people")
        self._names = names.people(names.source("names"))

    def hire(self, *, is_party_member: bool) -> int:
        """Make a person; gives the key."""
        key = len(self.persons) + 1
        self.persons.append(Person(key, next(self._names), is_party_member))
        return key

    def hire_for(self, role: Role) -> int:
        """Make a person who is as often a party member as those of the role are."""
        return self.hire(is_party_member=self.randomness.random() < PARTY_SHARES[role])

    def appoint(
        self,
        person: int,
        role: Role,
        code: str,
        *,
        ended_on: date | None = None,
        unit_id: int | None = None,
    ) -> None:
        """Give a person a role in an area, or in a unit and its area."""
        started_on = FIRST_DAY + timedelta(days=int(self.randomness.random() * DAYS))
        if ended_on:
            started_on = ended_on - timedelta(days=700)
        self.appointments.append(
            Appointment(person, role.value, code, started_on, ended_on, unit_id)
        )


def staff(towns: Sequence[Place], units: Sequence[Unit]) -> Staff:
    """Staff the whole city."""
    staffing = Staff(units)
    grids = [grid for town in towns for village in town.children for grid in village.children]
    assert len(grids) == GRIDS
    gaps = _gaps(grids, staffing.randomness)
    for town in towns:
        for _ in range(TOWN_OFFICERS):
            officer = staffing.hire_for(Role.TOWN_OFFICER)
            office = staffing.offices[town.code]
            staffing.appoint(officer, Role.TOWN_OFFICER, town.code, unit_id=office)
        for village in town.children:
            _staff_village(staffing, village, gaps)
    for grid in staffing.randomness.sample(grids, PREDECESSORS):
        worker = staffing.hire_for(Role.GRID_WORKER)
        staffing.appoint(worker, Role.GRID_WORKER, grid.code, ended_on=HANDED_OVER_ON)
    _volunteers(staffing, grids, gaps[Role.VOLUNTEER])
    _staff_units(staffing, units)
    return staffing


def _gaps(grids: Sequence[Place], randomness: random.Random) -> dict[Role, set[str]]:
    """Choose the grids that lack somebody; those where development people live lack nobody."""
    codes = [
        grid.code
        for grid in grids
        if not grid.code.startswith(DEVELOPMENT_VILLAGE) and grid.code != OTHER_GRID
    ]
    counts = {**GAPS, Role.VOLUNTEER: THIN_GRIDS}
    return {role: set(randomness.sample(codes, count)) for role, count in counts.items()}


def _staff_village(staffing: Staff, village: Place, gaps: dict[Role, set[str]]) -> None:
    """Appoint cadres, who lead the grids too, workers, liaisons, and one policeman for all."""
    office = staffing.offices[village.code]
    for _ in range(CADRES_BESIDE_LEADS):
        cadre = staffing.hire_for(Role.VILLAGE_CADRE)
        staffing.appoint(cadre, Role.VILLAGE_CADRE, village.code, unit_id=office)
    specialist = staffing.hire_for(Role.SPECIALIST)
    for grid in village.children:
        staffing.appoint(specialist, Role.SPECIALIST, grid.code)
        if grid.code not in gaps[Role.GRID_LEAD]:
            lead = staffing.hire_for(Role.GRID_LEAD)
            staffing.appoint(lead, Role.VILLAGE_CADRE, village.code, unit_id=office)
            staffing.appoint(lead, Role.GRID_LEAD, grid.code)
        if grid.code not in gaps[Role.GRID_WORKER]:
            worker = staffing.hire_for(Role.GRID_WORKER)
            staffing.appoint(worker, Role.GRID_WORKER, grid.code)
        if grid.code not in gaps[Role.LIAISON]:
            home = staffing.randomness.choice(grid.children)
            staffing.appoint(staffing.hire_for(Role.LIAISON), Role.LIAISON, home.code)


def _staff_units(staffing: Staff, units: Sequence[Unit]) -> None:
    """Appoint the officers of departments and stationed units, and the centre's dispatchers."""
    for unit in units:
        for _ in range(UNIT_OFFICERS.get(unit.kind, 0)):
            officer = staffing.hire_for(Role.DEPARTMENT_OFFICER)
            staffing.appoint(officer, Role.DEPARTMENT_OFFICER, unit.area_code, unit_id=unit.id)
        for _ in range(DISPATCHERS if unit.name == CENTRE else 0):
            dispatcher = staffing.hire_for(Role.DISPATCHER)
            staffing.appoint(dispatcher, Role.DISPATCHER, unit.area_code, unit_id=unit.id)


def _volunteers(staffing: Staff, grids: Sequence[Place], thin: set[str]) -> None:
    """Give every micro-grid its volunteers; a third of them are party members."""
    randomness = staffing.randomness
    homes = list(_volunteer_homes(grids, thin, randomness))
    membership = [True] * PARTY_VOLUNTEERS + [False] * (VOLUNTEERS - PARTY_VOLUNTEERS)
    randomness.shuffle(membership)
    for home, is_party_member in zip(homes, membership, strict=True):
        person = staffing.hire(is_party_member=is_party_member)
        staffing.appoint(person, Role.VOLUNTEER, home.code)


def _volunteer_homes(
    grids: Sequence[Place], thin: set[str], randomness: random.Random
) -> Iterator[Place]:
    left = VOLUNTEERS
    homes: list[Place] = []
    for grid in grids:
        count = THIN_VOLUNTEERS if grid.code in thin else VOLUNTEERS_LEAST
        left -= count
        yield from randomness.sample(grid.children, count)
        if grid.code not in thin:
            homes += grid.children
    yield from randomness.choices(homes, weights=[home.weight for home in homes], k=left)
