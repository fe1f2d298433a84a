"""Telling people of a change, in the transaction that makes it."""

from collections.abc import Iterable

from models import event, message
from models.db import Connection
from models.event import Topic

TOLD_MOST = 200
"""Of one change; who reported the same as many others is told by the list."""


async def tell(  # noqa: PLR0913 - a change has that many sides, each named by the caller
    connection: Connection,
    people: Iterable[int],
    *,
    title: str,
    topic: Topic,
    thing_id: int,
    area_code: str,
) -> None:
    """Write a notification for each of these people, and the event that pushes it.

    Who consented to a message on the phone gets one, too. The title is our own words and quotes
    nobody. The event names the person and the notification, not what it is about: that can be
    deleted, an event can't.
    """
    told = sorted(set(people))[:TOLD_MOST]
    if not told:
        return
    rows = await connection.fetch(_TELL, told, topic, thing_id, title)
    for row in rows:
        await event.record(
            connection,
            topic=Topic.NOTIFICATION,
            thing_id=row["person_id"],
            area_code=area_code,
            version=row["id"],
            kind="NOTIFIED",
            actor_id=None,
            facts={"notification": row["id"]},
        )
    await message.plan(connection, [row["id"] for row in rows], topic=topic)


_TELL = """
INSERT INTO notification (person_id, topic, thing_id, title)
SELECT told, $2, $3, $4 FROM unnest($1::bigint[]) AS told ORDER BY told
RETURNING id, person_id
"""
