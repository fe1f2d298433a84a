"""What a move is decided on: the ticket as it stands, who asks, and what they ask. All pure."""

from dataclasses import dataclass, field
from datetime import datetime

from models.access.rights import Rights, Thing
from models.access.words import Action
from models.geo import Point
from models.role import Role
from models.ticket.due import CLOCKS, due
from models.ticket.words import Extension, Move, Party, Source, State, Urgency

CITY_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as far as a move depends on it; `is_closed` takes no more tickets."""

    id: int
    kind: str
    area_code: str
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as far as moves depend on it, and all that they change.

    `due_at` is the end of the clock that runs in its state, None once it is over;
    `resolve_due_at` that of handling, which outlasts a suspension.
    """

    id: int
    area_code: str
    category: str
    urgency: Urgency
    source: Source
    point: Point
    submitted_at: datetime
    state: State = State.SUBMITTED
    version: int = 1
    round: int = 1
    unit: Unit | None = None
    assignee_id: int | None = None
    resolver_id: int | None = None
    merged_into_id: int | None = None
    returns: int = 0
    is_bound: bool = False
    is_appealed: bool = False
    extension: Extension | None = None
    extension_days: int | None = None
    calls: int = 0
    due_at: datetime | None = None
    resolve_due_at: datetime | None = None
    paused_at: datetime | None = None
    contacted_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    urged_at: datetime | None = None
    is_solved: bool | None = None
    satisfaction: int | None = None

    @property
    def is_over(self) -> bool:
        """Say whether nobody has anything to do any more."""
        return self.state not in CLOCKS

    def thing(self) -> Thing:
        """Give what rights to it depend on; who reported it is no matter of rights here."""
        return Thing(area_code=self.area_code, unit_id=self.unit.id if self.unit else None)

    def due_in(self, state: State, *, at: datetime) -> datetime | None:
        """Say when it is due in a state that begins at `at`."""
        if state not in CLOCKS:
            return None
        return due(CLOCKS[state], category=self.category, urgency=self.urgency, at=at)


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: their rights, and whether they reported this ticket, alone or with others."""

    rights: Rights
    is_reporter: bool = False
    is_joiner: bool = False
    is_near: bool = False

    @property
    def person_id(self) -> int | None:
        """Give the person, None for nobody or who is banned."""
        return self.rights.person_id


@dataclass(frozen=True, slots=True)
class Ask:
    """A move that somebody asks for, with all that a move may take.

    Texts are clean (models/text.py). `unit` and `other`, the ticket to be merged into, are as
    they stand in the same transaction; `assignee` is what the person to be assigned may do.
    `area_code` is the grid of today for a ticket that is to be opened again.
    """

    move: Move
    text: str | None = None
    is_internal: bool = False
    reason: str | None = None
    unit: Unit | None = None
    other: Case | None = None
    assignee: Rights | None = None
    area_code: str | None = None
    photo_ids: tuple[int, ...] = field(default=())
    days: int | None = None
    is_contacted: bool = True
    is_solved: bool | None = None
    satisfaction: int | None = None


def parties(case: Case, who: Who) -> frozenset[Party]:
    """Say what somebody is to a ticket; nobody, and who is banned, is nothing to it."""
    if who.person_id is None:
        return frozenset()
    held = who.rights
    thing = case.thing()
    centre = Thing(area_code=case.area_code[:CITY_CODE_LENGTH])
    handles = is_handler(case, held)
    dispatches = held.may(Action.TICKET_DISPATCH, thing)
    found = {
        Party.REPORTER: who.is_reporter,
        Party.JOINER: who.is_joiner and not who.is_reporter,
        Party.HANDLER: handles,
        Party.WORKER: held.may(Action.TICKET_PATROL, thing),
        Party.CHECKER: held.may(Action.TICKET_VERIFY, thing),
        Party.DISPATCHER: dispatches,
        Party.CENTRE: dispatches and held.may(Action.TICKET_DISPATCH, centre),
        Party.STAFF: handles or held.may(Action.TICKET_READ, thing),
        Party.NEIGHBOUR: who.is_near,
    }
    return frozenset(party for party, holds in found.items() if holds)


def is_handler(case: Case, held: Rights) -> bool:
    """Say whether somebody handles a ticket: as staff of its unit, or as the one assigned.

    Who was assigned and lost the office that lets them see it is no handler any more.
    """
    if case.unit and is_staff(case.unit, held):
        return True
    is_assigned = held.person_id is not None and held.person_id == case.assignee_id
    return is_assigned and held.may(Action.TICKET_READ, case.thing())


def is_staff(unit: Unit, held: Rights) -> bool:
    """Say whether somebody is staff of a unit.

    The office of a town or village is staffed by the officers or cadres of that area, whether
    or not their appointment names the unit.
    """
    if held.may(Action.TICKET_HANDLE, Thing(unit_id=unit.id)):
        return True
    role = _OFFICES.get(unit.kind)
    return any(one.role is role and one.area_code == unit.area_code for one in held.held)


_OFFICES = {"TOWN": Role.TOWN_OFFICER, "VILLAGE": Role.VILLAGE_CADRE}


def may_be_assigned(case: Case, held: Rights) -> bool:
    """Say whether the unit can give a ticket to this person.

    Its own staff, and for a town or village also the workers of the ticket's grid.
    """
    if case.unit is None:
        return held.may(Action.TICKET_PATROL, case.thing())
    is_office = case.unit.kind in _OFFICES
    return is_staff(case.unit, held) or (
        is_office and held.may(Action.TICKET_PATROL, case.thing())
    )
