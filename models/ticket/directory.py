"""The directory of dispatch: which unit a ticket goes to if nobody says otherwise."""

import asyncpg

from models.db import Connection
from models.ticket.case import Case, Unit
from models.ticket.category import category_of
from models.ticket.store import unit

_TOWN_CODE_LENGTH = 9


async def named(connection: Connection, unit_id: int) -> Unit | None:
    """Give the unit with this key."""
    return _read(await connection.fetchrow(_NAMED, unit_id))


async def proposed(connection: Connection, found: Case) -> Unit | None:
    """Give the unit for a ticket; None if the directory knows none.

    What the centre decided last for the category in the town binds; else it is the nearest unit
    above the ticket whose duties name the category or its family, else the town's office.
    """
    category = category_of(found.category, at=found.submitted_at)
    town = found.area_code[:_TOWN_CODE_LENGTH]
    decided = await connection.fetchrow(_DECIDED, found.category, town)
    if decided:
        return _read(decided)
    duties = [found.category, *([category.family] if category else [])]
    return _read(await connection.fetchrow(_IN_CHARGE, duties, found.area_code, town))


def _read(row: asyncpg.Record | None) -> Unit | None:
    return unit(row) if row else None


_UNIT = """unit.id AS unit_id, unit.kind AS unit_kind, unit.area_code AS unit_area_code,
    unit.closed_at AS unit_closed_at"""
_NAMED = f"SELECT {_UNIT} FROM unit WHERE id = $1"  # noqa: S608 - constants
_DECIDED = f"""
SELECT {_UNIT} FROM ticket JOIN unit ON unit.id = ticket.unit_id
WHERE category = $1 AND is_bound AND left(ticket.area_code, 9) = $2 AND unit.closed_at IS NULL
ORDER BY ticket.id DESC LIMIT 1
"""  # noqa: S608 - constants
_IN_CHARGE = f"""
SELECT {_UNIT} FROM unit
WHERE closed_at IS NULL AND starts_with($2, area_code)
    AND (duties && $1::text[] OR (kind = 'TOWN' AND area_code = $3))
ORDER BY duties && $1::text[] DESC, duties @> ARRAY[$1[1]] DESC, length(area_code) DESC, id LIMIT 1
"""  # noqa: S608 - constants
