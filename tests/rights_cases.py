"""How each mutation is tried by tests/test_rights.py; a mutation without a case fails there.

A case is a function under `@case("fieldName", Action.X)`. A mutation that needs another right for
each kind of input has a case for each; one that needs one of several rights names them together.
The function gets a `Target`, writes what the mutation needs there, and gives a `Try`: the input,
and the facts of the thing by which the table of rights decides (tests/rights_table.py). An allowed
one is tried right after it was built; those that are refused are built first and tried together,
and share what they are about if it is at the same place and not the actor's own. `by_actor=True`
says that they can't, since the input holds something of the actor's.

`of_people=True` says that the thing belongs to `target.owner_id`, who is the actor in one half of
the cells; `never_oneself=True` that it is refused then; `of_oneself=True` that it is always the
actor's own. A `move` says that the table of the flow of tickets decides as well.

Cases of people stand in tests/rights_people.py, those of the other domains in files named so.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import db
from models.access import Action
from models.ticket import Move
from resolvers.node import global_id
from tests import grids
from tests.rights_city import CITY, Place

EXEMPT: Mapping[str, str] = {
    "sessionStart": "Rights begin with it; tests/test_sign_in.py tries it with codes.",
}
"""Mutations that have no case, and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the thing shall lie, whose it shall be, and a number that no other target has."""

    place: Place
    actor_id: int | None
    owner_id: int
    household_id: int
    owner_phone: str
    is_own: bool
    number: int

    @property
    def key(self) -> str:
        """A new idempotency key."""
        return f"key {self.number}"


@dataclass(frozen=True, slots=True)
class Try:
    """An input, and what the thing is by which the table decides.

    `office_code` is the area whose officers or cadres staff the unit without being named in it.
    """

    input: dict[str, Any]
    area_code: str | None = None
    unit_id: int | None = None
    office_code: str | None = None
    owner_id: int | None = None
    household_id: int | None = None


Build = Callable[[Target], Awaitable[Try]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a mutation is tried for its actions, one of which is enough."""

    mutation: str
    actions: tuple[Action, ...]
    build: Build
    of_people: bool = False
    never_oneself: bool = False
    of_oneself: bool = False
    by_actor: bool = False
    move: Move | None = None

    @property
    def is_of_people(self) -> bool:
        """Whether the thing belongs to somebody."""
        return self.of_people or self.never_oneself or self.of_oneself


CASES: list[Case] = []


def case(mutation: str, *actions: Action, **how: Any) -> Callable[[Build], Build]:  # noqa: ANN401 - the fields of Case
    """Register a case."""

    def register(build: Build) -> Build:
        CASES.append(Case(mutation=mutation, actions=actions, build=build, **how))
        return build

    return register


# Appointments


def _offices(place: Place) -> dict[Action, tuple[str, str]]:
    """Name, for each action, a role that it gives, and where."""
    return {
        Action.APPOINT_HELPERS: ("VOLUNTEER", place.micro_grid),
        Action.APPOINT_GRID_STAFF: ("GRID_WORKER", place.grid),
        Action.APPOINT_CADRES: ("VILLAGE_CADRE", place.village),
        Action.APPOINT_TOWN_OFFICERS: ("TOWN_OFFICER", place.town),
        Action.APPOINT_UNIT_STAFF: ("DEPARTMENT_OFFICER", place.village),
        Action.APPOINT_CITY_STAFF: ("AUDITOR", CITY),
    }


