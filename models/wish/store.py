"""Wishes as rows: locked, read as cases, and written back with their claims."""

from datetime import datetime

import asyncpg

from models.db import Connection
from models.wish.case import Case, Claim
from models.wish.words import (
    OVER_STATES,
    Beneficiary,
    Category,
    Checked,
    Outcome,
    State,
)

# What is over follows in the order of lists; within either, what is newest comes first.
OVER_RANK = 10**15
_NEWEST_RANK = 10**14

CASE = """wish.id, wish.area_code, wish.wisher_id, wish.helper_id, wish.category,
    wish.beneficiary, wish.deadline_on, wish.state, wish.version, wish.checked, wish.due_at,
    wish.submitted_at, wish.published_at, wish.fulfilled_at, wish.ended_at, wish.is_thanked,
    claim.id AS claim_id, claim.person_id AS claimant_id, claim.unit_id AS claim_unit_id,
    claim.claimed_at, claim.outcome, (
        SELECT household_id FROM residence
        WHERE residence.person_id = wish.wisher_id AND residence.state = 'CONFIRMED'
    ) AS household_id"""
"""The columns of a case; FROM has wish and, by CLAIM, its claim."""
CLAIM = """LEFT JOIN wish_claim AS claim ON claim.wish_id = wish.id
    AND (claim.outcome IS NULL OR claim.outcome = 'CONFIRMED')"""
"""The claim that is active or came true: there is never more than one."""


def case(row: asyncpg.Record) -> Case:
    """Read a row with the columns CASE."""
    return Case(
        id=row["id"],
        area_code=row["area_code"],
        wisher_id=row["wisher_id"],
        helper_id=row["helper_id"],
        category=Category(row["category"]),
        beneficiary=Beneficiary(row["beneficiary"]),
        deadline_on=row["deadline_on"],
        household_id=row["household_id"],
        state=State(row["state"]),
        version=row["version"],
        checked=Checked(row["checked"]),
        claim=_claim(row) if row["claim_id"] else None,
        due_at=row["due_at"],
        submitted_at=row["submitted_at"],
        published_at=row["published_at"],
        fulfilled_at=row["fulfilled_at"],
        ended_at=row["ended_at"],
        is_thanked=row["is_thanked"],
    )


def _claim(row: asyncpg.Record) -> Claim:
    return Claim(
        id=row["claim_id"],
        person_id=row["claimant_id"],
        unit_id=row["claim_unit_id"],
        claimed_at=row["claimed_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
    )


async def lock(connection: Connection, key: int) -> Case | None:
    """Lock a wish, and read it."""
    # The claim is read after the lock: a join would show it as it was before the wait.
    if await connection.fetchval("SELECT id FROM wish WHERE id = $1 FOR UPDATE", key) is None:
        return None
    row = await connection.fetchrow(_READ, key)
    assert row, "a locked wish is there"
    return case(row)


async def save(connection: Connection, before: Case, changed: Case, *, at: datetime) -> None:
    """Write a locked wish, whose version is one more than that of its row, and its claim."""
    done = await connection.execute(
        _SAVE,
        changed.id,
        changed.version,
        changed.state,
        changed.checked,
        rank(changed, at=at),
        changed.due_at,
        changed.submitted_at,
        changed.published_at,
        changed.fulfilled_at,
        changed.ended_at,
        changed.is_thanked,
    )
    assert done == "UPDATE 1", "a locked wish has the version that was read"
    if changed.claim and changed.claim != before.claim:
        await _save_claim(connection, changed.id, changed.claim, at=at)


async def _save_claim(connection: Connection, wish_id: int, claim: Claim, *, at: datetime) -> None:
    if not claim.id:
        await connection.execute(
            _ADD_CLAIM, wish_id, claim.person_id, claim.unit_id, claim.claimed_at
        )
        return
    await connection.execute(_END_CLAIM, claim.id, claim.outcome, at)


def rank(of: Case, *, at: datetime) -> int:
    """Give a wish's place in lists: what is not over, then what is; each the newest first."""
    since = of.published_at or of.submitted_at or at
    return rank_of(since, is_over=of.state in OVER_STATES)


def rank_of(since: datetime, *, is_over: bool) -> int:
    """Give the place in lists of what stands there since some time."""
    newest = _NEWEST_RANK - int(since.timestamp() * 1_000)
    return OVER_RANK + newest if is_over else newest


_READ = f"SELECT {CASE} FROM wish {CLAIM} WHERE wish.id = $1"  # noqa: S608 - constants
_SAVE = """
UPDATE wish SET version = $2, state = $3, checked = $4, rank = $5, due_at = $6,
    submitted_at = $7, published_at = $8, fulfilled_at = $9, ended_at = $10, is_thanked = $11
WHERE id = $1 AND version = $2 - 1
"""
_ADD_CLAIM = """
INSERT INTO wish_claim (wish_id, person_id, unit_id, claimed_at) VALUES ($1, $2, $3, $4)
"""
_END_CLAIM = "UPDATE wish_claim SET outcome = $2, ended_at = $3 WHERE id = $1"
