"""Rosters out of a table that somebody uploaded, and into one that they download.

What a roster says and what becomes of it is decided in models/person; here it meets the files.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

import asyncpg

from models import access, db, file, person
from models.access import Action
from models.db import Connection
from models.errors import Code, Refusal
from models.file import File
from models.once import once
from models.person import Fault, Roster

FAULTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do; `faults` are the first of all."""

    rows: int
    people: int
    households: int
    fault_count: int
    faults: tuple[Fault, ...]
    is_written: bool


class _Faulty(Exception):
    """A table with faults: the key is not used up by it."""

    def __init__(self, report: Report) -> None:
        super().__init__("the table has faults")
        self.report = report


async def bring(
    file_id: int, *, area_code: str, dry_run: bool, person_id: int, idempotency_key: str
) -> Report:
    """Import the roster of an area from a table that the person uploaded.

    With a fault in any row nothing is written, and a dry run never writes. Raises Refusal.
    """
    try:
        said = await _said(file_id, person_id)
        if dry_run:
            done = await person.bring_roster(
                said, area_code=area_code, actor_id=person_id, dry_run=True
            )
            return _report(done)
        return await _once(said, file_id, area_code, person_id, idempotency_key)
    except Refusal as refusal:
        if refusal.path != ("file",):
            raise
        raise Refusal(refusal.code, refusal.message, "fileId") from None


async def export(area_code: str, *, reason: str | None, person_id: int) -> File:
    """Write the roster of an area to a table for the person; raises Refusal.

    Without a reason numbers and addresses are masked; with one the log says who read them.
    """
    async with db.transaction() as connection:
        # Before the log says that it was read.
        await file.check_room(connection, person_id)
    content = await person.export_roster(person_id, area_code=area_code, reason=reason)
    return await file.keep_table(content, person_id=person_id)


async def _said(file_id: int, person_id: int) -> Roster:
    # Whoever may import nothing anywhere has no table read for them.
    held = await access.rights_of(person_id)
    if not held.areas(Action.ROSTER_IMPORT):
        raise Refusal(Code.NOT_ALLOWED, "您没有权限进行此操作", "areaCode")
    content = await file.content(file_id, kind=file.Kind.TABLE, person_id=person_id, path="fileId")
    return await asyncio.to_thread(person.read_roster, content)


async def _once(said: Roster, file_id: int, area_code: str, person_id: int, key: str) -> Report:
    act = partial(_write, said=said, area_code=area_code, person_id=person_id)
    asked = {"fileId": file_id, "areaCode": area_code}
    try:
        done = await once(act, person_id=person_id, operation="rosterImport", key=key, asked=asked)
    except _Faulty as faulty:
        return faulty.report
    except asyncpg.UniqueViolationError:
        # Not kept under the key: the same table may be brought once the others are done.
        raise Refusal(Code.CONFLICT, person.ROSTER_TAKEN_TEXT, "fileId") from None
    row = await db.fetch_one(_REPORTED, done)
    assert row, "reports are never deleted"
    return Report(**dict(row), fault_count=0, faults=(), is_written=True)


async def _write(connection: Connection, *, said: Roster, area_code: str, person_id: int) -> int:
    done = await person.bring_roster_in(
        connection, said, area_code=area_code, actor_id=person_id, dry_run=False
    )
    if not done.is_written:
        raise _Faulty(_report(done))
    counts = (done.rows, done.people, done.households)
    key: int = await connection.fetchval(_REPORT, person_id, area_code, *counts)
    return key


def _report(done: person.Report) -> Report:
    faults = done.faults
    return Report(
        done.rows,
        done.people,
        done.households,
        len(faults),
        faults[:FAULTS_SHOWN],
        done.is_written,
    )


_REPORT = """
INSERT INTO roster_import (person_id, area_code, rows, people, households)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_REPORTED = "SELECT rows, people, households FROM roster_import WHERE id = $1"
