"""Changing what an area says of itself: of two who change the same one at once, one wins."""

from models import access, db, event, pinyin
from models.access import Action, Thing
from models.area import lock
from models.area.outline import Changes, boundary_json, changed, checked_boundary
from models.area.record import COLUMNS, Area, Level, from_row
from models.db import Connection
from models.errors import Code, Refusal, Stale
from models.event import Topic
from models.geo import Point

FIELDS = ("name", "kind", "party_organisation", "point")


async def change(code: str, *, actor_id: int, version: int, changes: Changes) -> Area:
    """Change an area of this version; give it as it is then.

    Raises Refusal NOT_ALLOWED, NOT_FOUND or INVALID, and Stale if the version is an old one or
    the area has ended.
    """
    async with db.transaction() as connection:
        old = (await lock.for_change(connection, [code])).get(code)
        held = await access.rights(connection, actor_id)
        access.check(held, Action.AREA_CHANGE, Thing(area_code=code), path="code")
        if old is None:
            raise await lock.gone(connection, code, "code")
        if old.version != version:
            raise Stale(old)
        new = changed(old, changes)
        ring = changes.boundary
        if ring is not None and old.level is not Level.GRID:
            raise Refusal(Code.INVALID, "只有网格有边界", "boundary")
        boundary = checked_boundary(ring, new.point) if ring else None
        parts = [part for part in FIELDS if getattr(new, part) != getattr(old, part)]
        if ring is not None:
            parts.append("boundary")
        if not parts:
            return old
        written = await _write(connection, new, boundary, keeps_boundary=ring is None)
        await _tell(connection, old, written, parts, actor_id)
        return written


async def _write(
    connection: Connection,
    new: Area,
    boundary: tuple[Point, ...] | None,
    *,
    keeps_boundary: bool,
) -> Area:
    row = await connection.fetchrow(
        _CHANGE,
        new.code,
        new.name,
        pinyin.initials(new.name),
        pinyin.terms(new.name),
        new.kind,
        new.party_organisation,
        *new.point,
        keeps_boundary,
        boundary_json(boundary),
    )
    assert row, "the row is locked"
    return from_row(row)


async def _tell(
    connection: Connection, old: Area, new: Area, parts: list[str], actor_id: int
) -> None:
    texts = [part for part in parts if part in {"name", "party_organisation"}]
    await event.record(
        connection,
        topic=Topic.AREA,
        thing_id=new.id,
        area_code=new.code,
        version=new.version,
        kind="CHANGED",
        actor_id=actor_id,
        facts={"changed": parts},
        content={part: [getattr(old, part), getattr(new, part)] for part in texts} or None,
    )


_CHANGE = f"""
UPDATE area SET name = $2, initials = $3, terms = $4, kind = $5, party_organisation = $6,
    longitude = $7, latitude = $8, version = version + 1,
    boundary = CASE WHEN $9 THEN boundary ELSE $10::jsonb END
WHERE code = $1 RETURNING {COLUMNS}
"""  # noqa: S608 - constants
