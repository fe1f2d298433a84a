"""Messages on their way: taken to be sent, and what became of them.

A message is written as SENDING before WeChat is asked, in a transaction of its own. Whoever dies
in between leaves it there: it becomes UNKNOWN, and is not sent again, because it may have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from models import cipher, db
from models.event import Topic
from models.message.template import due, filled, template_called
from models.message.words import State

TAKEN_MOST = 5
"""So few that all are asked for before the first of them would count as lost."""
ATTEMPTS_MOST = 8
SENDING_FOR = timedelta(minutes=1)
"""Longer than WeChat is ever waited for."""
WAITING_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as WeChat is to be asked to send it."""

    id: int
    openid: str
    wechat_id: str
    page: str
    values: Mapping[str, str]


async def take(*, now: datetime | None = None) -> list[Outgoing]:
    """Take messages that are due, which nobody else takes from now on; TAKEN_MOST at most.

    What its person has read meanwhile, what is late and what has no template any more is settled
    here. Raises Unavailable.
    """
    at = now or datetime.now(UTC)
    if due(at) > at:
        return []
    async with db.transaction() as connection:
        await connection.execute(_LOST, at - SENDING_FOR)
        await connection.execute(_READ_OR_LATE, at - WAITING_FOR)
        rows = await connection.fetch(_DUE, at, TAKEN_MOST)
        outgoing = {row["id"]: _outgoing(row) for row in rows}
        ready = [key for key, message in outgoing.items() if message]
        unfit = [key for key, message in outgoing.items() if not message]
        await connection.execute(_TAKE, ready, at)
        await connection.execute(_FAIL, unfit, at)
    return [message for message in outgoing.values() if message]


async def settle(key: int, state: State, *, errcode: int | None = None) -> None:
    """Write what became of a message that was taken; raises Unavailable.

    REFUSED ends the person's other consents to that template, too: WeChat has none of them.
    """
    async with db.transaction() as connection:
        row = await connection.fetchrow(_SETTLE, key, state, errcode)
        if row and state is State.REFUSED:
            await connection.execute(_END_CONSENTS, row["person_id"], row["template"])


async def put_back(key: int, *, now: datetime | None = None) -> None:
    """Let a message that WeChat has certainly not heard of wait for another attempt."""
    at = now or datetime.now(UTC)
    row = await db.fetch_one("SELECT attempts FROM message WHERE id = $1", key)
    if row is None:
        return
    if row["attempts"] >= ATTEMPTS_MOST:
        await settle(key, State.FAILED)
        return
    await db.execute(_PUT_BACK, key, at + FIRST_PAUSE * 2 ** row["attempts"])


def _outgoing(row: asyncpg.Record) -> Outgoing | None:
    template = template_called(row["template"])
    if template is None or row["openid"] is None:
        return None
    return Outgoing(
        row["id"],
        cipher.unseal(row["openid"], place=f"person.openid:{row['person_id']}"),
        template.wechat_id,
        template.page,
        filled(template, title=row["title"], topic=Topic(row["topic"]), at=row["at"]),
    )


_LOST = """
UPDATE message SET state = 'UNKNOWN', ended_at = now() WHERE state = 'SENDING' AND taken_at < $1
"""
# Their consents are good for another message: WeChat was never asked.
_READ_OR_LATE = """
WITH ended AS (
    UPDATE message SET ended_at = now(), consent_id = NULL,
        state = CASE WHEN notification.read_at IS NULL THEN 'LATE' ELSE 'READ' END
    FROM notification, message AS before
    WHERE notification.id = message.notification_id AND before.id = message.id
        AND message.state = 'WAITING' AND message.due_at <= now()
        AND (notification.read_at IS NOT NULL OR message.due_at < $1)
    RETURNING before.consent_id
)
UPDATE message_consent SET used_at = NULL FROM ended WHERE id = ended.consent_id
"""
_DUE = """
SELECT message.id, message.template, message.person_id, openid, title, topic, notification.at
FROM message JOIN notification ON notification.id = notification_id
JOIN person ON person.id = message.person_id
WHERE state = 'WAITING' AND due_at <= $1
ORDER BY due_at, message.id LIMIT $2 FOR UPDATE OF message SKIP LOCKED
"""
_TAKE = """
UPDATE message SET state = 'SENDING', taken_at = $2, attempts = attempts + 1 WHERE id = ANY($1)
"""
_FAIL = "UPDATE message SET state = 'FAILED', ended_at = $2 WHERE id = ANY($1)"
_SETTLE = """
UPDATE message SET state = $2, errcode = $3, ended_at = now()
WHERE id = $1 AND state = 'SENDING' RETURNING person_id, template
"""
_END_CONSENTS = """
UPDATE message_consent SET used_at = now()
WHERE person_id = $1 AND template = $2 AND used_at IS NULL
"""
_PUT_BACK = """
UPDATE message SET state = 'WAITING', due_at = $2, taken_at = NULL
WHERE id = $1 AND state = 'SENDING'
"""
