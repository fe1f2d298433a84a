"""Photos of tickets: uploaded by the person who now shows them, seen by whoever sees the texts."""

from collections.abc import Sequence

from models import file
from models.db import Connection
from models.errors import Code, Refusal

PHOTOS_MOST = 9
PATH = "photoIds"


def check(photo_ids: Sequence[int]) -> None:
    """Raise Refusal INVALID for more than PHOTOS_MOST photos, or the same one twice."""
    if len(photo_ids) > PHOTOS_MOST:
        raise Refusal(Code.INVALID, f"照片不能超过 {PHOTOS_MOST} 张", PATH)
    if len(set(photo_ids)) < len(photo_ids):
        raise Refusal(Code.INVALID, "同一张照片不能重复提交", PATH)


async def attach(
    connection: Connection,
    ticket_id: int,
    *,
    version: int,
    photo_ids: Sequence[int],
    person_id: int,
) -> None:
    """Put photos beside a version of a ticket.

    Raises Refusal NOT_FOUND for what is not theirs, no photo, not uploaded or in use elsewhere.
    """
    if photo_ids:
        await file.claim_photos(
            connection, photo_ids, person_id=person_id, path=PATH, is_public=False
        )
        await connection.execute(_ATTACH, ticket_id, version, list(photo_ids))


_ATTACH = """
INSERT INTO ticket_photo (ticket_id, version, file_id)
SELECT $1, $2, photo FROM unnest($3::bigint[]) WITH ORDINALITY AS given (photo, place)
ORDER BY place
"""
