"""What happens to wishes and offers by itself: claims time out, wishes expire and are archived."""

from models import db
from models.wish.due import CLOCKS, Clock
from models.wish.move import run
from models.wish.words import Move

BATCH = 50

_ENDS = {Clock.DEADLINE: Move.EXPIRE, Clock.CLAIM: Move.TIME_OUT, Clock.ARCHIVE: Move.ARCHIVE}


async def end_states() -> int:
    """End the states of some wishes whose time has passed; gives how many.

    Each is a transaction of its own that locks the wish and looks again: what somebody has moved
    in the meantime stays as they left it.
    """
    rows = await db.fetch(_DUE, BATCH)
    return sum([await _end(row["id"], row["clock"]) for row in rows])


async def _end(wish_id: int, clock: str) -> int:
    return int(await run(wish_id, _ENDS[Clock(clock)]))


_CLOCK_OF = " ".join(f"WHEN '{state}' THEN '{clock}'" for state, clock in CLOCKS.items())
_DUE = f"""
SELECT id, CASE state {_CLOCK_OF} END AS clock FROM wish
WHERE due_at IS NOT NULL AND due_at <= now() ORDER BY due_at, id LIMIT $1
"""  # noqa: S608 - constants
