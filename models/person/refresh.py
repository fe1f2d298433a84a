"""Refresh tokens: what stands in one, and what becomes of a session when one is shown.

The tokens of a session are a family. Each is 256 random bits that the family shares, the number
of its generation, and a seal that only this city can make. So the successor of a token is always
the same one, an old token is known as such however old it is, and a database that leaks holds the
SHA-256 of the shared bits and nothing to make a token of (docs/decisions/0007). Nothing here
reads a database.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from models import cipher

FAMILY_BYTES = 32
GENERATION_BYTES = 4
SEAL_BYTES = 32
TOKEN_LENGTH = 91
GRACE = timedelta(seconds=30)
"""A phone that lost the answer may show the previous token this long."""
SESSION_DAYS_MOST = 30
"""After so many days one signs in anew, however often the session was renewed."""
_SESSION = timedelta(days=SESSION_DAYS_MOST)


class RefreshToken(NamedTuple):
    """A token that this city made: its family's secret, and its generation from 1."""

    family: bytes
    generation: int

    @property
    def family_hash(self) -> bytes:
        """What is kept of the family."""
        return hashlib.sha256(self.family).digest()

    @property
    def successor(self) -> "RefreshToken":
        """The one token that follows this one."""
        return RefreshToken(self.family, self.generation + 1)


class Fate(Enum):
    """What becomes of a session whose refresh token is shown."""

    RENEWED = auto()
    REPEATED = auto()
    REUSED = auto()
    OVER = auto()


def new_family() -> RefreshToken:
    """Make the first token of a new session."""
    return RefreshToken(secrets.token_bytes(FAMILY_BYTES), 1)


def write(token: RefreshToken) -> str:
    """Write a token as its owner keeps it."""
    stated = token.family + token.generation.to_bytes(GENERATION_BYTES)
    seal = cipher.blind_index(stated.hex(), column="session.refresh_token")
    return urlsafe_b64encode(stated + seal).rstrip(b"=").decode()


def read(text: str) -> RefreshToken | None:
    """Read a token; None if this city never made it."""
    if len(text) != TOKEN_LENGTH or not text.isascii():
        return None
    try:
        stated = urlsafe_b64decode(text + "=")[:-SEAL_BYTES]
    except ValueError:
        return None
    generation = int.from_bytes(stated[FAMILY_BYTES:][:GENERATION_BYTES])
    token = RefreshToken(stated[:FAMILY_BYTES], generation)
    return token if hmac.compare_digest(write(token), text) else None


def ends_at(started_at: datetime) -> datetime:
    """Say when a session ends at the latest."""
    return started_at + _SESSION


def fate(
    token: RefreshToken, *, generation: int, started_at: datetime, used_at: datetime, now: datetime
) -> Fate:
    """Decide on a session that stands at a generation since `used_at`."""
    if now >= ends_at(started_at):
        return Fate.OVER
    if token.generation == generation:
        return Fate.RENEWED
    is_previous = token.generation == generation - 1
    return Fate.REPEATED if is_previous and now - used_at <= GRACE else Fate.REUSED
