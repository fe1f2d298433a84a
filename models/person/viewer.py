"""The person who asks."""

from models import db
from models.person.record import Viewer
from models.role import Role


async def viewer(person_id: int) -> Viewer | None:
    """Give the person who asks with today's roles, in the order of Role; None if unknown."""
    row = await db.fetch_one(_VIEWER, person_id)
    if row is None:
        return None
    held = {Role.RESIDENT, *map(Role, row["roles"])}
    return Viewer(person_id, row["name"], tuple(role for role in Role if role in held))


_VIEWER = f"""
SELECT name, ARRAY(
    SELECT DISTINCT role FROM appointment WHERE person_id = person.id
        AND started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})
) AS roles
FROM person WHERE id = $1
"""  # noqa: S608 - constants
