"""A Valkey of a test's own, to be killed or frozen."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.stack.valkey import Valkey
from tests.processes import wait_until


class OwnValkey:
    """A Valkey of one test."""

    def __init__(self, directory: Path) -> None:
        self._server = Valkey(directory, directory)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self._server.url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server.prepare()
        process = self._process = subprocess.Popen(
            self._server.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: self._server.is_ready(process.pid))

    def freeze(self) -> None:
        """Let it keep its connections, and answer nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it, if it runs, as nothing can be prepared for."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def of_its_own() -> Iterator[OwnValkey]:
    """Give one that is yet to be started, and is gone after the block."""
    # A socket's path is short.
    directory = Path(tempfile.mkdtemp(prefix="wv-"))
    valkey = OwnValkey(directory)
    try:
        yield valkey
    finally:
        valkey.kill()
        shutil.rmtree(directory)
