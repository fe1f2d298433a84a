"""What is shown of people and their homes: every record already is what its viewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from models.area import Area
from models.role import Role
from models.words import Word


class ResidenceState(Word):
    """How far it is settled that somebody lives in a place."""

    PENDING = "PENDING", "Asked for, and nobody has decided yet.", "待确认"
    CONFIRMED = "CONFIRMED", "Confirmed: the person lives there now.", "已确认"
    REFUSED = "REFUSED", "Refused by those who look after the place.", "已驳回"
    WITHDRAWN = "WITHDRAWN", "Taken back by who had asked.", "已撤回"
    ENDED = "ENDED", "Over: the person lives elsewhere now.", "已迁出"


@dataclass(frozen=True, slots=True)
class Household:
    """A home in a micro-grid, its address without numbers."""

    id: int
    code: str
    area: Area
    address_masked: str | None
    head_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Residence:
    """That somebody lives, lived or wants to live in a micro-grid.

    `household` is None for those who may not see it. The registered name and address are what
    was asked for, while it is pending.
    """

    id: int
    person_id: int
    area: Area
    household: Household | None
    state: ResidenceState
    started_on: date | None
    ended_on: date | None
    registered_at: datetime
    registered_name: str | None
    registered_address_masked: str | None
    reason: str | None


class Asker(NamedTuple):
    """Who asks, and by which session; None where no session has to hold."""

    person_id: int
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as this viewer may see them: None is what is not there or not for the viewer."""

    id: int
    name: str
    phone_masked: str | None = None
    is_party_member: bool | None = None
    residence: Residence | None = None
    is_banned: bool | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """A role of the viewer's that holds today, in an area or in a unit and its area."""

    role: Role
    area: Area
    unit_name: str | None
    started_on: date


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who asks, with today's roles and home, and the parts that were asked for."""

    id: int
    name: str
    roles: tuple[Role, ...]
    phone_masked: str | None = None
    is_party_member: bool = False
    appointments: tuple[Office, ...] = ()
    residence: Residence | None = None
    pending_residence: Residence | None = None
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was started or renewed: the token that renews it, and its last moment."""

    session_id: int
    person: Person
    refresh_token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ActiveSession:
    """Where the person who asks is signed in."""

    id: int
    device: str
    started_at: datetime
    used_at: datetime
    is_current: bool
