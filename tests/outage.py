"""A way to PostgreSQL that a test can cut and mend: bytes pass unchanged while it is open."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"


class Way:
    """A socket before the real one; `cut` it and `mend` it."""

    def __init__(self, directory: Path, url: str) -> None:
        parts = urlsplit(url)
        hosts = parse_qs(parts.query).get("host")
        self._place = directory / SOCKET
        self._target = f"{hosts[0]}/{SOCKET}" if hosts else (parts.hostname, parts.port or 5432)
        user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        self.url = f"postgresql://{user}{parts.path}?host={quote(str(directory))}"
        self._open: list[socket.socket] = []
        self._listening: socket.socket | None = None

    def mend(self) -> None:
        """Let connections through."""
        self._listening = listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self._place))
        listening.listen()
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def cut(self) -> None:
        """Refuse connections, and end those there are, as a server does that stops."""
        listening, self._listening = self._listening, None
        self._place.unlink(missing_ok=True)
        if listening:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            family = socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET
            server = socket.socket(family)
            server.connect(self._target)
            self._open += (client, server)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=pair, daemon=True).start()


@contextmanager
def way(url: str) -> Iterator[Way]:
    """Open a way to the database at `url`."""
    # Not below pytest's own directory: the name of a socket has at most 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="wangge-way-"))
    one = Way(directory, url)
    one.mend()
    try:
        yield one
    finally:
        one.cut()
        shutil.rmtree(directory)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65_536):
            sink.sendall(part)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()
