"""The one table of rights: role × action × scope, and how a person's rights are weighed by it.

Every mutation and every maker of records asks here. The page docs/rights.md is generated from
it, and a test tries every cell. Whoever is signed in is a RESIDENT; whoever is banned is nobody.
Nothing here reads a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.access.words import Action, Scope
from models.role import Role

_EVERYBODY = {Role.RESIDENT: Scope.ANYBODY}
_ONESELF = {Role.RESIDENT: Scope.OWN}
_ADMIN = {Role.ADMIN: Scope.CITY}
_TOWN_UP = {Role.TOWN_OFFICER: Scope.AREA, **_ADMIN}
_CADRES_UP = {Role.VILLAGE_CADRE: Scope.AREA, **_TOWN_UP}
_LEADS_UP = {Role.GRID_LEAD: Scope.AREA, **_CADRES_UP}
_WORKERS_UP = {Role.GRID_WORKER: Scope.AREA, **_LEADS_UP}
_LIAISONS_UP = {Role.LIAISON: Scope.AREA, **_WORKERS_UP}

RIGHTS: Mapping[Action, Mapping[Role, Scope]] = {
    Action.SESSION_START: _EVERYBODY,
    Action.SESSION_REFRESH: _EVERYBODY,
    Action.SESSION_END: _EVERYBODY,
    Action.SESSION_END_OTHERS: _ONESELF,
    Action.SESSION_READ: _ONESELF,
    Action.PERSON_READ: {Role.RESIDENT: Scope.HOUSEHOLD, **_LIAISONS_UP},
    Action.PERSON_REVEAL: {Role.RESIDENT: Scope.OWN, **_WORKERS_UP},
    Action.PERSON_VERIFY_PHONE: _ONESELF,
    Action.PERSON_REGISTER: _ONESELF,
    Action.PERSON_BAN: _ADMIN,
    Action.PARTY_READ: {Role.RESIDENT: Scope.OWN, **_CADRES_UP},
    Action.ACCESS_READ: {Role.AUDITOR: Scope.CITY},
    Action.HOUSEHOLD_READ: {Role.RESIDENT: Scope.HOUSEHOLD, **_LIAISONS_UP},
    Action.RESIDENCE_CONFIRM: {Role.LIAISON: Scope.AREA, Role.GRID_WORKER: Scope.AREA},
    Action.ROSTER_IMPORT: _CADRES_UP,
    Action.ROSTER_EXPORT: _CADRES_UP,
    Action.APPOINTMENT_READ: {
        Role.RESIDENT: Scope.OWN,
        Role.DEPARTMENT_OFFICER: Scope.UNIT,
        Role.AUDITOR: Scope.CITY,
        **_LEADS_UP,
    },
    Action.APPOINT_HELPERS: _LEADS_UP,
    Action.APPOINT_GRID_STAFF: _CADRES_UP,
    Action.APPOINT_CADRES: _TOWN_UP,
    Action.APPOINT_TOWN_OFFICERS: _ADMIN,
    Action.APPOINT_UNIT_STAFF: {Role.DEPARTMENT_OFFICER: Scope.UNIT, **_TOWN_UP},
    Action.APPOINT_CITY_STAFF: _ADMIN,
    Action.UNIT_CHANGE: _TOWN_UP,
    Action.AREA_CHANGE: _TOWN_UP,
    Action.STATION_CREATE: _WORKERS_UP,
    Action.STATION_CHANGE: _WORKERS_UP,
    Action.STATION_MOVE: _WORKERS_UP,
    Action.STATION_CLOSE: _CADRES_UP,
    Action.STATION_IMPORT: _CADRES_UP,
    Action.STATION_CHECK_IN: _ONESELF,
    Action.FILE_UPLOAD: _ONESELF,
    Action.NOTIFICATION_READ: _ONESELF,
    Action.MESSAGE_CONSENT: _ONESELF,
    Action.TICKET_SUBMIT: _ONESELF,
    Action.TICKET_READ: {
        **_WORKERS_UP,
        Role.SPECIALIST: Scope.UNIT,
        Role.DEPARTMENT_OFFICER: Scope.UNIT,
        Role.DISPATCHER: Scope.AREA,
        Role.AUDITOR: Scope.CITY,
    },
    Action.TICKET_REPORTER_READ: {
        Role.GRID_WORKER: Scope.AREA,
        Role.GRID_LEAD: Scope.AREA,
        Role.VILLAGE_CADRE: Scope.AREA,
        Role.TOWN_OFFICER: Scope.AREA,
        Role.DEPARTMENT_OFFICER: Scope.UNIT,
        Role.DISPATCHER: Scope.AREA,
    },
    Action.TICKET_DISPATCH: {Role.DISPATCHER: Scope.AREA},
    Action.TICKET_HANDLE: {
        Role.SPECIALIST: Scope.UNIT,
        Role.VILLAGE_CADRE: Scope.UNIT,
        Role.TOWN_OFFICER: Scope.UNIT,
        Role.DEPARTMENT_OFFICER: Scope.UNIT,
    },
    Action.TICKET_PATROL: {Role.GRID_WORKER: Scope.AREA, Role.GRID_LEAD: Scope.AREA},
    Action.TICKET_VERIFY: {
        Role.GRID_WORKER: Scope.AREA,
        Role.GRID_LEAD: Scope.AREA,
        Role.VILLAGE_CADRE: Scope.AREA,
    },
    Action.POINTS_READ: {Role.RESIDENT: Scope.OWN, **_CADRES_UP},
    Action.POINTS_GRANT: _WORKERS_UP,
    Action.POINTS_REVERSE: _CADRES_UP,
    Action.POINTS_AUDIT: {Role.AUDITOR: Scope.CITY, **_ADMIN},
    Action.POINTS_PUBLISH: _CADRES_UP,
    Action.POINTS_OBJECT: _ONESELF,
    Action.POINTS_INSPECT: _LIAISONS_UP,
    Action.POINTS_REVIEW: _CADRES_UP,
    Action.POINTS_SERVE: _ONESELF,
    Action.POINTS_CONFIRM: _LIAISONS_UP,
    Action.POINTS_RULE: _CADRES_UP,
    Action.POINTS_PROGRAMME: _TOWN_UP,
    Action.POINTS_SETTLE: _CADRES_UP,
    Action.MERCHANT_APPLY: _ONESELF,
    Action.MERCHANT_APPROVE: _CADRES_UP,
    Action.MERCHANT_STAFF: {Role.RESIDENT: Scope.OWN, **_CADRES_UP},
    Action.MERCHANT_CLOSE: {Role.RESIDENT: Scope.OWN, **_CADRES_UP},
    Action.REWARD_OFFER: _ONESELF,
    Action.REWARD_APPROVE: _CADRES_UP,
    Action.REWARD_REDEEM: _ONESELF,
    Action.VOUCHER_VERIFY: _ONESELF,
    Action.VOUCHER_UNDO: _ONESELF,
    Action.VOUCHER_CANCEL: _ONESELF,
    Action.VOUCHER_REVIEW: {Role.AUDITOR: Scope.CITY, **_CADRES_UP},
    Action.WISH_SUBMIT: _ONESELF,
    Action.WISH_HELP: {
        Role.LIAISON: Scope.AREA,
        Role.GRID_WORKER: Scope.AREA,
        Role.GRID_LEAD: Scope.AREA,
        Role.VILLAGE_CADRE: Scope.AREA,
    },
    Action.WISH_READ: {**_WORKERS_UP, Role.AUDITOR: Scope.CITY},
    Action.WISH_REVIEW: _CADRES_UP,
    Action.WISH_CLAIM: {
        Role.VOLUNTEER: Scope.CITY,
        Role.COURIER: Scope.CITY,
        Role.MERCHANT: Scope.CITY,
        Role.LIAISON: Scope.CITY,
        Role.GRID_WORKER: Scope.CITY,
        Role.GRID_LEAD: Scope.CITY,
        Role.SPECIALIST: Scope.CITY,
        Role.VILLAGE_CADRE: Scope.CITY,
        Role.TOWN_OFFICER: Scope.CITY,
        Role.DEPARTMENT_OFFICER: Scope.CITY,
    },
    Action.WISH_FULFIL: _ONESELF,
    Action.RESOURCE_OFFER: _ONESELF,
}


class Held(NamedTuple):
    """A role that holds today: in an area, or in a unit and its area."""

    role: Role
    area_code: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What an action is about, as far as a right can depend on it; None never matches."""

    owner_id: int | None = None
    household_id: int | None = None
    unit_id: int | None = None
    area_code: str | None = None


