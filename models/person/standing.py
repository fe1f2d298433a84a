"""Whether the one who asks may still ask: a session that ended holds nobody's rights."""

from enum import Enum, auto

from models import db
from models.person.record import Asker
from models.person.refresh import SESSION_DAYS_MOST


class Standing(Enum):
    """How somebody stands who shows an access token."""

    SIGNED_IN = auto()
    SIGNED_OUT = auto()
    BANNED = auto()


def signed_in_sql(person_id: str, session_id: str) -> str:
    """Give the condition that the person in one SQL parameter is signed in by the other's session.

    Belongs to a statement about the table `person`; a session that is NULL need not hold.
    """
    return f"""(
    person.id = {person_id} AND person.banned_at IS NULL AND person.claimed_by_id IS NULL
    AND ({session_id}::bigint IS NULL OR {_session_sql(person_id, session_id)})
)"""


async def standing(asker: Asker) -> Standing:
    """Say how somebody stands at this moment."""
    # Whoever acts is asked for first: many at once wait for their turn here already.
    row = await db.fetch_one(_STANDING, *asker, seconds=db.TURN_SECONDS)
    if row is None or not row["is_signed_in"]:
        return Standing.SIGNED_OUT
    return Standing.BANNED if row["is_banned"] else Standing.SIGNED_IN


def _session_sql(person_id: str, session_id: str) -> str:
    return f"""EXISTS (
        SELECT FROM session WHERE session.id = {session_id} AND session.person_id = {person_id}
            AND session.started_at > now() - interval '{SESSION_DAYS_MOST} days'
    )"""


_STANDING = f"""
SELECT banned_at IS NOT NULL AS is_banned,
    claimed_by_id IS NULL AND ($2::bigint IS NULL OR {_session_sql("$1", "$2")}) AS is_signed_in
FROM person WHERE id = $1
"""  # noqa: S608 - constants
