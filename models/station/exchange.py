"""Stations out of a table and into one: all rows of it, or none while anything in it is wrong."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models import access, area, db, file, once, sheet
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.file import File
from models.station import facts, table
from models.station.code import Codes
from models.station.current import Current
from models.station.keep import New, insert, lock_areas, served_by, write_change, write_move
from models.station.record import COLUMNS, Row
from models.station.snapshot import VILLAGE_CODE_LENGTH
from models.station.table import Fault, Line, Wish
from models.station.words import Kind

FAULTS_SHOWN = 100
WRITES_MOST = 1_000
TITLE = "阵地"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do; `fault_count` is of all, `faults` are the first."""

    rows: int
    created: int
    changed: int
    moved: int
    fault_count: int
    faults: tuple[Fault, ...]
    is_written: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the rows ask for, each with the area that it will serve, and what is wrong."""

    rows: int
    wishes: tuple[tuple[Wish, str], ...]
    current: dict[int, Row]
    faults: tuple[Fault, ...]

    def report(self, *, is_written: bool) -> Report:
        """Count what is asked for."""
        known = [wish for wish, _ in self.wishes if wish.key is not None]
        return Report(
            rows=self.rows,
            created=len(self.wishes) - len(known),
            changed=sum(_is_changed(wish, self.current) for wish in known),
            moved=sum(wish.point is not None for wish in known),
            fault_count=len(self.faults),
            faults=self.faults[:FAULTS_SHOWN],
            is_written=is_written,
        )


class _Faulty(Exception):
    """A table with faults: what the transaction did is rolled back, the key is not used up."""

    def __init__(self, plan: _Plan) -> None:
        super().__init__("the table has faults")
        self.plan = plan


class _Overtaken(Exception):
    """Somebody changed a station or an area before it was locked; the key is not used up."""


async def bring(file_id: int, *, dry_run: bool, person_id: int, idempotency_key: str) -> Report:
    """Import a table that the person uploaded; raises Refusal.

    With a fault in any row nothing is written, and a dry run never writes.
    """
    # Whoever may import nothing anywhere has no table read for them.
    if not (await access.rights_of(person_id)).areas(Action.STATION_IMPORT):
        raise Refusal(Code.NOT_ALLOWED, "您没有权限进行此操作", "fileId")
    content = await file.content(file_id, kind=file.Kind.TABLE, person_id=person_id, path="fileId")
    lines = await asyncio.to_thread(_lines, content)
    if dry_run:
        async with db.transaction() as connection:
            plan = await _plan(connection, lines, person_id)
        return plan.report(is_written=False)

    async def act(connection: Connection) -> int:
        plan = await _plan(connection, lines, person_id)
        if plan.faults:
            raise _Faulty(plan)
        await _lock(connection, plan)
        await _write(connection, plan, person_id)
        done = plan.report(is_written=True)
        key: int = await connection.fetchval(
            _REPORT, person_id, done.rows, done.created, done.changed, done.moved
        )
        return key

    try:
        key = await once.once(
            act,
            person_id=person_id,
            operation="stationImport",
            key=idempotency_key,
            asked={"fileId": file_id},
        )
    except _Faulty as faulty:
        return faulty.plan.report(is_written=False)
    except _Overtaken:
        raise Refusal(Code.CONFLICT, "阵地或网格刚被他人修改，请重试", "fileId") from None
    row = await db.fetch_one(_REPORTED, key)
    assert row, "reports are never deleted"
    return Report(**dict(row), fault_count=0, faults=(), is_written=True)


async def export(area_code: str, *, kinds: Collection[Kind] | None = None, person_id: int) -> File:
    """Write the stations of an area, or some kinds of them, to a table for the person.

    Raises Refusal.
    """
    async with db.transaction() as connection:
        held = await access.rights(connection, person_id)
        access.check(held, Action.STATION_IMPORT, Thing(area_code=area_code), path="areaCode")
        rows = await connection.fetch(
            _EXPORT, area_code, list(kinds) if kinds else None, table.ROWS_MOST + 1
        )
    if len(rows) > table.ROWS_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"最多导出 {table.ROWS_MOST} 个阵地", "areaCode")
    content = await asyncio.to_thread(
        lambda: sheet.write(TITLE, table.HEADER, map(table.written, rows))
    )
    return await file.keep_table(content, person_id=person_id)


def _lines(content: bytes) -> tuple[Line, ...]:
    try:
        return table.lines(content)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, "fileId") from None


async def _lock(connection: Connection, plan: _Plan) -> None:
    """Lock areas, then stations, all as the plan has seen them; raises _Overtaken."""
    touched = {served for wish, served in plan.wishes if wish.point is not None}
    try:
        await lock_areas(connection, touched | {code[:VILLAGE_CODE_LENGTH] for code in touched})
    except Refusal:
        raise _Overtaken from None
    rows = await connection.fetch(_LOCK_STATIONS, list(plan.current))
    if any(row["version"] != plan.current[row["id"]]["version"] for row in rows):
        raise _Overtaken


async def _plan(connection: Connection, lines: Sequence[Line], person_id: int) -> _Plan:
    held = await access.rights(connection, person_id)
    if not held.areas(Action.STATION_IMPORT):
        raise Refusal(Code.NOT_ALLOWED, "您没有权限进行此操作", "fileId")
    codes = [line.cells[table.CODE] for line in lines if line.cells[table.CODE]]
    rows: dict[str, Any] = {row["code"]: row for row in await connection.fetch(_KNOWN, codes)}
    asked = [table.wish(line, rows.get(line.cells[table.CODE])) for line in lines]
    wishes = [one for one in asked if isinstance(one, Wish)]
    if len(wishes) > WRITES_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"一次最多新增或修改 {WRITES_MOST} 个阵地", "fileId")
    faults = [*table.repeated(lines), *(one for one in asked if isinstance(one, Fault))]
    current = {row["id"]: row for row in rows.values()}
    placed = []
    for one, said in zip(wishes, await _placed(wishes, current), strict=True):
        fault = said if isinstance(said, Fault) else _forbidden(one, said, held, current)
        if fault is not None:
            faults.append(fault)
        else:
            placed.append((one, str(said)))
    return _Plan(len(lines), tuple(placed), current, tuple(sorted(faults)))


async def _placed(wishes: Sequence[Wish], current: dict[int, Row]) -> list[str | Fault]:
    """Find the area that each will serve: that of its new place, or the one it has."""
    points = [wish.point for wish in wishes if wish.point is not None]
    grids = iter(await area.at_all(points))
    return [
        _served(wish, next(grids)) if wish.point else current[wish.key or 0]["area_code"]
        for wish in wishes
    ]


def _served(wish: Wish, grid: area.Area | None) -> str | Fault:
    try:
        return served_by(grid, wish.area_code)
    except Refusal as refusal:
        return Fault(wish.number, table.COLUMNS[refusal.path[0]], refusal.message)


def _forbidden(
    wish: Wish, served: str | Fault, held: Rights, current: dict[int, Row]
) -> Fault | None:
    touched = {str(served)} | ({current[wish.key]["area_code"]} if wish.key else set())
    if all(held.may(Action.STATION_IMPORT, Thing(area_code=code)) for code in touched):
        return None
    return Fault(wish.number, table.CODE if wish.key else table.LONGITUDE, "不在您的辖区内")


def _is_changed(wish: Wish, current: dict[int, Row]) -> bool:
    return bool(wish.key) and wish.facts != facts.from_row(current[wish.key or 0])


async def _write(connection: Connection, plan: _Plan, person_id: int) -> None:
    codes = Codes(connection)
    # In the order of keys, as everybody locks: a table has its own.
    for wish, served in sorted(plan.wishes, key=lambda one: one[0].key or 0):
        if wish.key is None:
            assert wish.point, "a new station has a place"
            new = New(facts=wish.facts, kind=wish.kind, point=wish.point)
            code = await codes.next(wish.kind, area_code=served)
            await insert(connection, new, code=code, area_code=served, person_id=person_id)
        else:
            await _revise(connection, wish, served, plan.current[wish.key], person_id)


async def _revise(
    connection: Connection, wish: Wish, served: str, row: Row, person_id: int
) -> None:
    current = Current.of(row)
    if facts.differences(current.facts, wish.facts):
        await write_change(connection, current, wish.facts, person_id=person_id)
        current = replace(current, version=current.version + 1, facts=wish.facts)
    if wish.point is not None:
        await write_move(
            connection,
            current,
            point=wish.point,
            address=wish.facts.address,
            served=served,
            person_id=person_id,
        )


_KNOWN = f"SELECT {COLUMNS} FROM station WHERE code = ANY($1) ORDER BY id"  # noqa: S608 - constants
_LOCK_STATIONS = """
SELECT id, version FROM station WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
"""
_REPORT = """
INSERT INTO station_import (person_id, rows, created, changed, moved)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_REPORTED = "SELECT rows, created, changed, moved FROM station_import WHERE id = $1"
_EXPORT = f"""
SELECT {COLUMNS} FROM station
WHERE area_code >= $1 COLLATE "C" AND area_code < $1 || ':' COLLATE "C"
    AND ($2::text[] IS NULL OR kind = ANY($2))
ORDER BY code COLLATE "C" LIMIT $3
"""  # noqa: S608 - constants
