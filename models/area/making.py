"""The rows of a merge or a split: new areas, ended ones, and what became of these."""

from collections.abc import Mapping

from models import event, pinyin
from models.area.outline import boundary_json
from models.area.plan import NewGrid, Plan
from models.db import TODAY, Connection
from models.event import Topic


async def last_number(connection: Connection, code: str) -> int:
    """Give the highest number that a grid of this grid's village ever had."""
    last: str = await connection.fetchval(_LAST, code[:-2])
    return int(last[-2:])


async def make(connection: Connection, plan: Plan) -> dict[str, int]:
    """Write the new grids and micro-grids, and whom they succeed; give their keys by code."""
    made = {grid.code: await _make(connection, grid) for grid in plan.grids}
    micro_grids = plan.micro_grids
    rows = await connection.fetch(_MAKE_MICRO_GRIDS, list(micro_grids), list(micro_grids.values()))
    pairs = [(old, new) for old, codes in plan.successors.items() for new in codes]
    await connection.execute(_SUCCEED, [old for old, _ in pairs], [new for _, new in pairs])
    return made | {row["code"]: row["id"] for row in rows}


async def end(connection: Connection, plan: Plan, *, actor_id: int, kind: str) -> None:
    """End the old areas today, with an event for each."""
    for row in await connection.fetch(_END, list(plan.successors)):
        await event.record(
            connection,
            topic=Topic.AREA,
            thing_id=row["id"],
            area_code=row["code"],
            version=row["version"],
            kind=kind,
            actor_id=actor_id,
            facts={"successors": plan.successors[row["code"]]},
        )


async def tell_new(
    connection: Connection, plan: Plan, made: Mapping[str, int], *, actor_id: int
) -> None:
    """Record the event with which each new area begins."""
    for code, key in made.items():
        await event.record(
            connection,
            topic=Topic.AREA,
            thing_id=key,
            area_code=code,
            version=1,
            kind="FORMED",
            actor_id=actor_id,
            facts={"predecessors": [old for old, new in plan.successors.items() if code in new]},
        )


async def _make(connection: Connection, grid: NewGrid) -> int:
    key: int = await connection.fetchval(
        _MAKE_GRID,
        grid.code,
        grid.code[:-2],
        grid.kind,
        grid.name,
        pinyin.initials(grid.name),
        pinyin.terms(grid.name),
        *grid.point,
        boundary_json(grid.boundary),
        grid.households,
        grid.population,
        grid.party_organisation,
    )
    return key


_LAST = "SELECT max(code) FROM area WHERE parent_code = $1"
_MAKE_GRID = f"""
INSERT INTO area (code, parent_code, level, kind, name, initials, terms, longitude, latitude,
    boundary, households, population, party_organisation, valid_from)
VALUES ($1, $2, 'GRID', $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, {TODAY}) RETURNING id
"""  # noqa: S608 - constants
_MAKE_MICRO_GRIDS = f"""
INSERT INTO area (code, parent_code, level, name, initials, terms, longitude, latitude,
    boundary, households, population, party_organisation, valid_from)
SELECT moved.new, left(moved.new, -2), level, name, initials, terms, longitude, latitude,
    boundary, households, population, party_organisation, {TODAY}
FROM unnest($1::text[], $2::text[]) AS moved (old, new) JOIN area ON code = moved.old
ORDER BY moved.new RETURNING id, code
"""  # noqa: S608 - constants
_SUCCEED = """
INSERT INTO area_successor (area_code, successor_code)
SELECT * FROM unnest($1::text[], $2::text[])
"""
_END = f"""
UPDATE area SET valid_to = {TODAY}, version = version + 1 WHERE code = ANY($1::text[])
RETURNING id, code, version
"""  # noqa: S608 - constants
