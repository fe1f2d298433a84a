"""Tickets in grids that are merged or split: what is open goes on in the grid that follows.

What is over keeps the grid it was in, until it is opened again (docs/decisions).
"""

from dataclasses import replace

from models import area, event
from models.area import Plan
from models.db import Connection
from models.event import Topic
from models.ticket import store
from models.ticket.case import Case
from models.ticket.words import Move, Party


async def regrid(connection: Connection, plan: Plan, actor_id: int) -> None:
    """Move every open ticket of the old grids to the new one that its place lies in."""
    for found in await store.lock_open(connection, plan.successors):
        codes = plan.successors[found.area_code]
        code = codes[0] if len(codes) == 1 else plan.grid_at(found.point)
        moved = replace(found, area_code=code, version=found.version + 1)
        await store.save(connection, moved)
        await _tell(connection, found, moved, actor_id)


async def _tell(connection: Connection, before: Case, after: Case, actor_id: int) -> None:
    await event.record(
        connection,
        topic=Topic.TICKET,
        thing_id=after.id,
        area_code=after.area_code,
        also_area_codes=[before.area_code],
        version=after.version,
        kind=Move.REGRID,
        actor_id=actor_id,
        facts={
            "from": before.state,
            "to": after.state,
            "round": after.round,
            "by": Party.STAFF,
            "areas": [before.area_code, after.area_code],
        },
    )


area.ALSO_MOVES["tickets"] = regrid
