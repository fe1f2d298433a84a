"""The data directory: private, held by one process at a time, with short paths to its sockets."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.stack.errors import HeldError, StackError

# A socket's path has room for 107 bytes, and its name needs some of them.
SOCKET_PATH_BYTES = 107
LONGEST_SOCKET = ".s.PGSQL.5432"
# Characters that PostgreSQL, asyncpg and a URL all take as they stand.
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+-]+")
PRIVATE = 0o700
PRIVATE_FILE = 0o600


def private(data_dir: Path) -> Path:
    """Make `data_dir`, for its owner only, if it is not there; gives its absolute path."""
    try:
        data_dir.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(f"DATA_DIR {data_dir} can't be made: {error.strerror}.") from error
    return data_dir.resolve()


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the directory; raises HeldError if another process does."""
    try:
        lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise StackError(f"DATA_DIR {home} can't be written: {error.strerror}.") from error
    try:
        _take(lock, home)
        yield
    finally:
        os.close(lock)


def _take(lock: int, home: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode().strip() or "unknown"
        raise HeldError(
            f"Another run (process {holder}) uses the data in {home}."
            " Stop it first, or choose another DATA_DIR."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def sockets_of(home: Path) -> Path:
    """Give a private directory for the sockets: in the data directory if its path is fit.

    Else one with a short name among the temporary files, always the same for the same data, so
    that a killed run leaves nothing that the next one would not take up.
    """
    inside = home / "run"
    name = str(inside / LONGEST_SOCKET)
    fits = len(name.encode()) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(name)
    sockets = inside if fits else _temporary(home)
    try:
        sockets.mkdir(mode=PRIVATE, exist_ok=True)
    except OSError as error:
        raise StackError(f"{sockets} can't be made: {error.strerror}.") from error
    _check_private(sockets)
    return sockets


def _temporary(home: Path) -> Path:
    digest = hashlib.blake2s(f"{os.getuid()} {home}".encode(), digest_size=6).hexdigest()
    given = Path(tempfile.gettempdir()) / f"wangge-{digest}"
    name = str(given / LONGEST_SOCKET)
    if len(name.encode()) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(name):
        return given
    return Path("/tmp") / given.name  # noqa: S108 - its name is fixed and its owner checked


def _check_private(sockets: Path) -> None:
    """Refuse a directory that somebody else has put there; root may have given it to a user."""
    state = sockets.lstat()
    is_own = state.st_uid == os.getuid() or os.getuid() == 0
    if not sockets.is_dir() or sockets.is_symlink() or not is_own or state.st_mode & 0o077:
        raise StackError(f"{sockets} is not a private directory of this user; remove it.")
