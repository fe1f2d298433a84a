"""Encrypted columns: what is written at rest, and how it is found again without reading it.

A value is AES-256-GCM with the id of its key in front; table, column and row are associated
data, so that a value copied to another place can't be opened. What must be found has a blind
index beside it: an HMAC-SHA256 of the normalised value with a key of its own. Keys come from
DATA_KEYS and never from the token secret.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_LENGTH_MOST = 16
INDEX_KEY_ID = "index"
"""The id, among DATA_KEYS, of the key of blind indexes; it stays when the others are rotated."""


class KeysError(ValueError):
    """DATA_KEYS is not what it must be; the text is for whoever set it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a city: the first writes, all read, one of its own makes the blind indexes."""

    current: str
    ciphers: Mapping[str, AESGCM] = field(repr=False)
    index_key: bytes = field(repr=False)


_keys: Keys | None = None


def read_keys(text: str) -> Keys:
    """Read `id:base64,…`, each of 32 bytes, the current one first; raises KeysError.

    One of them has the id `index`.
    """
    named: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, encoded = part.partition(":")
        if not separator or not name.isalnum() or len(name) > KEY_ID_LENGTH_MOST:
            raise KeysError("each key is written id:base64, the id of letters and digits")
        if name in named:
            raise KeysError(f"the key {name} stands there twice")
        named[name] = _key(name, encoded)
    if INDEX_KEY_ID not in named:
        raise KeysError(f"one key must have the id {INDEX_KEY_ID}; it makes the blind indexes")
    index_key = named.pop(INDEX_KEY_ID)
    if not named:
        raise KeysError(f"there must be a key beside {INDEX_KEY_ID}")
    ciphers = {name: AESGCM(key) for name, key in named.items()}
    return Keys(next(iter(named)), ciphers, index_key)


def new_keys() -> str:
    """Make the text of DATA_KEYS for a new city."""
    return ",".join(
        f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
        for name in ("k1", INDEX_KEY_ID)
    )


def use(keys: Keys | None) -> None:
    """Encrypt by these keys in this process from now on."""
    global _keys
    _keys = keys


def seal(text: str, *, place: str) -> bytes:
    """Encrypt a text for its place, `table.column:key of the row`."""
    keys = _known()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = keys.ciphers[keys.current].encrypt(nonce, text.encode(), place.encode())
    return keys.current.encode() + b":" + nonce + sealed


def unseal(sealed: bytes, *, place: str) -> str:
    """Decrypt what `seal` wrote for this place; what can't be opened is a bug or an attack."""
    name, _, rest = sealed.partition(b":")
    cipher = _known().ciphers.get(name.decode())
    assert cipher, f"the key {name!r} is not among DATA_KEYS"
    try:
        opened = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise AssertionError(f"what stands in {place} was not written there") from None
    return opened.decode()


def is_current(sealed: bytes) -> bool:
    """Say whether a value was written with the current key."""
    return sealed.startswith(current_prefix())


def current_prefix() -> bytes:
    """Give what every value begins with that was written with the current key."""
    return _known().current.encode() + b":"


def blind_index(text: str, *, column: str) -> bytes:
    """Give the 32 bytes by which a value of `table.column` is found; normalise it first."""
    return hmac.digest(_known().index_key, f"{column}\0{text}".encode(), "sha256")


def _known() -> Keys:
    assert _keys, "use() comes before the first protected column"
    return _keys


def _key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise KeysError(f"the key {name} is not base64") from None
    if len(key) != KEY_BYTES:
        raise KeysError(f"the key {name} must have {KEY_BYTES} bytes")
    return key
