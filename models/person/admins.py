"""The city is never without an administrator: who stays one, and two who act on each other."""

from models import db
from models.db import Connection


async def hold(connection: Connection) -> None:
    """Lock all of them, after the person acted on: two who act on each other take turns."""
    await connection.fetch(_HOLD)


async def stay_without(connection: Connection, person_id: int) -> bool:
    """Say whether somebody else is one today, whose term has no end and who is not banned."""
    stays: bool = await connection.fetchval(_STAY, person_id)
    return stays


_HOLD = """
SELECT FROM appointment WHERE role = 'ADMIN' AND ended_on IS NULL ORDER BY id FOR NO KEY UPDATE
"""
_STAY = f"""
SELECT EXISTS (
    SELECT FROM appointment JOIN person ON person.id = person_id
    WHERE role = 'ADMIN' AND person_id <> $1
        AND started_on <= {db.TODAY} AND ended_on IS NULL
        AND banned_at IS NULL AND claimed_by_id IS NULL
)
"""  # noqa: S608 - constants
