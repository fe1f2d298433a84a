"""Making the wishes of a city: each goes through its life by the same table as in earnest.

Times are counted back from the moment of loading (models/wish/flow.py decides what is possible).
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from api.city import hopes
from api.city.names import SEED
from api.city.rows import Content, Event
from models.access import Held, Rights
from models.geo import Point
from models.role import Role
from models.wish import Ask, Case, Checked, Move, Party, State, Who, decide, store
from models.wish.contact import Contact, seal
from models.wish.due import DEADLINE_DEFAULT, day_of
from models.wish.home import BOXES

HELPED_SHARE = 0.25
"""So many wishes a grid worker made on behalf of somebody."""
_BEGUN = (Move.SUBMIT, Move.CHECK)
_BOARD = (*_BEGUN, Move.PUBLISH)
_DONE = (*_BOARD, Move.CLAIM, Move.DELIVER, Move.FULFIL, Move.CONFIRM, Move.THANK)
LIVES: dict[State, tuple[int, tuple[float, float], tuple[Move, ...]]] = {
    State.DRAFT: (2, (0.1, 5), (Move.DRAFT,)),
    State.SUBMITTED: (2, (0.01, 0.02), (Move.SUBMIT,)),
    State.REVIEWING: (8, (0.1, 1), _BEGUN),
    State.PUBLISHED: (45, (2, 60), _BOARD),
    State.CLAIMED: (15, (3.5, 5), (*_BOARD, Move.CLAIM)),
    State.DELIVERING: (15, (4.5, 6), (*_BOARD, Move.CLAIM, Move.DELIVER)),
    State.FULFILLED: (8, (8, 12), (*_BOARD, Move.CLAIM, Move.DELIVER, Move.FULFIL)),
    State.CONFIRMED: (60, (9, 25), _DONE),
    State.ARCHIVED: (90, (60, 350), (*_DONE, Move.ARCHIVE)),
    State.REJECTED: (6, (5, 200), (*_BEGUN, Move.REJECT)),
    State.WITHDRAWN: (4, (5, 200), (*_BOARD, Move.WITHDRAW)),
    State.EXPIRED: (5, (100, 300), (*_BOARD, Move.EXPIRE)),
}
"""Of each state: how many wishes, how many days ago they began, and what happened to them."""
COUNT = sum(count for count, _, _ in LIVES.values())
_HOURS = {
    Move.CHECK: (0.001, 0.002),
    Move.PUBLISH: (2, 20),
    Move.REJECT: (2, 20),
    Move.CLAIM: (4, 48),
    Move.DELIVER: (2, 24),
    Move.FULFIL: (4, 72),
    Move.CONFIRM: (1, 24),
    Move.THANK: (0.1, 1),
    Move.WITHDRAW: (2, 60),
}
"""How many hours after the step before each step comes."""
_SAID = {
    Move.FULFIL: ("已送到家中", "已上门办妥", "心愿物品已当面交给本人", "陪同完成，一切顺利"),
    Move.THANK: ("太感谢了！", "谢谢你们，心里暖暖的", "没想到这么快，谢谢"),
    Move.REJECT: ("请通过救助渠道申请",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A grid, and those who wish, help, review and volunteer there, by their keys."""

    code: str
    point: Point
    residents: tuple[int, ...]
    workers: tuple[int, ...]
    cadres: tuple[int, ...]


@dataclass(slots=True)
class Rows:
    """The rows of all wishes."""

    wishes: list[tuple[Any, ...]] = field(default_factory=list)
    claims: list[tuple[Any, ...]] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def make(places: list[Place], content_id: int, *, now: datetime) -> Rows:
    """Make all wishes; texts are numbered after `content_id`."""
    randomness = random.Random(SEED)  # noqa: S311 - made-up data, not a secret
    rows = Rows()
    for state, (count, days, moves) in LIVES.items():
        for _ in range(count):
            begun = now - timedelta(days=randomness.uniform(*days))
            _live(rows, randomness, randomness.choice(places), moves, begun, content_id)
            assert rows.wishes[-1][_STATE] == state, "the life leads where it should"
    return rows


