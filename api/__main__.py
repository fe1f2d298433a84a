"""The command line: `python -m api COMMAND`. What a command needs is imported inside it."""

import gc
import signal

if __name__ == "__main__":
    # Until a command has handlers of its own, Ctrl-C ends it quietly: nothing has begun yet.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What is imported stays; to look for garbage in it again and again takes a sixth of a start.
    gc.set_threshold(50_000)

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from api import data
from api.console import database, database_url, explained, given_settings, leave
from api.lifeline import die_with_parent
from api.settings import Settings, Settled

SCHEMA = Path("schema.graphql")
RIGHTS = Path("docs/rights.md")
NICENESS = 10

app = typer.Typer(
    help="Wangge 网格: the backend of a city's community governance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")


@app.command()
def run() -> None:
    """Run everything here: servers, migrations, the standard city, and the API."""
    from api import server, stack

    with explained(), server.stoppable():
        given = given_settings()
        _import_ahead()
        typer.echo(f"Starting on the data in {given.data_dir} …")
        with stack.embedded(
            given.data_dir, database_url=given.database_url, redis_url=given.redis_url
        ) as servers:
            settled = given.settled(database_url=servers.database_url, redis_url=servers.redis_url)
            _prepare(settled)
            _greet(given, settled)
            with _ide_meanwhile(given, settled):
                server.serve(given, settled, relays=True)


@app.command()
def serve() -> None:
    """Serve the API on the servers of DATABASE_URL and REDIS_URL."""
    from api import server

    with explained(), server.stoppable():
        given = given_settings()
        settled = _own_servers(given)
        server.serve(given, settled, relays=given.workers == 1)


@app.command(hidden=True)
def worker(
    listener: int, parent: int, relays: Annotated[bool, typer.Option("--relays")] = False
) -> None:
    """Serve on a socket that the parent opened."""
    import socket

    from api import server

    die_with_parent(parent)
    with explained(), server.stoppable():
        given = given_settings()
        server.listen(socket.socket(fileno=listener), given, _own_servers(given), relays=relays)


@app.command()
def work() -> None:
    """Do the work behind the API: order events, seal the ledger, send messages."""
    from api import server, worker

    with explained(), server.stoppable():
        given = given_settings()
        wechat = server.wechat_of(given)
        asyncio.run(worker.work(_own_servers(given), wechat=wechat))


@app.command()
def migrate() -> None:
    """Bring the database of DATABASE_URL to the shape of this checkout."""
    from models import db

    with explained():
        asyncio.run(db.migrate(database_url(given_settings())))


@app.command()
def seed(
    residents: Annotated[
        int | None,
        typer.Option(min=0, help="How many people live in it; 1770000 are all."),
    ] = None,
    tickets: Annotated[
        int | None,
        typer.Option(min=0, max=1_000_000, help="Of the last year; 1,000 in a new city."),
    ] = None,
) -> None:
    """Migrate, load the standard city into an empty database, who lives in it, and tickets."""
    from api import preparation

    with explained():
        given = given_settings()
        keys = given.encryption_keys()
        with database(given) as url:
            asyncio.run(preparation.seed(url, keys, residents=residents, tickets=tickets))


@app.command()
def audit() -> None:
    """Let the ledger of points prove itself; names the rows that are wrong, and fails then."""
    from api import auditing

    with explained(), database(given_settings()) as url:
        found = asyncio.run(auditing.audit(url))
        typer.echo(auditing.told(found))
        if not found.is_clean:
            raise typer.Exit(1)


@app.command()
def schema(check: Annotated[bool, typer.Option(help="Only compare.")] = False) -> None:
    """Write schema.graphql, or say whether it is what the code says."""
    from resolvers.schema import schema as graph

    _write(SCHEMA, graph.as_str() + "\n", command="schema", check=check)


@app.command()
def rights(check: Annotated[bool, typer.Option(help="Only compare.")] = False) -> None:
    """Write docs/rights.md, or say whether it is what the table of rights says."""
    from api.rights import text

    _write(RIGHTS, text(), command="rights", check=check)


@app.command()
def ide(
    behind_server: Annotated[bool, typer.Option("--behind-server", hidden=True)] = False,
) -> None:
    """Fetch GraphiQL's files with npm, once; from then on /graphiql needs no network."""
    from api import graphiql, server
    from api.stack.directory import private

    with explained(), server.stoppable():
        given = given_settings()
        files = graphiql.Files(private(given.data_dir) / "ide")
        if behind_server:
            die_with_parent(os.getppid())
            os.nice(NICENESS)
            graphiql.fetch_behind(files, host=given.host, port=given.port)
        else:
            files.fetch()


@app.command()
def bench(
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="For each side.")] = 3,
    clone: Annotated[bool, typer.Option("--clone", help="Also from a fresh clone.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Also all residents and a year of tickets.")
    ] = False,
    grant: Annotated[bool, typer.Option("--grant", help="Also the base grant.")] = False,
) -> None:
    """Measure against peers: a table, and the figures as JSON; fails if a goal is missed."""
    from api import server
    from tests.bench import run

    with explained(), server.stoppable():
        if not run.bench(seconds=seconds, with_clone=clone, with_full=full, with_grant=grant):
            raise typer.Exit(1)


def _write(path: Path, text: str, *, command: str, check: bool) -> None:
    if not check:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        raise leave(f"{path} is not what the code says; run: python -m api {command}")


def _own_servers(given: Settings) -> Settled:
    return given.settled(database_url=database_url(given), redis_url=given.redis_url)


def _import_ahead() -> None:
    """Import the application while the servers start and the city loads.

    In a fresh environment its packages are yet to be compiled, which takes seconds. What goes
    wrong here goes wrong again where it is used, and is told there.
    """
    Thread(target=import_module, args=("api.app",), name="import", daemon=True).start()


def _prepare(settled: Settled) -> None:
    """Migrate and load in a process of its own, whose memory the server never sees."""
    from api import preparation

    if not asyncio.run(preparation.is_done(settled.database_url)):
        command = [sys.executable, "-m", "api", "seed"]
        done = subprocess.run(command, env=os.environ | settled.environment(), check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise typer.Exit(done.returncode)


@contextmanager
def _ide_meanwhile(given: Settings, settled: Settled) -> Iterator[None]:
    """Fetch the IDE's files while the block serves, where there is an IDE and they are not."""
    from api.graphiql import Files, fetched_meanwhile

    if settled.shows_schema:
        with fetched_meanwhile(Files(given.data_dir / "ide")):
            yield
    else:
        yield


def _greet(given: Settings, settled: Settled) -> None:
    address = f"http://{given.host}:{given.port}"
    typer.echo(f"Wangge 网格  {address}/  ·  GraphQL {address}/graphql  ·  Ctrl-C stops it")
    if settled.lets_developers_in:
        typer.echo('Sign in with sessionStart(input: {code: "dev:resident"}).')


if __name__ == "__main__":
    app(prog_name="python -m api")
