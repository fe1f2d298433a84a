"""Signed addresses: who has one may upload or download one file for a while, and nothing else.

The key is derived from the secret of the tokens by HKDF (RFC 5869) with a label of its own, so
that no signature of one kind ever passes for another.
"""

import hmac
from typing import NamedTuple
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

UPLOADS = "/files/upload/"
FILES = "/files/"
SECONDS = 900
KEY_BYTES = 32
_LABEL = b"wangge addresses of files"


class Signed(NamedTuple):
    """What the query string of a signed address says."""

    expires: int
    signature: str


def derived_key(secret: str) -> bytes:
    """Derive the key of addresses from the secret of the tokens."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=_LABEL)
    return kdf.derive(secret.encode())


def upload(key: bytes, file_id: int, *, person_id: int, expires: int) -> str:
    """Give the path to which a person PUTs an announced file, until `expires`."""
    signature = _signature(key, "upload", file_id, person_id, expires)
    return f"{UPLOADS}{file_id}?{urlencode({'expires': expires, 'signature': signature})}"


def download(key: bytes, file_id: int, *, person_id: int, expires: int) -> str:
    """Give the path from which a person's file is had, until `expires`."""
    signature = _signature(key, "download", file_id, person_id, expires)
    return f"{FILES}{file_id}?{urlencode({'expires': expires, 'signature': signature})}"


def public(digest: str) -> str:
    """Give the path of a public file, which is named by what it is and so never changes."""
    return f"{FILES}{digest}"


def is_upload(key: bytes, file_id: int, signed: Signed, *, person_id: int) -> bool:
    """Say whether an upload's address was signed by this key."""
    wanted = _signature(key, "upload", file_id, person_id, signed.expires)
    return hmac.compare_digest(wanted.encode(), signed.signature.encode())


def is_download(key: bytes, file_id: int, signed: Signed, *, person_id: int) -> bool:
    """Say whether a download's address was signed by this key."""
    wanted = _signature(key, "download", file_id, person_id, signed.expires)
    return hmac.compare_digest(wanted.encode(), signed.signature.encode())


def _signature(key: bytes, *parts: object) -> str:
    return hmac.digest(key, "\0".join(map(str, parts)).encode(), "sha256").hex()