def _live(  # noqa: PLR0913, PLR0917 - all sides of a life
    rows: Rows,
    randomness: random.Random,
    place: Place,
    moves: tuple[Move, ...],
    begun: datetime,
    content_id: int,
) -> None:
    wisher, claimant = randomness.sample(place.residents, 2)
    helper = randomness.choice(place.workers) if randomness.random() < HELPED_SHARE else None
    cadre = randomness.choice(place.cadres)
    hope = randomness.choice(hopes.HOPES)
    case = Case(
        id=len(rows.wishes) + 1,
        area_code=place.code,
        wisher_id=wisher,
        helper_id=helper,
        category=hope.category,
        beneficiary=hope.beneficiary,
        deadline_on=day_of(begun) + DEADLINE_DEFAULT,
    )
    cast = {
        Party.WISHER: Who(Rights(wisher)),
        Party.CLAIMANT: _holder(claimant, Role.VOLUNTEER, place.code),
        Party.REVIEWER: _holder(cadre, Role.VILLAGE_CADRE, place.code[:12]),
        Party.SYSTEM: Who(is_system=True),
    }
    at = begun
    for move in moves:
        at = case.due_at if move in _BY_TIME and case.due_at else at + _pause(randomness, move)
        before = case
        who = cast[_MOVERS.get(move, Party.WISHER)]
        said = randomness.choice(_SAID[move]) if move in _SAID else None
        ask = Ask(
            text=said,
            reason="UNFIT" if move is Move.REJECT else None,
            verdict=Checked.REVIEW if move is Move.CHECK else None,
        )
        decision = decide(move, ask, case, who, at=at)
        # The key of a claim is that of its wish: each has one.
        claim = decision.case.claim
        case = replace(decision.case, claim=claim and replace(claim, id=case.id))
        _record(rows, move, before, case, decision.party, who, said, at, content_id)
    _keep(rows, case, hope, place, at=at)


def _holder(person_id: int, role: Role, code: str) -> Who:
    return Who(Rights(person_id, None, (Held(role, code),)))


def _pause(randomness: random.Random, move: Move) -> timedelta:
    return timedelta(hours=randomness.uniform(*_HOURS[move])) if move in _HOURS else timedelta()


def _record(  # noqa: PLR0913, PLR0917 - an event has that many sides
    rows: Rows,
    move: Move,
    before: Case,
    case: Case,
    party: Party,
    who: Who,
    said: str | None,
    at: datetime,
    content_id: int,
) -> None:
    key = None
    if said:
        key = content_id + len(rows.contents) + 1
        rows.contents.append(Content(key, orjson.dumps({"text": said}).decode()))
    facts = {"to": case.state, "by": party}
    if before.version:
        facts["from"] = before.state
    rows.events.append(
        Event(
            "wish",
            case.id,
            case.area_code,
            case.version,
            who.person_id,
            move,
            orjson.dumps(facts).decode(),
            key,
            at,
        )
    )


def _keep(rows: Rows, case: Case, hope: hopes.Hope, place: Place, *, at: datetime) -> None:
    phone, address = seal(case.id, Contact(f"1990000{case.id:04}", f"{case.id % 60 + 1}号"))
    rows.wishes.append(
        (
            case.id,
            case.state,
            case.version,
            1,
            case.checked,
            case.category,
            case.beneficiary,
            hope.title,
            hope.text,
            hope.budget_cents,
            case.deadline_on,
            case.area_code,
            *place.point,
            BOXES.of(place.point),
            case.wisher_id,
            case.helper_id,
            phone,
            address,
            case.is_thanked,
            store.rank(case, at=at),
            case.due_at,
            case.submitted_at,
            case.published_at,
            case.fulfilled_at,
            case.ended_at,
        )
    )
    if claim := case.claim:
        ended_at = case.ended_at if claim.outcome else None
        rows.claims.append(
            (case.id, case.id, claim.person_id, claim.claimed_at, ended_at, claim.outcome)
        )


_BY_TIME = frozenset({Move.EXPIRE, Move.ARCHIVE})
_MOVERS = {
    Move.CHECK: Party.SYSTEM,
    Move.PUBLISH: Party.REVIEWER,
    Move.REJECT: Party.REVIEWER,
    Move.CLAIM: Party.CLAIMANT,
    Move.DELIVER: Party.CLAIMANT,
    Move.FULFIL: Party.CLAIMANT,
    Move.EXPIRE: Party.SYSTEM,
    Move.ARCHIVE: Party.SYSTEM,
}
"""Who makes each move; the others are the wisher's."""
WISH_COLUMNS = (
    "id",
    "state",
    "version",
    "written_version",
    "checked",
    "category",
    "beneficiary",
    "title",
    "text",
    "budget_cents",
    "deadline_on",
    "area_code",
    "longitude",
    "latitude",
    "box",
    "wisher_id",
    "helper_id",
    "phone",
    "address",
    "is_thanked",
    "rank",
    "due_at",
    "submitted_at",
    "published_at",
    "fulfilled_at",
    "ended_at",
)
_STATE = WISH_COLUMNS.index("state")
CLAIM_COLUMNS = ("id", "wish_id", "person_id", "claimed_at", "ended_at", "outcome")
