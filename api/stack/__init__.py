"""Embedded PostgreSQL and Valkey: real servers as children, for a machine that has neither.

They listen on sockets in a private directory and on no port, so that any number of checkouts run
side by side. They die with this process however it ends, are started again when they are killed,
and keep the data. One process at a time holds a data directory.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.stack.directory import locked, private, sockets_of
from api.stack.errors import HeldError, StackError
from api.stack.guardian import Guardian, Server, guarded
from api.stack.postgres import ADMIN, APPLICATION, Postgres
from api.stack.valkey import Valkey

__all__ = ["Servers", "StackError", "database", "embedded"]

NO_REDIS = "redis://unused"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers answer.

    `database_url` belongs to a plain role that owns its database, `admin_url` to the superuser
    (on a database of its own); a database that was given from outside has one URL for both.
    """

    database_url: str
    admin_url: str
    redis_url: str


@contextmanager
def embedded(
    data_dir: Path,
    *,
    database_url: str | None = None,
    redis_url: str | None = None,
    durable: bool = True,
) -> Iterator[Servers]:
    """Run the servers on `data_dir` until the block ends; a server whose URL is given is not run.

    Blocks until both answer. Without `durable` a power cut may cost the data (for tests). Raises
    StackError with a sentence for the one who typed the command.
    """
    if database_url and redis_url:
        yield Servers(database_url, database_url, redis_url)
        return
    if sys.platform != "linux":
        raise StackError("The embedded servers need Linux; set DATABASE_URL and REDIS_URL.")
    home = private(data_dir)
    with locked(home):
        sockets = sockets_of(home)
        postgres, valkey = Postgres(home, sockets, durable=durable), Valkey(home, sockets)
        needed: list[Server] = []
        if not database_url:
            postgres.create()
            needed.append(postgres)
        if not redis_url:
            needed.append(valkey)
        with guarded([Guardian(server) for server in needed]):
            yield Servers(
                database_url or postgres.url(APPLICATION),
                database_url or postgres.url(ADMIN),
                redis_url or valkey.url,
            )


@contextmanager
def database(data_dir: Path) -> Iterator[str]:
    """Give the URL of the embedded database of `data_dir`, for a command.

    It is that of the process that runs on it, or the server runs until the block ends. Raises
    StackError.
    """
    with ExitStack() as stack:
        try:
            servers = stack.enter_context(embedded(data_dir, redis_url=NO_REDIS))
            url = servers.database_url
        except HeldError:
            home = private(data_dir)
            url = Postgres(home, sockets_of(home), durable=True).url(APPLICATION)
        yield url
