"""Merging and splitting grids: old ones keep their row and what happened in them, for ever.

In one transaction the new grids are made, the old ones end, and what stands there today moves.
Of two who reshape the same grid at once one wins, the other finds that it has ended.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict

from models import access
from models.access import Action, Thing
from models.area import lock, making, moving, place, tree
from models.area.outline import Part
from models.area.plan import PARTS_MOST, Plan, divided, merged
from models.area.record import Area, Level
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once


async def merge(codes: Sequence[str], *, actor_id: int, part: Part, key: str) -> Area:
    """Make one grid of several in a village, once for this idempotency key; give it.

    Where no boundary is given and theirs fit together, it gets all that lay within them.

    Raises Refusal NOT_ALLOWED, NOT_FOUND, INVALID or LIMIT_REACHED, and Stale if one of them has
    ended.
    """

    async def act(connection: Connection) -> int:
        old = await _grids(connection, codes, actor_id, "codes")
        micro_grids = await lock.below_for_change(connection, old)
        number = await making.last_number(connection, codes[0])
        rings = await place.boundaries_in(connection, codes)
        plan = merged(
            list(old.values()), list(micro_grids.values()), part, last_number=number, rings=rings
        )
        return (await _carry_out(connection, plan, actor_id, "MERGED"))[plan.grids[0].code]

    asked = {"codes": list(codes), **asdict(part)}
    return await _once(act, actor_id, "areaMerge", key, asked)


async def split(code: str, *, actor_id: int, parts: Sequence[Part], key: str) -> Area:
    """Make several grids of one, once for this idempotency key; give the one that has ended.

    Raises as `merge` does. Who staffed the grid staffs every part, until those above decide.
    """

    async def act(connection: Connection) -> int:
        old = (await _grids(connection, [code], actor_id, "code"))[code]
        micro_grids = await lock.below_for_change(connection, [code])
        number = await making.last_number(connection, code)
        plan = divided(old, list(micro_grids.values()), parts, last_number=number)
        await _carry_out(connection, plan, actor_id, "SPLIT")
        return old.id

    asked = {"code": code, "parts": [asdict(part) for part in parts]}
    return await _once(act, actor_id, "areaSplit", key, asked)


async def _once(
    act: Callable[[Connection], Awaitable[int]],
    actor_id: int,
    operation: str,
    key: str,
    asked: Mapping[str, object],
) -> Area:
    result = await once(act, person_id=actor_id, operation=operation, key=key, asked=asked)
    return (await tree.find_by_ids([result]))[result]


async def _grids(
    connection: Connection, codes: Sequence[str], actor_id: int, path: str
) -> dict[str, Area]:
    """Lock the grids, and their village, which gives the numbers; check the right to each."""
    if len(codes) > PARTS_MOST:
        raise Refusal(Code.INVALID, f"最多选择 {PARTS_MOST} 个网格", path)
    found = await lock.for_change(connection, {*codes, *(code[:-2] for code in codes)})
    held = await access.rights(connection, actor_id)
    for code in codes:
        access.check(held, Action.AREA_CHANGE, Thing(area_code=code), path=path)
    if not codes or len(set(codes)) < len(codes):
        raise Refusal(Code.INVALID, "须选择不同的网格", path)
    for code in codes:
        if code not in found:
            raise await lock.gone(connection, code, path)
        if found[code].level is not Level.GRID:
            raise Refusal(Code.INVALID, "只能合并或拆分网格", path)
    return {code: found[code] for code in codes}


async def _carry_out(
    connection: Connection, plan: Plan, actor_id: int, kind: str
) -> dict[str, int]:
    """Make the new areas, end the old ones, move what stands there; give the new keys by code."""
    made = await making.make(connection, plan)
    await making.end(connection, plan, actor_id=actor_id, kind=kind)
    await making.tell_new(connection, plan, made, actor_id=actor_id)
    await moving.move(connection, plan, actor_id=actor_id)
    return made
