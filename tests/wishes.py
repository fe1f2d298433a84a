"""A small cast for tests of wishes: people of every office with homes, and wishes in any state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from models import cipher, content, db, wish
from models.access import Held, Rights
from models.page import Page
from models.role import Role
from models.wish import (
    BOARD_STATES,
    OVER_STATES,
    Beneficiary,
    Case,
    Category,
    Checked,
    Claim,
    Move,
    Outcome,
    Party,
    Proposal,
    RejectReason,
    Request,
    State,
    Who,
    store,
)
from models.wish.due import CLOCKS
from tests import areas
from tests.areas import CITY, GRID, MICRO_GRID, OTHER_GRID, OTHER_VILLAGE, TOWN, VILLAGE

TITLE, TEXT = "一台收音机", "老伴走后家里太静，想听听评弹"
DOUBTFUL = "想听评弹，请加微信"
"""What the list of words would have a person look at."""
PHONE, ADDRESS = "13812345678", "长泾村第一微网格9号"
REASON = RejectReason.UNCLEAR

_keys = count(1)

_V, _S, _R = Party.VOLUNTEER, Party.STAFF, Party.REVIEWER
# What everybody is to a wish of `wisher` in GRID, made by `helper` and claimed by `claimant`;
# written by hand, from the rules of the domain.
CAST: dict[str, frozenset[Party]] = {
    "wisher": frozenset({Party.WISHER}),
    "family": frozenset(),
    "helper": frozenset({Party.HELPER, _S}),
    "claimant": frozenset({Party.CLAIMANT, _V}),
    "volunteer": frozenset({_V}),
    "member": frozenset({_V}),
    "resident": frozenset(),
    "banned": frozenset(),
    "officer": frozenset({_V}),
    "worker": frozenset({_V, _S}),
    "worker of another village": frozenset({_V}),
    "cadre": frozenset({_V, _S, _R}),
    "cadre of another village": frozenset({_V}),
    "town": frozenset({_V, _S, _R}),
    "auditor": frozenset({_S}),
    "admin": frozenset({_S, _R}),
}
OFFICES = {
    "family": ("VOLUNTEER", MICRO_GRID, None),
    "helper": ("GRID_WORKER", GRID, None),
    "claimant": ("VOLUNTEER", OTHER_GRID, None),
    "volunteer": ("VOLUNTEER", MICRO_GRID, None),
    "officer": ("DEPARTMENT_OFFICER", CITY, "LAMPS"),
    "worker": ("GRID_WORKER", GRID, None),
    "worker of another village": ("GRID_WORKER", OTHER_GRID, None),
    "cadre": ("VILLAGE_CADRE", VILLAGE, None),
    "cadre of another village": ("VILLAGE_CADRE", OTHER_VILLAGE, None),
    "town": ("TOWN_OFFICER", TOWN, None),
    "auditor": ("AUDITOR", CITY, None),
    "admin": ("ADMIN", CITY, None),
    "banned": ("VILLAGE_CADRE", VILLAGE, None),
}
MEMBERS = {"member"}
HOMES = {"family": "wisher"}
"""Who lives with whom; everybody else lives alone, in MICRO_GRID."""


def person(name: str) -> Who:
    """Give somebody of the cast as the pure rules know them; keys are places in the cast."""
    if name == "banned":
        return Who()
    key = list(CAST).index(name) + 1
    home = list(CAST).index(HOMES.get(name, name)) + 1
    role, code, unit = OFFICES.get(name, (None, "", None))
    held = (Held(Role(role), code, 1 if unit else None),) if role else ()
    return Who(Rights(key, home, held), is_party_member=name in MEMBERS)


def case_in(state: State, *, at: datetime) -> Case:
    """Give the wish of the cast in a state, as the pure rules know it."""
    keys = {name: place for place, name in enumerate(CAST, 1)}
    new = Case(
        id=1,
        area_code=GRID,
        wisher_id=keys["wisher"],
        helper_id=keys["helper"],
        category=Category.GOODS,
        beneficiary=Beneficiary.ELDER,
        deadline_on=at.date() + timedelta(days=30),
        household_id=keys["wisher"],
    )
    return in_state(new, state, claimant_id=keys["claimant"], at=at)


def in_state(before: Case, state: State, *, claimant_id: int, at: datetime) -> Case:
    """Bring a wish into a state; where a claim can be, `claimant_id` has it."""
    is_confirmed = state in {State.CONFIRMED, State.ARCHIVED}
    is_claimed = is_confirmed or state in {State.CLAIMED, State.DELIVERING, State.FULFILLED}
    outcome = Outcome.CONFIRMED if is_confirmed else None
    claim = Claim(claimant_id, None, at, outcome) if is_claimed else None
    return replace(
        before,
        state=state,
        version=before.version + 1,
        checked=Checked.PASSED if state in BOARD_STATES else Checked.REVIEW,
        claim=claim,
        due_at=at + timedelta(days=3) if state in CLOCKS else None,
        submitted_at=None if state is State.DRAFT else at,
        published_at=at if state in BOARD_STATES else None,
        fulfilled_at=at if state in {State.FULFILLED, State.CONFIRMED, State.ARCHIVED} else None,
        ended_at=at if state in OVER_STATES else None,
        is_thanked=False,
    )


async def cast() -> dict[str, int]:
    """Write the tree of areas, a unit and the people; gives their keys."""
    await areas.plant()
    unit = await value(
        "INSERT INTO unit (code, kind, name, area_code, duties)"
        " VALUES ('LAMPS', 'DEPARTMENT', '路灯管理所', $1, '{}') RETURNING id",
        CITY,
    )
    found = {"LAMPS": unit}
    homes: dict[str, int] = {}
    for name in CAST:
        found[name] = await value(
            "INSERT INTO person (name, is_party_member) VALUES ($1, $2) RETURNING id",
            name,
            name in MEMBERS,
        )
        owner = HOMES.get(name, name)
        if owner not in homes:
            homes[owner] = await value(
                "INSERT INTO household (code, area_code) VALUES ($1, $2) RETURNING id",
                owner[:30],
                MICRO_GRID,
            )
        await db.execute(
            "INSERT INTO residence (person_id, household_id, area_code, state, started_on)"
            " VALUES ($1, $2, $3, 'CONFIRMED', '2024-01-01')",
            found[name],
            homes[owner],
            MICRO_GRID,
        )
        if name in OFFICES:
            role, code, in_unit = OFFICES[name]
            await db.execute(
                "INSERT INTO appointment (person_id, role, area_code, unit_id, started_on)"
                " VALUES ($1, $2, $3, $4, $5)",
                found[name],
                role,
                code,
                unit if in_unit else None,
                date(2020, 1, 1),
            )
    await db.execute("UPDATE person SET banned_at = now() WHERE name = 'banned'")
    return found


async def value(sql: str, *args: object) -> Any:  # noqa: ANN401
    """Give the first value of a statement."""
    row = await db.fetch_one(sql, *args)
    return row[0] if row else None


def a_key() -> str:
    """Give an idempotency key that is new."""
    return f"key {next(_keys)}"


def proposal(**more: Any) -> Proposal:  # noqa: ANN401
    """Give a wish to make."""
    return Proposal(
        **{
            "title": TITLE,
            "text": TEXT,
            "category": Category.GOODS,
            "contact_phone": PHONE,
            "contact_address": ADDRESS,
            **more,
        }
    )


@contextmanager
def asking_outside() -> Iterator[None]:
    """Let what is submitted wait for a verdict, as where there is WeChat."""
    content.ask_outside(asks=True)
    try:
        yield
    finally:
        content.ask_outside(asks=False)


async def photo(person_id: int) -> int:
    """Write a photo that somebody has uploaded."""
    return int(
        await value(
            """INSERT INTO file (person_id, kind, content_type, bytes, digest, width, height,
                expires_at, stored_at)
            VALUES ($1, 'PHOTO', 'image/jpeg', 10, md5(random()::text) || md5(random()::text),
                4, 3, now(), now()) RETURNING id""",
            person_id,
        )
    )


async def submit(person_id: int, **more: Any) -> int:  # noqa: ANN401
    """Submit a wish."""
    return await wish.submit(proposal(**more), person_id=person_id, key=a_key())


async def move(key: int, kind: Move, person_id: int, **more: Any) -> None:  # noqa: ANN401
    """Move a wish, with what its rules ask for."""
    given = {"text": "说明", "reason": REASON if kind is Move.REJECT else None, **more}
    await wish.move(key, Request(move=kind, **given), person_id=person_id, key=a_key())


async def published(people: dict[str, int], **more: Any) -> int:  # noqa: ANN401
    """Give a wish that waits to be claimed."""
    key = await submit(people["wisher"], **more)
    await move(key, Move.PUBLISH, people["cadre"])
    return key


async def case(key: int) -> Case:
    """Read a wish as a case."""
    async with db.transaction() as connection:
        found = await store.lock(connection, key)
    assert found
    return found


async def put(key: int, state: State, claimant_id: int) -> None:
    """Bring a wish into a state, with the claim that belongs to it."""
    before = await case(key)
    at = datetime.now(UTC)
    wanted = in_state(before, state, claimant_id=claimant_id, at=at)
    await db.execute("DELETE FROM wish_claim WHERE wish_id = $1", key)
    claim = wanted.claim
    async with db.transaction() as connection:
        await store.save(connection, replace(before, claim=None), wanted, at=at)
    if claim and claim.outcome:
        await db.execute(
            "UPDATE wish_claim SET outcome = $2, ended_at = now() WHERE wish_id = $1",
            key,
            claim.outcome,
        )


async def whole(key: int) -> tuple[object, ...]:
    """Give all that is kept of a wish, to compare it with later."""
    row = await db.fetch_one(
        """SELECT wish::text, (SELECT array_agg(wish_claim::text) FROM wish_claim),
            (SELECT count(*) FROM event), (SELECT count(*) FROM content),
            (SELECT count(*) FROM wish_photo), (SELECT count(*) FROM outbox),
            (SELECT count(*) FROM notification), (SELECT count(*) FROM access)
        FROM wish WHERE id = $1""",
        key,
    )
    assert row
    return tuple(row)


def unsealed(row: Any, column: str) -> str:  # noqa: ANN401 - a row with the key
    """Decrypt a contact."""
    return cipher.unseal(row[column], place=f"wish.{column}:{row['id']}")


async def events(found: wish.Wish) -> Page[wish.WishEvent]:
    """Give what happened to a wish, as its viewer sees it."""
    (page,) = await wish.events_of_each([wish.EventsAsked(found, 20, None)])
    return page
