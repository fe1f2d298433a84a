"""Jobs that only one process may do at a time: who holds one says so in PostgreSQL, for a while.

A lease that is not renewed falls to whoever asks next. All times are the database's.
"""

from datetime import timedelta

from models import db

LEASE_SECONDS = 3.0
RENEW_SECONDS = 1.0


async def hold(name: str, *, holder: str, seconds: float = LEASE_SECONDS) -> bool:
    """Take or renew the lease `name`; False while somebody else holds it. Raises Unavailable."""
    row = await db.fetch_one(_HOLD, name, holder, timedelta(seconds=seconds))
    return row is not None


# The look before the insert keeps those who wait from locking the row once a second each.
_HOLD = """
INSERT INTO lease (name, holder, until)
SELECT $1::text, $2::text, clock_timestamp() + $3 WHERE NOT EXISTS (
    SELECT FROM lease WHERE name = $1 AND holder <> $2 AND until > clock_timestamp()
)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until <= clock_timestamp()
RETURNING holder
"""


async def release(name: str, *, holder: str) -> None:
    """Give the lease back, if it is still `holder`'s, so that nobody waits for its end."""
    await db.execute("DELETE FROM lease WHERE name = $1 AND holder = $2", name, holder)
