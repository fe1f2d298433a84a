"""Files in use: claimed by what shows them, made by the city itself, removed when unused."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from models import db
from models.db import Connection
from models.errors import Code, Refusal
from models.file.record import COLUMNS, File
from models.file.show import from_row
from models.file.upload import LOCK_DIGEST, check_room, put
from models.file.vault import vault
from models.file.words import XLSX, Kind

UNCLAIMED_FOR = timedelta(days=1)
SWEEP_MOST = 100


async def claim_photos(
    connection: Connection,
    ids: Sequence[int],
    *,
    person_id: int,
    path: str,
    is_public: bool = True,
) -> None:
    """Take a person's own photos into use: for everybody to see, or by signed addresses only.

    Raises Refusal NOT_FOUND for what is not theirs, no photo, not uploaded or in use elsewhere.
    """
    rows = await connection.fetch(_CLAIMABLE, list(ids), person_id, Kind.PHOTO)
    if len(rows) < len(set(ids)):
        raise Refusal(Code.NOT_FOUND, "没有这张照片，或尚未上传，或已被使用", path)
    await connection.execute(_CLAIM, list(ids), is_public)


async def release(connection: Connection, ids: Sequence[int]) -> None:
    """Use these files no more: nobody else sees them, and they are removed in time."""
    await connection.execute(_RELEASE, list(ids))


async def keep_table(content: bytes, *, person_id: int) -> File:
    """Keep a table that was made for a person, to be downloaded within a day; raises Refusal."""
    async with db.transaction() as connection:
        await check_room(connection, person_id)
        digest = await put(connection, content)
        row = await connection.fetchrow(
            _KEEP, person_id, Kind.TABLE, XLSX, len(content), digest, datetime.now(UTC)
        )
    assert row, "an insert gives its row"
    return from_row(row)


async def sweep(*, now: datetime | None = None) -> int:
    """Remove files that nothing has claimed for a day; give how many, SWEEP_MOST at most."""
    before = (now or datetime.now(UTC)) - UNCLAIMED_FOR
    rows = await db.fetch(_UNUSED, before, SWEEP_MOST)
    for row in rows:
        await _remove(row["id"], row["digest"])
    return len(rows)


async def _remove(key: int, digest: str | None) -> None:
    async with db.transaction() as connection:
        if digest is not None:
            await connection.execute(LOCK_DIGEST, digest)
        gone = await connection.fetchval(_REMOVE, key, digest)
        if gone and digest is not None and not await connection.fetchval(_IS_USED, digest):
            await asyncio.to_thread(vault().store.remove, digest)


_CLAIMABLE = f"""
SELECT {COLUMNS} FROM file
WHERE id = ANY($1) AND person_id = $2 AND kind = $3 AND stored_at IS NOT NULL
    AND claimed_at IS NULL
ORDER BY id FOR UPDATE
"""  # noqa: S608 - constants
_CLAIM = "UPDATE file SET claimed_at = now(), is_public = $2 WHERE id = ANY($1)"
_RELEASE = "UPDATE file SET claimed_at = NULL, is_public = false WHERE id = ANY($1)"
_KEEP = f"""
INSERT INTO file (person_id, kind, content_type, bytes, digest, expires_at, stored_at)
VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_UNUSED = """
SELECT id, digest FROM file WHERE claimed_at IS NULL AND created_at < $1
ORDER BY created_at LIMIT $2
"""
# An upload may have come in the meantime: then it is left to the next sweep, which knows it.
_REMOVE = """
DELETE FROM file WHERE id = $1 AND claimed_at IS NULL AND digest IS NOT DISTINCT FROM $2
RETURNING true
"""
_IS_USED = "SELECT EXISTS (SELECT FROM file WHERE digest = $1)"
