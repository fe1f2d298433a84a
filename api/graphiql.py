"""GraphiQL's own files: which they are, where they lie, and how npm brings them.

None of them is part of this checkout, and no page loads them from elsewhere. `npm pack` fetches
the pinned packages as they were published. Each must have the digest that stands here, and only
the named files are taken out; no script of a package ever runs.
"""

import base64
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import structlog

FETCH_SECONDS = 120.0
ANSWER_SECONDS = 60.0
POLL_SECONDS = 0.1
LEAVE_SECONDS = 5.0
REASON_LENGTH_MOST = 300
EDITION_LENGTH = 16


class Package(NamedTuple):
    """A package as it was published.

    `digest` is the SHA-512 of its archive in base64, as npm writes it behind `sha512-`. `files`
    gives the paths in the package with the names under which we keep them.
    """

    name: str
    version: str
    digest: str
    files: Mapping[str, str]


# GraphiQL 5 comes as modules that need a bundler and workers; 4 is the last that is one script.
# It wants React 18 or 19, of which 18 is the last that is one script.
PACKAGES = (
    Package(
        "react",
        "18.3.1",
        "wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        {"umd/react.production.min.js": "react.js"},
    ),
    Package(
        "react-dom",
        "18.3.1",
        "5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        {"umd/react-dom.production.min.js": "react-dom.js"},
    ),
    Package(
        "graphql-ws",
        "6.4.2",
        "wxhPhhOGJo8PbGDkBYVE76sZLDrS+GkyrR4bZECSLVbo0pZZNKs0HtBh2Ip/uaUuiVUxwO9ssI9R92buQfNSqQ==",
        {"umd/graphql-ws.min.js": "graphql-ws.js"},
    ),
    Package(
        "graphiql",
        "4.1.2",
        "rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        {"graphiql.min.js": "graphiql.js", "graphiql.min.css": "graphiql.css"},
    ),
)


class FetchError(Exception):
    """The files can't be had now; the text is for whoever wants them."""


@dataclass(frozen=True)
class Files:
    """The files of the pinned packages, in a directory of their own below `home`."""

    home: Path
    packages: Sequence[Package] = PACKAGES

    @cached_property
    def edition(self) -> str:
        """A name of exactly these packages and files: others have another."""
        pinned = repr([(*package[:3], *package.files.items()) for package in self.packages])
        return hashlib.sha256(pinned.encode()).hexdigest()[:EDITION_LENGTH]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all files."""
        return frozenset(name for package in self.packages for name in package.files.values())

    @property
    def directory(self) -> Path:
        """Where the files lie: all of them, or the directory is not there."""
        return self.home / self.edition

    @property
    def are_there(self) -> bool:
        """Whether they can be served."""
        return self.directory.is_dir()

    @property
    def are_coming(self) -> bool:
        """Whether some process is fetching them."""
        try:
            lock = self._lock.open()
        except OSError:
            return False
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    @property
    def failure(self) -> str | None:
        """Why they could not be fetched the last time; None if that has not happened."""
        try:
            return self._failure.read_text()
        except OSError:
            return None

    def fetch(self) -> None:
        """Bring the files, unless they are there; raises FetchError.

        One process at a time does it, others wait for it. They appear all at once, or not at
        all; what a process that was killed has left is cleared away by the next.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._fetch()
        except OSError as error:
            raise FetchError(f"{self.home} can't be written: {error.strerror}.") from error

    @property
    def _lock(self) -> Path:
        return self.home / "lock"

    @property
    def _failure(self) -> Path:
        return self.home / "failure.txt"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _fetch(self) -> None:
        if self.are_there:
            return
        self._clear()
        try:
            with TemporaryDirectory(dir=self.home) as fresh:
                archives, files = Path(fresh, "archives"), Path(fresh, "files")
                archives.mkdir()
                files.mkdir()
                _pack(self.packages, into=archives)
                for package in self.packages:
                    _take_out(package, archives, into=files)
                files.rename(self.directory)
        except FetchError as error:
            self._failure.write_text(str(error))
            raise

    def _clear(self) -> None:
        """Remove other editions and what a killed process has left."""
        for entry in self.home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry != self._lock:
                entry.unlink()


@contextmanager
def fetched_meanwhile(files: Files) -> Iterator[None]:
    """Let a child fetch the files while the block serves; it ends with the block at the latest.

    A process of its own, because it takes memory and time that those who ask should not feel.
    """
    if files.are_there or shutil.which("npm") is None:
        yield
        return
    command = [sys.executable, "-m", "api", "ide", "--behind-server"]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def fetch_behind(files: Files, *, host: str, port: int) -> None:
    """Fetch the files once the server on `port` answers; a failure is logged, not raised."""
    _wait_for_answer(host, port)
    try:
        files.fetch()
    except FetchError as error:
        structlog.get_logger().warning("ide_not_fetched", reason=str(error))


def _wait_for_answer(host: str, port: int) -> None:
    """Wait until the server answers, at most for a minute."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        connection = HTTPConnection(host, port, timeout=ANSWER_SECONDS)
        with closing(connection), suppress(OSError, HTTPException):
            connection.request("HEAD", "/health/live")
            connection.getresponse()
            return
        time.sleep(POLL_SECONDS)


def _pack(packages: Sequence[Package], *, into: Path) -> None:
    """Let npm put the archives into a directory; raises FetchError."""
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("npm is not installed on this machine.")
    wanted = [f"{package.name}@{package.version}" for package in packages]
    command = [npm, "pack", "--ignore-scripts", "--prefer-offline", "--loglevel=error", *wanted]
    with subprocess.Popen(  # noqa: S603 - every word of it is our own
        command,
        cwd=into,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            _, said = process.communicate(timeout=FETCH_SECONDS)
        except BaseException as stopped:
            # What is called npm may be a script around npm: all that it has started ends with it.
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise FetchError(f"npm did not end within {FETCH_SECONDS:.0f} s.") from None
            raise
    if process.returncode:
        raise FetchError(f"npm failed: {_reason(said) or f'code {process.returncode}'}")


def _reason(said: bytes) -> str:
    lines = said.decode(errors="replace").replace("npm error", "").replace("npm ERR!", "")
    return " ".join(lines.split())[:REASON_LENGTH_MOST]


def _take_out(package: Package, archives: Path, *, into: Path) -> None:
    """Take the named files out of a package's archive; raises FetchError if it is another."""
    archive = archives / f"{package.name}-{package.version}.tgz"
    if not archive.is_file():
        raise FetchError(f"npm brought no {package.name} {package.version}.")
    content = archive.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != package.digest:
        raise FetchError(f"{package.name} {package.version} is not what was published as that.")
    with tarfile.open(fileobj=BytesIO(content)) as opened:
        for path, name in package.files.items():
            member = opened.extractfile(f"package/{path}")
            assert member is not None, "the digest says that the file is there"
            (into / name).write_bytes(member.read())
