"""How events get their positions: what the relay alone writes.

Each statement asks whether the relay still holds its lease, so that two relays at once for a
moment make neither a gap nor a duplicate.
"""

from datetime import timedelta

from models import db
from models.event.entry import Event
from models.event.feed import COLUMNS, event

JOB = "relay"
PLACE_MOST = 500
RETENTION = timedelta(days=7)
PRUNE_MOST = 1_000


async def place(holder: str) -> list[Event]:
    """Move the oldest visible outbox rows to the end of the line; gives them in order.

    At most PLACE_MOST; none if `holder` has lost the lease. Raises Unavailable.
    """
    rows = await db.fetch(_PLACE, JOB, holder, PLACE_MOST)
    return [event(row) for row in rows]


# The lease's row stays locked until the commit: nobody else can take the lease in between, and
# who waited for the lock sees another holder. An empty outbox is read, not locked. If a lost
# connection's statement still runs beside its successor, the primary key refuses one of them.
# Each event is looked up by its key: a join as a whole would read all that ever happened.
_PLACE = f"""
WITH held AS (
    SELECT FROM lease
    WHERE name = $1 AND holder = $2 AND until > clock_timestamp()
        AND EXISTS (SELECT FROM outbox)
    FOR UPDATE
), taken AS (
    DELETE FROM outbox
    WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $3) AND EXISTS (SELECT FROM held)
    RETURNING id, event_id, area_code
), ordered AS MATERIALIZED (
    SELECT
        (SELECT coalesce(max(position), 0) FROM feed) + row_number() OVER (ORDER BY taken.id)
            AS position,
        taken.area_code AS line_area_code, {COLUMNS}
    FROM taken CROSS JOIN LATERAL (
        SELECT * FROM event WHERE event.id = taken.event_id LIMIT 1
    ) AS event
), placed AS (
    INSERT INTO feed (position, event_id, topic, area_code, at)
    SELECT position, id, topic, line_area_code, now() FROM ordered
)
SELECT * FROM ordered ORDER BY position
"""  # noqa: S608 - constants


async def prune() -> int:
    """Cut what is older than the retention from the line's old end; gives how many, at most.

    The newest position stays for ever: it is what the next one is counted from.
    """
    rows = await db.fetch(_PRUNE, RETENTION, PRUNE_MOST)
    return len(rows)


_PRUNE = """
DELETE FROM feed WHERE position < least(
    (SELECT min(position) FROM feed) + $2,
    (SELECT max(position) FROM feed),
    (SELECT position FROM feed WHERE at >= now() - $1::interval ORDER BY at, position LIMIT 1)
)
RETURNING position
"""
