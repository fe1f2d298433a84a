"""Making, changing, closing and reopening units."""

import re
from collections.abc import Sequence

import asyncpg

from models import access, area, db, event, naming
from models.access import Action, Thing
from models.area import Area
from models.db import Connection
from models.errors import Code, Refusal, Stale
from models.event import Topic
from models.once import once
from models.unit.reading import find_by_ids, hold
from models.unit.record import COLUMNS, LEVELS, Unit, UnitKind, from_row

DUTIES_MOST = 30
CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,31}")


async def create(  # noqa: PLR0913 - the facts of a unit
    *,
    actor_id: int,
    code: str,
    kind: UnitKind,
    name: str,
    area_code: str,
    parent_id: int | None,
    duties: Sequence[str],
    key: str,
) -> Unit:
    """Open a unit, once for this idempotency key.

    Raises Refusal NOT_ALLOWED, NOT_FOUND, INVALID, or CONFLICT for a code that is taken.
    """

    async def act(connection: Connection) -> int:
        place = await area.hold(connection, area_code)
        held = await access.rights(connection, actor_id)
        access.check(held, Action.UNIT_CHANGE, Thing(area_code=area_code), path="areaCode")
        if place is None:
            raise Refusal(Code.NOT_FOUND, "没有这个区划", "areaCode")
        _check(code, kind, place)
        if parent_id is not None:
            _check_parent(await hold(connection, parent_id), area_code)
        values = (code, kind, naming.line(name, "name"), area_code, parent_id, _duties(duties))
        row = await connection.fetchrow(_CREATE, *values)
        if row is None:
            raise Refusal(Code.CONFLICT, "该单位编码已存在", "code")
        unit = from_row(row)
        await _tell(connection, unit, "CREATED", actor_id)
        return unit.id

    asked = {
        "code": code,
        "kind": kind,
        "name": name,
        "areaCode": area_code,
        "parentId": parent_id,
        "duties": list(duties),
    }
    made = await once(act, person_id=actor_id, operation="unitCreate", key=key, asked=asked)
    return (await find_by_ids([made]))[made]


async def change(  # noqa: PLR0913 - the facts of a unit
    unit_id: int | None,
    *,
    actor_id: int,
    version: int,
    name: str | None = None,
    duties: Sequence[str] | None = None,
    parent_id: int | None = None,
) -> Unit:
    """Change a unit of this version; None leaves what is.

    Raises Refusal NOT_ALLOWED, NOT_FOUND, ILLEGAL_MOVE or INVALID, and Stale.
    """
    async with db.transaction() as connection:
        if parent_id is not None:
            # Two moves at once could close a circle; moves are rare, so they take turns.
            await connection.execute(_TAKE_TURNS)
        unit = await _for_change(connection, unit_id, actor_id, version)
        if parent_id is not None:
            await _check_ancestors(connection, unit, parent_id)
        row = await connection.fetchrow(
            _CHANGE,
            unit.id,
            unit.name if name is None else naming.line(name, "name"),
            list(unit.duties) if duties is None else _duties(duties),
            unit.parent_id if parent_id is None else parent_id,
        )
        return await _changed(connection, row, "CHANGED", actor_id)


async def close(unit_id: int | None, *, actor_id: int, version: int) -> Unit:
    """Close a unit of this version, which has no open unit below it and nobody in it any more.

    Raises Refusal NOT_ALLOWED, NOT_FOUND or ILLEGAL_MOVE, and Stale.
    """
    async with db.transaction() as connection:
        unit = await _for_change(connection, unit_id, actor_id, version)
        if await connection.fetchval(_HAS_UNITS, unit.id):
            raise Refusal(Code.ILLEGAL_MOVE, "还有下级单位", "unitId")
        if await connection.fetchval(_HAS_OFFICERS, unit.id):
            raise Refusal(Code.ILLEGAL_MOVE, "还有任职人员", "unitId")
        row = await connection.fetchrow(_CLOSE, unit.id)
        return await _changed(connection, row, "CLOSED", actor_id)


async def reopen(unit_id: int | None, *, actor_id: int, version: int) -> Unit:
    """Open a closed unit of this version again, with the name and duties that it had.

    Raises Refusal NOT_ALLOWED, NOT_FOUND, or ILLEGAL_MOVE where the area that it served or the
    unit above it is no more, and Stale.
    """
    async with db.transaction() as connection:
        # Areas are locked before units; a closed unit does not move with its area.
        code = await connection.fetchval(_AREA, unit_id)
        place = await area.hold(connection, code or "")
        unit = await _for_change(connection, unit_id, actor_id, version, is_closed=True)
        if place is None:
            raise Refusal(Code.ILLEGAL_MOVE, "该单位服务的区划已不存在", "unitId")
        if unit.parent_id is not None and await hold(connection, unit.parent_id) is None:
            raise Refusal(Code.ILLEGAL_MOVE, "上级单位已撤销", "unitId")
        row = await connection.fetchrow(_REOPEN, unit.id)
        return await _changed(connection, row, "REOPENED", actor_id)


