"""A wish as one viewer may see it: made from its row and the rights read beside it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import orjson

from models import access, db, file
from models.area import JSON, Area, from_json
from models.file import Photo
from models.geo import Point
from models.person import Person
from models.wish.case import Case, Who, parties
from models.wish.checking import may_show
from models.wish.flow import moves
from models.wish.store import CASE, CLAIM, case
from models.wish.words import (
    BOARD_STATES,
    Beneficiary,
    Category,
    Checked,
    Move,
    Party,
    State,
)

_OWN = frozenset({Party.WISHER, Party.HELPER})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer sees of a wish beyond what everybody sees of the board."""

    is_own: bool = False
    is_claimant: bool = False
    is_staff: bool = False

    @property
    def sees_people(self) -> bool:
        """Say whether they see who wished, who claimed, and what these wrote to each other."""
        return self.is_own or self.is_claimant or self.is_staff


@dataclass(frozen=True, slots=True)
class WishUnit:
    """The unit for which a wish was claimed."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish as one viewer may see it; None is what is missing, or not for them.

    `point` is the centre of its grid: where the wisher lives is not for everybody.
    """

    id: int
    state: State
    version: int
    checked: Checked
    category: Category
    beneficiary: Beneficiary
    title: str | None
    text: str | None
    photos: tuple[Photo, ...]
    budget_cents: int | None
    deadline_on: date
    area: Area
    point: Point
    is_mine: bool
    wisher: Person | None
    helper: Person | None
    claimant: Person | None
    unit: WishUnit | None
    is_claimed_by_me: bool
    has_contact: bool
    is_thanked: bool
    submitted_at: datetime | None
    published_at: datetime | None
    claimed_at: datetime | None
    due_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    moves: tuple[Move, ...]
    sight: Sight


def is_visible(found: Case, who: Who, roles: Set[Party] | None = None) -> bool:
    """Say whether somebody, who is `roles` to a wish, may see it at all."""
    if found.state in BOARD_STATES:
        return True
    roles = parties(found, who) if roles is None else roles
    if not roles.isdisjoint(_OWN):
        return True
    return found.state is not State.DRAFT and Party.STAFF in roles


async def find(key: int, *, person_id: int | None) -> Wish | None:
    """Give a wish as a person, or everybody, may see it; None if there is none for them."""
    return (await find_all([key], person_id=person_id)).get(key)


async def find_all(keys: Iterable[int], *, person_id: int | None) -> dict[int, Wish]:
    """Give those of these wishes that a person may see, by key, in one statement."""
    rows = await db.fetch(_FIND, list(keys), person_id)
    seen = ((row["id"], from_row(row)) for row in rows)
    return {key: wish for key, wish in seen if wish}


def from_row(row: asyncpg.Record) -> Wish | None:
    """Make the record of a row with COLUMNS; None for who may not see it."""
    found = case(row)
    who = Who(access.read(row["rights"]), is_party_member=bool(row["is_party_member"]))
    roles = parties(found, who)
    return _seen(row, found, roles) if is_visible(found, who, roles) else None


def _seen(row: asyncpg.Record, found: Case, roles: Set[Party]) -> Wish:
    sight = Sight(
        is_own=not roles.isdisjoint(_OWN),
        is_claimant=Party.CLAIMANT in roles,
        is_staff=Party.STAFF in roles,
    )
    shows = may_show(found.checked, is_own=sight.is_own, is_reviewer=Party.REVIEWER in roles)
    people = sight.sees_people
    return Wish(
        id=found.id,
        state=found.state,
        version=found.version,
        checked=found.checked,
        category=found.category,
        beneficiary=found.beneficiary,
        title=row["title"] if shows else None,
        text=row["text"] if shows else None,
        photos=file.photos_of(row["photos"]) if shows else (),
        budget_cents=row["budget_cents"],
        deadline_on=found.deadline_on,
        area=from_json(orjson.loads(row["area"])),
        point=Point(row["longitude"], row["latitude"]),
        is_mine=Party.WISHER in roles,
        wisher=Person(found.wisher_id, row["wisher_name"]) if people else None,
        helper=_person(found.helper_id, row["helper_name"]) if people else None,
        claimant=_person(row["claimant_id"], row["claimant_name"]) if people else None,
        unit=WishUnit(row["claim_unit_id"], row["unit_name"]) if row["claim_unit_id"] else None,
        is_claimed_by_me=sight.is_claimant,
        has_contact=row["has_contact"],
        is_thanked=found.is_thanked,
        submitted_at=found.submitted_at,
        published_at=found.published_at,
        claimed_at=row["claimed_at"],
        due_at=found.due_at,
        fulfilled_at=found.fulfilled_at,
        ended_at=found.ended_at,
        moves=moves(found, roles),
        sight=sight,
    )


def _person(key: int | None, name: str | None) -> Person | None:
    return Person(key, name) if key is not None and name is not None else None


COLUMNS = f"""{CASE}, wish.title, wish.text, wish.budget_cents, wish.longitude, wish.latitude,
    wish.rank, wisher.name AS wisher_name, helper.name AS helper_name,
    claimant.name AS claimant_name, unit.name AS unit_name,
    (wish.phone IS NOT NULL OR wish.address IS NOT NULL) AS has_contact,
    {file.photos_sql("wish", key="wish.id", version="wish.written_version")} AS photos,
    {JSON}::text AS area, (SELECT is_party_member FROM person WHERE id = $2) AS is_party_member,
    {access.rights_sql("$2")} AS rights"""  # noqa: S608 - constants
"""The columns of a wish as the viewer in the second parameter may see it; FROM has JOINS."""
JOINS = f"""{CLAIM}
JOIN area ON area.code = wish.area_code
JOIN person AS wisher ON wisher.id = wish.wisher_id
LEFT JOIN person AS helper ON helper.id = wish.helper_id
LEFT JOIN person AS claimant ON claimant.id = claim.person_id
LEFT JOIN unit ON unit.id = claim.unit_id"""
_FIND = f"SELECT {COLUMNS} FROM wish {JOINS} WHERE wish.id = ANY($1)"  # noqa: S608 - constants
