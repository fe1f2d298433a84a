"""What is shown of a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.file.words import Kind

COLUMNS = """id, person_id, kind, content_type, bytes, digest, width, height, is_public,
    expires_at, stored_at, claimed_at"""


@dataclass(frozen=True, slots=True)
class File:
    """A file as its owner may see it; `url` is a path on this server, None until it is stored."""

    id: int
    kind: Kind
    content_type: str
    bytes: int
    is_stored: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is announced, and where to PUT its bytes until when."""

    file: File
    url: str
    expires_at: datetime


class Photo(NamedTuple):
    """A photo that is shown; its size is in pixels, `url` is a path on this server."""

    id: int
    url: str
    width: int
    height: int


class Content(NamedTuple):
    """The bytes of a file and what they are."""

    content: bytes
    content_type: str
