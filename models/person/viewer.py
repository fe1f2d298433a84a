"""The person who asks."""

from models import db
from models.person.record import Viewer
from models.person.standing import signed_in_sql
from models.role import Role


async def viewer(person_id: int, *, session_id: int | None = None) -> Viewer | None:
    """Give the person who asks with today's roles, in the order of Role.

    None if unknown, banned, or not signed in any more by the session: `standing` says which.
    """
    row = await db.fetch_one(_VIEWER, person_id, session_id)
    if row is None:
        return None
    held = {Role.RESIDENT, *map(Role, row["roles"])}
    return Viewer(person_id, row["name"], tuple(role for role in Role if role in held))


_VIEWER = f"""
SELECT name, ARRAY(
    SELECT DISTINCT role FROM appointment WHERE person_id = person.id
        AND started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})
) AS roles
FROM person WHERE {signed_in_sql("$1", "$2")}
"""  # noqa: S608 - constants
