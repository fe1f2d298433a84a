"""The photos of a station: some of them, in their order, each claimed while it is shown."""

from collections.abc import Sequence

from models import file
from models.db import Connection
from models.errors import Code, Refusal

PHOTOS_MOST = 6


def checked(ids: Sequence[int], *, path: str) -> tuple[int, ...]:
    """Give the photos, each once; raises Refusal LIMIT_REACHED."""
    wanted = tuple(dict.fromkeys(ids))
    if len(wanted) > PHOTOS_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"照片最多 {PHOTOS_MOST} 张", path)
    return wanted


async def show(
    connection: Connection, key: int, ids: Sequence[int], *, person_id: int, path: str
) -> bool:
    """Let a locked station show these photos and no others; say whether that is a change.

    Those that are new to it must be the person's own. Raises Refusal NOT_FOUND.
    """
    before = [row["file_id"] for row in await connection.fetch(_SHOWN, key)]
    if list(ids) == before:
        return False
    fresh = [one for one in ids if one not in before]
    if fresh:
        await file.claim_photos(connection, fresh, person_id=person_id, path=path)
    await connection.execute("DELETE FROM station_photo WHERE station_id = $1", key)
    await connection.execute(_SHOW, key, list(ids))
    await file.release(connection, [one for one in before if one not in ids])
    return True


_SHOWN = "SELECT file_id FROM station_photo WHERE station_id = $1 ORDER BY place"
_SHOW = """
INSERT INTO station_photo (station_id, file_id, place)
SELECT $1, wanted.id, wanted.place
FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted (id, place)
"""
