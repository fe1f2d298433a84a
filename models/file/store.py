"""Where the bytes of files are kept, by the SHA-256 of what they are.

The embedded default keeps them in a directory, which all processes of a city share. What is kept
is never changed: it is written aside, forced to the disk and then given its name.
"""

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Protocol

STRAY_SECONDS = 86_400.0
_ASIDE = "aside"


def digest_of(content: bytes) -> str:
    """Give the name under which bytes are kept."""
    return hashlib.sha256(content).hexdigest()


class Store(Protocol):
    """Keeps bytes by their digest; its calls block, so they are made off the event loop."""

    def aside(self) -> BinaryIO:
        """Give a file to write an upload to, which is gone once it is closed."""

    def put(self, content: bytes) -> str:
        """Keep these bytes; give their digest."""

    def get(self, digest: str) -> bytes | None:
        """Give the bytes of a digest, or None if they are not kept."""

    def remove(self, digest: str) -> None:
        """Keep the bytes of a digest no more."""


class Directory:
    """A store in a directory, made when it is first written to."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def aside(self) -> BinaryIO:
        """Give a file without a name: whatever ends this process ends it, too."""
        place = self._root / _ASIDE
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=place)

    def put(self, content: bytes) -> str:
        """Keep these bytes; give their digest."""
        digest = digest_of(content)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._root / _ASIDE).mkdir(mode=0o700, exist_ok=True)
            self._write(content, path)
        return digest

    def get(self, digest: str) -> bytes | None:
        """Give the bytes of a digest, or None if they are not kept."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, digest: str) -> None:
        """Keep the bytes of a digest no more, nor what a lost process was still writing."""
        self._path(digest).unlink(missing_ok=True)
        for stray in (self._root / _ASIDE).glob("*.new"):
            if stray.stat().st_mtime < time.time() - STRAY_SECONDS:
                stray.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest

    def _write(self, content: bytes, path: Path) -> None:
        handle, name = tempfile.mkstemp(dir=self._root / _ASIDE, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as fresh:
                fresh.write(content)
                fresh.flush()
                os.fsync(fresh.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _settle(path.parent)
        _settle(self._root)


def _settle(directory: Path) -> None:
    """Force the names in a directory to the disk."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
