"""A message is planned in the transaction that tells its person, for those who take one."""

from collections.abc import Iterable
from datetime import UTC, datetime

from models.db import Connection
from models.event import Topic
from models.message.template import due, template_of


async def plan(connection: Connection, notification_ids: Iterable[int], *, topic: Topic) -> None:
    """Plan a message for each of these notifications whose person consented to one.

    Each uses a consent up; two changes at once never use the same.
    """
    template = template_of(topic)
    if template is not None:
        due_at = due(datetime.now(UTC))
        await connection.execute(_PLAN, list(notification_ids), template.code, due_at)


_PLAN = """
WITH chosen AS (
    SELECT notification.id AS notification_id, notification.person_id, consent.id AS consent_id
    FROM notification CROSS JOIN LATERAL (
        SELECT id FROM message_consent
        WHERE person_id = notification.person_id AND template = $2 AND used_at IS NULL
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS consent
    WHERE notification.id = ANY($1)
), used AS (
    UPDATE message_consent SET used_at = now() FROM chosen WHERE id = chosen.consent_id
)
INSERT INTO message (notification_id, person_id, template, consent_id, state, due_at)
SELECT notification_id, person_id, $2, consent_id, 'WAITING', $3 FROM chosen
"""
