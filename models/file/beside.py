"""Photos beside a version of a thing, seen by whoever sees its texts.

A thing `ticket` keeps them in the table `ticket_photo` (ticket_id, version, file_id).
"""

from collections.abc import Sequence
from typing import Any

import orjson

from models.db import Connection
from models.errors import Code, Refusal
from models.file.claim import claim_photos
from models.file.record import Photo
from models.file.show import private_photo

PHOTOS_MOST = 9
PATH = "photoIds"


def check_photos(photo_ids: Sequence[int]) -> None:
    """Raise Refusal INVALID for more than PHOTOS_MOST photos, or the same one twice."""
    if len(photo_ids) > PHOTOS_MOST:
        raise Refusal(Code.INVALID, f"照片不能超过 {PHOTOS_MOST} 张", PATH)
    if len(set(photo_ids)) < len(photo_ids):
        raise Refusal(Code.INVALID, "同一张照片不能重复提交", PATH)


async def attach_photos(  # noqa: PLR0913 - what is put beside what, and whose it is
    connection: Connection,
    thing: str,
    key: int,
    *,
    version: int,
    photo_ids: Sequence[int],
    person_id: int,
) -> None:
    """Put photos, uploaded by the person who now shows them, beside a version of a thing.

    Raises Refusal NOT_FOUND for what is not theirs, no photo, not uploaded or in use elsewhere.
    """
    if photo_ids:
        await claim_photos(connection, photo_ids, person_id=person_id, path=PATH, is_public=False)
        await connection.execute(_ATTACH.format(thing=thing), key, version, list(photo_ids))


def photos_sql(thing: str, *, key: str, version: str) -> str:
    """Give the scalar expression of the photos beside a version of a thing, for `photos_of`."""
    return _PHOTOS.format(thing=thing, key=key, version=version)


def photos_of(value: Any) -> tuple[Photo, ...]:  # noqa: ANN401 - a column of JSON
    """Make the records out of what `photos_sql` gave, for somebody who may see them."""
    return tuple(private_photo(*photo) for photo in orjson.loads(value or "[]"))


_ATTACH = """
INSERT INTO {thing}_photo ({thing}_id, version, file_id)
SELECT $1, $2, photo FROM unnest($3::bigint[]) WITH ORDINALITY AS given (photo, place)
ORDER BY place
"""
_PHOTOS = """(
    SELECT jsonb_agg(
        jsonb_build_array(file.id, file.person_id, width, height) ORDER BY {thing}_photo.id
    )
    FROM {thing}_photo JOIN file ON file.id = file_id
    WHERE {thing}_photo.{thing}_id = {key} AND {thing}_photo.version = {version}
)"""
