"""What a move is decided on: the wish as it stands, who asks, and what they ask. All pure."""

from dataclasses import dataclass
from datetime import date, datetime

from models.access.rights import NOBODY, Rights, Thing
from models.access.words import Action
from models.wish.words import (
    OVER_STATES,
    Beneficiary,
    Category,
    Checked,
    Outcome,
    Party,
    State,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim by a person, for themself or for their unit; `outcome` is None while it is active.

    Only one of a wish is active, or led to its confirmation.
    """

    person_id: int
    unit_id: int | None
    claimed_at: datetime
    outcome: Outcome | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A wish as far as moves depend on it, and all that they change.

    `due_at` is when its state ends by itself, None if it lasts. `household_id` is the home of the
    wisher, as it is now.
    """

    id: int
    area_code: str
    wisher_id: int
    helper_id: int | None
    category: Category
    beneficiary: Beneficiary
    deadline_on: date
    household_id: int | None = None
    state: State = State.DRAFT
    version: int = 0
    checked: Checked = Checked.PENDING
    claim: Claim | None = None
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    published_at: datetime | None = None
    fulfilled_at: datetime | None = None
    ended_at: datetime | None = None
    is_thanked: bool = False

    @property
    def is_over(self) -> bool:
        """Say whether nobody has anything to do any more."""
        return self.state in OVER_STATES

    def thing(self) -> Thing:
        """Give what rights to it depend on."""
        return Thing(area_code=self.area_code)


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: their rights, and whether they are of the party; or nobody, the system itself."""

    rights: Rights = NOBODY
    is_party_member: bool = False
    is_system: bool = False

    @property
    def person_id(self) -> int | None:
        """Give the person, None for nobody or who is banned."""
        return self.rights.person_id


@dataclass(frozen=True, slots=True)
class Ask:
    """A move that somebody asks for, with what it takes; texts are clean (models/text.py).

    `unit_id` is the unit for which a wish is claimed, of which the asker is staff; `verdict` what
    a check has found.
    """

    text: str | None = None
    reason: str | None = None
    photo_count: int = 0
    unit_id: int | None = None
    verdict: Checked | None = None


def parties(case: Case, who: Who) -> frozenset[Party]:
    """Say what somebody is to a wish; nobody, and who is banned, is nothing to it."""
    if who.is_system:
        return frozenset({Party.SYSTEM})
    if who.person_id is None:
        return frozenset()
    held, thing = who.rights, case.thing()
    has_part = is_part(case, who)
    found = {
        Party.WISHER: who.person_id == case.wisher_id,
        Party.HELPER: who.person_id == case.helper_id,
        Party.CLAIMANT: is_claimant(case, held),
        Party.VOLUNTEER: may_claim(who) and not has_part,
        Party.REVIEWER: held.may(Action.WISH_REVIEW, thing) and not has_part,
        Party.STAFF: held.may(Action.WISH_READ, thing),
    }
    return frozenset(party for party, holds in found.items() if holds)


def is_part(case: Case, who: Who) -> bool:
    """Say whether it is somebody's own wish, that of their home, or made by them for another."""
    is_ours = case.household_id is not None and who.rights.household_id == case.household_id
    return is_ours or who.person_id in {case.wisher_id, case.helper_id}


def is_claimant(case: Case, held: Rights) -> bool:
    """Say whether somebody claimed the wish, or is staff of the unit for which it was claimed."""
    if case.claim is None:
        return False
    is_theirs = held.may(Action.WISH_FULFIL, Thing(owner_id=case.claim.person_id))
    return is_theirs or is_staff(case.claim.unit_id, held)


def is_staff(unit_id: int | None, held: Rights) -> bool:
    """Say whether somebody serves in a unit."""
    return unit_id is not None and any(one.unit_id == unit_id for one in held.held)


def may_claim(who: Who) -> bool:
    """Say whether somebody may claim wishes: by an office, or as a member of the party."""
    return who.is_party_member or who.rights.may(Action.WISH_CLAIM)
