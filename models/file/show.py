"""Files that go out: to their owners by signed addresses, and to everybody what is public."""

import asyncio
import time
from typing import Any

from models import db
from models.errors import Code, Refusal
from models.file import address
from models.file.address import Signed
from models.file.record import COLUMNS, Content, File, Photo
from models.file.vault import vault
from models.file.words import Kind


class Forbidden(Exception):
    """An address that this server did not sign, or signed for something else."""


def from_row(row: Any) -> File:  # noqa: ANN401 - a row
    """Make the record of a row with COLUMNS for the owner, to whom its address is given."""
    url = None
    if row["is_public"]:
        url = address.public(row["digest"])
    elif row["stored_at"] is not None:
        expires = int(time.time()) + address.SECONDS
        url = address.download(vault().key, row["id"], person_id=row["person_id"], expires=expires)
    return File(
        id=row["id"],
        kind=Kind(row["kind"]),
        content_type=row["content_type"],
        bytes=row["bytes"],
        is_stored=row["stored_at"] is not None,
        url=url,
    )


def public_photo(key: int, digest: str, width: int, height: int) -> Photo:
    """Make the record of a public photo."""
    return Photo(key, address.public(digest), width, height)


def private_photo(key: int, owner_id: int, width: int, height: int) -> Photo:
    """Make the record of a photo for somebody who may see it, for a while."""
    expires = int(time.time()) + address.SECONDS
    url = address.download(vault().key, key, person_id=owner_id, expires=expires)
    return Photo(key, url, width, height)


async def find(key: int, *, person_id: int | None) -> File | None:
    """Give a person's own file; anybody else's is None."""
    row = await db.fetch_one(_OWN, key, person_id)
    return from_row(row) if row else None


async def public(digest: str) -> Content | None:
    """Give the bytes of a public file."""
    row = await db.fetch_one(_PUBLIC, digest)
    return await _content(row) if row else None


async def private(file_id: int, signed: Signed) -> Content | None:
    """Give the bytes of a file by its signed address; raises Forbidden, Refusal EXPIRED."""
    row = await db.fetch_one(_STORED, file_id)
    if row is None or not address.is_download(
        vault().key, file_id, signed, person_id=row["person_id"]
    ):
        raise Forbidden
    if signed.expires <= time.time():
        raise Refusal(Code.EXPIRED, "下载地址已过期，请重新获取")
    return await _content(row)


async def content(file_id: int, *, kind: Kind, person_id: int, path: str) -> bytes:
    """Give the bytes of a person's own file; raises Refusal NOT_FOUND."""
    row = await db.fetch_one(_OWN, file_id, person_id)
    found = await _content(row) if row and row["kind"] == kind and row["digest"] else None
    if found is None:
        raise Refusal(Code.NOT_FOUND, "没有这个文件，或尚未上传", path)
    return found.content


async def _content(row: Any) -> Content | None:  # noqa: ANN401 - a row
    found = await asyncio.to_thread(vault().store.get, row["digest"])
    return None if found is None else Content(found, row["content_type"])


_OWN = f"SELECT {COLUMNS} FROM file WHERE id = $1 AND person_id = $2"  # noqa: S608 - constants
_PUBLIC = f"SELECT {COLUMNS} FROM file WHERE digest = $1 AND is_public LIMIT 1"  # noqa: S608 - constants
_STORED = f"SELECT {COLUMNS} FROM file WHERE id = $1 AND stored_at IS NOT NULL"  # noqa: S608 - constants
