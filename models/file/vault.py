"""What a process needs to handle files: the store, the key of addresses, and whose turn it is."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import Unavailable
from models.file.address import derived_key
from models.file.store import Directory, Store

AT_ONCE = 1
"""How many photos are decoded at the same time: one takes up to 200 MB while it lasts."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The store and the key; `decoding` lets AT_ONCE photos be decoded."""

    store: Store
    key: bytes = field(repr=False)
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))


_vault: Vault | None = None


def use(store: Store | None, *, key: bytes = b"") -> None:
    """Keep files in this store from now on, and sign their addresses by this key."""
    global _vault
    _vault = Vault(store, key) if store else None


def keep_in(directory: Path, *, secret: str) -> None:
    """Keep files in a directory, and sign their addresses by a key derived from a secret."""
    use(Directory(directory), key=derived_key(secret))


def vault() -> Vault:
    """Give what `use` set; raises Unavailable before."""
    if _vault is None:
        raise Unavailable("no store of files")
    return _vault