def _appoints(action: Action) -> None:
    @case("appointmentStart", action, never_oneself=True)
    async def start(target: Target) -> Try:
        role, code = _offices(target.place)[action]
        given = {"phone": target.owner_phone, "role": role, "idempotencyKey": target.key}
        if action is Action.APPOINT_UNIT_STAFF:
            unit = target.place.unit_id
            return Try({**given, "unitId": global_id("Unit", unit)}, code, unit)
        return Try({**given, "areaCode": code}, code)

    @case("appointmentEnd", action, never_oneself=True)
    async def end(target: Target) -> Try:
        role, code = _offices(target.place)[action]
        unit = target.place.unit_id if action is Action.APPOINT_UNIT_STAFF else None
        if unit and target.is_own:
            # Who serves in the unit of others could relieve these.
            unit = await _new_unit(target, code)
        held = await grids.value(
            "SELECT max(id) FROM appointment WHERE person_id = $1 AND role = $2"
            " AND area_code = $3 AND unit_id IS NOT DISTINCT FROM $4 AND ended_on IS NULL",
            target.owner_id,
            role,
            code,
            unit,
        ) or await grids.add(
            "appointment",
            person_id=target.owner_id,
            role=role,
            area_code=code,
            unit_id=unit,
            started_on=grids.SINCE,
        )
        key = global_id("Appointment", held)
        return Try({"appointmentId": key, "idempotencyKey": target.key}, code, unit)


for _action in _offices(Place("", "", "", "", "", 0, 0, 0)):
    _appoints(_action)


# Areas


async def _spare_grids(village: str, count: int) -> list[str]:
    """Give grids of a village in which nobody serves, each with two micro-grids."""
    codes = [one.code for one in await grids.current(village)]
    found = [code for code in codes if len(code) == 14 and code[-2:] > "09"]
    number = int(max([*found, village + "09"])[-2:])
    while len(found) < count:
        number += 1
        code = f"{village}{number}"
        await grids.add_area(code, "GRID", "GENERAL", 200)
        for end in ("01", "02"):
            await grids.add_area(code + end, "MICRO_GRID", None, 100)
        found.append(code)
    return found[:count]


def _part(name: str, *micro_grids: str) -> dict[str, object]:
    return {"name": name, "partyOrganisation": "党支部", "microGridCodes": micro_grids}


@case("areaChange", Action.AREA_CHANGE)
async def _area_change(target: Target) -> Try:
    code = target.place.grid
    version = await grids.value("SELECT version FROM area WHERE code = $1", code)
    name = f"第{target.number}网格"
    return Try({"code": code, "version": version, "name": name}, code)


@case("areaMerge", Action.AREA_CHANGE)
async def _area_merge(target: Target) -> Try:
    codes = await _spare_grids(target.place.village, 2)
    given = {"codes": codes, "name": "合并", "partyOrganisation": "党支部"}
    return Try({**given, "idempotencyKey": target.key}, codes[0])


@case("areaSplit", Action.AREA_CHANGE)
async def _area_split(target: Target) -> Try:
    (code,) = await _spare_grids(target.place.village, 1)
    below = [one.code for one in await grids.current(code) if one.code != code]
    parts = [_part("甲", *below[:1]), _part("乙", *below[1:])]
    return Try({"code": code, "parts": parts, "idempotencyKey": target.key}, code)


# Units


@case("unitCreate", Action.UNIT_CHANGE)
async def _unit_create(target: Target) -> Try:
    code = target.place.village
    given = {"code": f"NEW-{target.number}", "kind": "VILLAGE", "name": "新站", "areaCode": code}
    return Try({**given, "idempotencyKey": target.key}, code)


@case("unitChange", Action.UNIT_CHANGE)
async def _unit_change(target: Target) -> Try:
    return await _unit(target, name=f"第{target.number}站")


@case("unitClose", Action.UNIT_CHANGE)
async def _unit_close(target: Target) -> Try:
    return await _unit(target)


@case("unitReopen", Action.UNIT_CHANGE)
async def _unit_reopen(target: Target) -> Try:
    tried = await _unit(target)
    await db.execute("UPDATE unit SET closed_at = now() WHERE id = $1", tried.unit_id)
    return tried


async def _unit(target: Target, **facts: object) -> Try:
    code = target.place.village
    unit = await _new_unit(target, code)
    return Try({"unitId": global_id("Unit", unit), "version": 1, **facts}, code, unit)


async def _new_unit(target: Target, code: str) -> int:
    return await grids.add(
        "unit", code=f"U{target.number}", kind="OTHER", name="站", area_code=code
    )
