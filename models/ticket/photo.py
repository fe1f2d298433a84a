"""Photos of tickets: what was uploaded by the person who now shows it."""

from collections.abc import Sequence

from models.db import Connection
from models.errors import Code, Refusal

PHOTOS_MOST = 9


def check(photo_ids: Sequence[int], *, path: str = "photoIds") -> None:
    """Raise Refusal INVALID for more than PHOTOS_MOST photos, or the same one twice."""
    if len(photo_ids) > PHOTOS_MOST:
        raise Refusal(Code.INVALID, f"照片不能超过 {PHOTOS_MOST} 张", path)
    if len(set(photo_ids)) < len(photo_ids):
        raise Refusal(Code.INVALID, "同一张照片不能重复提交", path)


async def attach(
    connection: Connection,
    ticket_id: int,
    *,
    version: int,
    photo_ids: Sequence[int],
    person_id: int,
) -> None:
    """Put photos beside a version of a ticket; raises Refusal INVALID for one that is not theirs.

    A photo is shown once: who uploaded it, and nobody else, may show it.
    """
    if not photo_ids:
        return
    raise Refusal(Code.INVALID, "照片不存在或不属于您", "photoIds")