NOTHING = Thing()
"""No thing: what only those reach who reach everything."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who asks, and what they hold at this moment; `person_id` is None for nobody."""

    person_id: int | None = None
    household_id: int | None = None
    held: tuple[Held, ...] = ()

    def may(self, action: Action, thing: Thing = NOTHING) -> bool:
        """Say whether the table gives this person the action on this thing."""
        scopes = RIGHTS[action]
        if scopes.get(Role.RESIDENT) is Scope.ANYBODY:
            return True
        if self.person_id is None:
            return False
        residents = scopes.get(Role.RESIDENT)
        if residents is not None and self._reaches(residents, _LIVING_HERE, thing):
            return True
        return any(
            self._reaches(scopes[one.role], one, thing) for one in self.held if one.role in scopes
        )

    def areas(self, action: Action) -> tuple[str, ...]:
        """Name the areas in whose subtrees they may do it: "" stands for the whole city.

        For lists, which are read by ranges of codes; what is one's own is not in it.
        """
        scopes = RIGHTS[action]
        reached = {
            "" if scopes[one.role] is Scope.CITY else one.area_code
            for one in self.held
            if scopes.get(one.role) in {Scope.AREA, Scope.CITY}
        }
        outermost = [
            code
            for code in reached
            if not any(code != other and code.startswith(other) for other in reached)
        ]
        return tuple(sorted(outermost))

    def _reaches(self, scope: Scope, held: Held, thing: Thing) -> bool:
        match scope:
            case Scope.ANYBODY | Scope.CITY:
                return True
            case Scope.OWN:
                return thing.owner_id == self.person_id
            case Scope.HOUSEHOLD:
                is_ours = self.household_id is not None and thing.household_id == self.household_id
                return is_ours or thing.owner_id == self.person_id
            case Scope.UNIT:
                return held.unit_id is not None and thing.unit_id == held.unit_id
            case Scope.AREA:
                return thing.area_code is not None and thing.area_code.startswith(held.area_code)


NOBODY = Rights()
_LIVING_HERE = Held(Role.RESIDENT, "")


def is_open_to_anybody(action: Action) -> bool:
    """Say whether an action needs no sign-in."""
    return Scope.ANYBODY in RIGHTS[action].values()