async def _for_change(
    connection: Connection,
    unit_id: int | None,
    actor_id: int,
    version: int,
    *,
    is_closed: bool = False,
) -> Unit:
    """Lock the unit for who may change it, if it is of this version, and open or closed."""
    row = await connection.fetchrow(_LOCK, unit_id)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "没有这个单位", "unitId")
    unit = from_row(row)
    held = await access.rights(connection, actor_id)
    access.check(held, Action.UNIT_CHANGE, Thing(area_code=unit.area_code), path="unitId")
    if unit.version != version:
        raise Stale(unit)
    if (unit.closed_at is not None) != is_closed:
        said = "该单位未撤销" if is_closed else "该单位已撤销"
        raise Refusal(Code.ILLEGAL_MOVE, said, "unitId")
    return unit


async def _check_ancestors(connection: Connection, unit: Unit, parent_id: int) -> None:
    """Refuse a parent that is the unit itself or stands below it."""
    _check_parent(await hold(connection, parent_id), unit.area_code)
    ancestors = await connection.fetch(_ANCESTORS, parent_id)
    if unit.id in {row["id"] for row in ancestors}:
        raise Refusal(Code.INVALID, "上级单位不能是自己或下级", "parentId")


def _check_parent(parent: Unit | None, area_code: str) -> None:
    if parent is None:
        raise Refusal(Code.NOT_FOUND, "没有这个上级单位", "parentId")
    if not area_code.startswith(parent.area_code):
        raise Refusal(Code.INVALID, "上级单位须服务本区划或其上级", "parentId")


def _check(code: str, kind: UnitKind, place: Area) -> None:
    if not CODE.fullmatch(code):
        raise Refusal(Code.INVALID, "编码须为 1 到 32 位大写字母、数字或连字符", "code")
    if place.level not in LEVELS[kind]:
        raise Refusal(Code.INVALID, "该类单位不设在这一层级", "areaCode")


def _duties(duties: Sequence[str]) -> list[str]:
    if len(duties) > DUTIES_MOST:
        raise Refusal(Code.INVALID, f"职责最多 {DUTIES_MOST} 项", "duties")
    return [naming.line(duty, "duties", str(place)) for place, duty in enumerate(duties)]


async def _changed(
    connection: Connection, row: asyncpg.Record | None, kind: str, actor_id: int
) -> Unit:
    assert row, "the row is locked"
    unit = from_row(row)
    await _tell(connection, unit, kind, actor_id)
    return unit


async def _tell(connection: Connection, unit: Unit, kind: str, actor_id: int) -> None:
    await event.record(
        connection,
        topic=Topic.UNIT,
        thing_id=unit.id,
        area_code=unit.area_code,
        version=unit.version,
        kind=kind,
        actor_id=actor_id,
        facts={"parent": unit.parent_id},
        content={"name": unit.name, "duties": list(unit.duties)},
    )


_CREATE = f"""
INSERT INTO unit (code, kind, name, area_code, parent_id, duties) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (code) DO NOTHING RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_TAKE_TURNS = "SELECT FROM area WHERE parent_code IS NULL ORDER BY code FOR NO KEY UPDATE"
_LOCK = f"SELECT {COLUMNS} FROM unit WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - constants
_CHANGE = f"""
UPDATE unit SET name = $2, duties = $3, parent_id = $4, version = version + 1
WHERE id = $1 RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_CLOSE = f"""
UPDATE unit SET closed_at = now(), version = version + 1 WHERE id = $1 RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_AREA = "SELECT area_code FROM unit WHERE id = $1"
_REOPEN = f"""
UPDATE unit SET closed_at = NULL, version = version + 1 WHERE id = $1 RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_HAS_UNITS = "SELECT EXISTS (SELECT FROM unit WHERE parent_id = $1 AND closed_at IS NULL)"
_HAS_OFFICERS = f"""
SELECT EXISTS (
    SELECT FROM appointment WHERE unit_id = $1 AND (ended_on IS NULL OR ended_on >= {db.TODAY})
)
"""  # noqa: S608 - constants
_ANCESTORS = """
WITH RECURSIVE above (id) AS (
    SELECT $1::bigint UNION SELECT parent_id FROM unit JOIN above USING (id)
    WHERE parent_id IS NOT NULL
)
SELECT id FROM above
"""
