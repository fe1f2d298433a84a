"""Files that come in: announced by a person, then sent once to a signed address.

Nothing stands anywhere before all of it has come, was checked and is safe on the disk: then the
row says so in one statement, which of two senders only one can make.
"""

import asyncio
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from models import access, db
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.file import address
from models.file.address import Signed
from models.file.photo import picture
from models.file.record import COLUMNS, File, Upload
from models.file.show import Forbidden, from_row
from models.file.store import digest_of
from models.file.vault import vault
from models.file.words import BYTES_MOST, CONTENT_TYPES, JPEG, XLSX, Kind

UNCLAIMED_MOST = 60
"""So many files a person may have that nothing has claimed; they go after a day."""
WRITE_BYTES = 256 * 1024
WORKBOOK = ("[Content_Types].xml", "xl/workbook.xml")


async def start(kind: Kind, *, content_type: str, size: int, person_id: int) -> Upload:
    """Announce a file of `size` bytes; raises Refusal."""
    if content_type not in CONTENT_TYPES[kind]:
        allowed = "、".join(CONTENT_TYPES[kind])
        raise Refusal(Code.INVALID, f"文件类型须为 {allowed}", "contentType")
    if not 1 <= size <= BYTES_MOST[kind]:
        most = BYTES_MOST[kind] // 1024 // 1024
        raise Refusal(Code.INVALID, f"文件大小须在 1 字节到 {most} MiB 之间", "bytes")
    async with db.transaction() as connection:
        await check_room(connection, person_id)
        expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=address.SECONDS)
        row = await connection.fetchrow(_START, person_id, kind, content_type, size, expires_at)
    assert row, "an insert gives its row"
    url = address.upload(
        vault().key,
        row["id"],
        person_id=person_id,
        expires=int(expires_at.timestamp()),
    )
    return Upload(from_row(row), url, expires_at)


async def check_room(connection: Connection, person_id: int) -> None:
    """Let a person have one more file; raises Refusal NOT_ALLOWED, LIMIT_REACHED."""
    held = await access.rights(connection, person_id)
    access.check(held, Action.FILE_UPLOAD, Thing(owner_id=person_id))
    # The person is locked before, so that many announced at once are counted, too.
    await connection.execute(_LOCK_PERSON, person_id)
    if await connection.fetchval(_UNCLAIMED, person_id) >= UNCLAIMED_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"最多 {UNCLAIMED_MOST} 个未使用的文件，请明天再试")


_coming: set[int] = set()
"""The files that come in at this moment: an address takes one body at a time."""


async def receive(file_id: int, signed: Signed, chunks: AsyncIterator[bytes]) -> File:
    """Take the bytes of an announced file in; raises Forbidden, and Refusal.

    EXPIRED or ALREADY_USED for the address; LIMIT_REACHED for too many bytes; INVALID for too few
    or for what is not of the type that was announced.
    """
    row = await db.fetch_one(_FIND, file_id)
    if row is None or not address.is_upload(
        vault().key, file_id, signed, person_id=row["person_id"]
    ):
        raise Forbidden
    if signed.expires <= time.time():
        raise Refusal(Code.EXPIRED, "上传地址已过期，请重新获取")
    if row["stored_at"] is not None:
        raise Refusal(Code.ALREADY_USED, "该上传地址已使用")
    if file_id in _coming:
        raise Refusal(Code.ALREADY_USED, "该上传地址正在使用")
    _coming.add(file_id)
    try:
        with await asyncio.to_thread(vault().store.aside) as aside:
            await _fill(aside, chunks, size=row["bytes"])
            kept = await _checked(aside, Kind(row["kind"]), content_type=row["content_type"])
        return await _settle(file_id, row["person_id"], *kept)
    finally:
        _coming.discard(file_id)


async def _fill(aside: BinaryIO, chunks: AsyncIterator[bytes], *, size: int) -> None:
    """Write what comes to a file aside, exactly as many bytes as were announced."""
    come, waiting = 0, bytearray()
    async for chunk in chunks:
        come += len(chunk)
        if come > size:
            raise Refusal(Code.LIMIT_REACHED, f"文件超过声明的 {size} 字节")
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            await asyncio.to_thread(aside.write, bytes(waiting))
            waiting.clear()
    if come < size:
        raise Refusal(Code.INVALID, f"文件不完整，应为 {size} 字节")
    await asyncio.to_thread(aside.write, bytes(waiting))


async def _checked(
    aside: BinaryIO, kind: Kind, *, content_type: str
) -> tuple[bytes, str, int | None, int | None]:
    """Give the bytes to be kept, what they are, and the size of a picture; raises Refusal."""
    aside.seek(0)
    if kind is Kind.TABLE:
        return await asyncio.to_thread(_workbook, aside), XLSX, None, None
    async with vault().decoding:
        made = await asyncio.to_thread(picture, aside, content_type=content_type)
    return made.content, JPEG, made.width, made.height


def _workbook(aside: BinaryIO) -> bytes:
    """Give the bytes of a workbook by what is in it; how large it unpacks is for who reads it."""
    try:
        with zipfile.ZipFile(aside) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = set()
    if not names.issuperset(WORKBOOK):
        raise Refusal(Code.INVALID, "表格无法识别，请上传 Excel（xlsx）文件")
    aside.seek(0)
    return aside.read()


async def _settle(  # noqa: PLR0913, PLR0917 - what is known of a file
    file_id: int,
    person_id: int,
    content: bytes,
    content_type: str,
    width: int | None,
    height: int | None,
) -> File:
    async with db.transaction() as connection:
        held = await access.rights(connection, person_id)
        access.check(held, Action.FILE_UPLOAD, Thing(owner_id=person_id))
        digest = await put(connection, content)
        row = await connection.fetchrow(
            _STORED, file_id, digest, content_type, len(content), width, height
        )
        if row is None:
            raise Refusal(Code.ALREADY_USED, "该上传地址已使用")
    return from_row(row)


async def put(connection: Connection, content: bytes) -> str:
    """Keep bytes in the store, under the lock of their digest, which ends with the transaction.

    So that nobody removes them as unused before the row that uses them is there.
    """
    store = vault().store
    digest = digest_of(content)
    await connection.execute(LOCK_DIGEST, digest)
    await asyncio.to_thread(store.put, content)
    return digest


LOCK_DIGEST = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_START = f"""
INSERT INTO file (person_id, kind, content_type, bytes, expires_at) VALUES ($1, $2, $3, $4, $5)
RETURNING {COLUMNS}
"""  # noqa: S608 - constants
_LOCK_PERSON = "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE"
_UNCLAIMED = "SELECT count(*) FROM file WHERE person_id = $1 AND claimed_at IS NULL"
_FIND = f"SELECT {COLUMNS} FROM file WHERE id = $1"  # noqa: S608 - constants
_STORED = f"""
UPDATE file SET digest = $2, content_type = $3, bytes = $4, width = $5, height = $6,
    stored_at = now()
WHERE id = $1 AND stored_at IS NULL RETURNING {COLUMNS}
"""  # noqa: S608 - constants
