"""Databases for tests: a template is made once a run, each test gets a copy of its own.

Copying takes a fifth of a second, so an empty database that a test leaves is cleaned for the next
one (tests/cleaning.py), wherever nothing of the test stays behind.
"""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from api.stack import Servers, postgres
from tests import cleaning
from tests.cleaning import Pristine
from tests.shared import exclusive

Fill = Callable[[str], Awaitable[object]]


def url_of(url: str, name: str) -> str:
    """Give `url` with another database's name."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{name}{query}"


def transplant(source: str, target: str) -> None:
    """Copy all that is in a database into an empty one of another server.

    Takes a second, where migrating anew takes many.
    """
    programs = postgres._programs()
    dump = [str(programs / "pg_dump"), "--no-owner", f"--dbname={source}"]
    fill = [str(programs / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    fill += ["--output=/dev/null", f"--dbname={target}"]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
        subprocess.run(fill, stdin=dumping.stdout, check=True)
    assert dumping.returncode == 0


@dataclass(slots=True)
class Databases:
    """Makes and drops the databases of one process of a test run."""

    servers: Servers
    directory: Path
    worker: str
    _numbers: Iterator[int]
    _clean: dict[str, list[tuple[str, Pristine]]] = field(default_factory=dict)

    @classmethod
    def of(cls, servers: Servers, *, directory: Path, worker: str) -> "Databases":
        """Begin for the process named `worker`."""
        return cls(servers, directory, worker, count(1))

    @property
    def prefix(self) -> str:
        """What the names of all databases of this run begin with."""
        return self.directory.name.replace("-", "_").lower()

    def template(self, name: str, *, of: str | None = None, fill: Fill) -> str:
        """Give the name of the template, made by whoever comes first: a copy of `of`, filled."""
        whole = f"{self.prefix}_{name}"
        with exclusive(self.directory / f"{name}.lock"):
            if not asyncio.run(self._exists(whole)):
                asyncio.run(self._make_template(whole, of=of, fill=fill))
        return whole

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """Give the URL of a new copy of `template`, dropped afterwards."""
        name = asyncio.run(self._copy(template))
        try:
            yield url_of(self.servers.database_url, name)
        finally:
            asyncio.run(self._drop(name))

    @contextmanager
    def like(self, template: str) -> Iterator[str]:
        """Give the URL of a database that is as an empty `template`: new, or cleaned."""
        name, pristine = asyncio.run(self._take(template))
        try:
            yield url_of(self.servers.database_url, name)
        finally:
            asyncio.run(self._put_back(template, name, pristine))

    async def _take(self, template: str) -> tuple[str, Pristine]:
        if kept := self._clean.get(template):
            return kept.pop()
        name = await self._copy(template)
        return name, await cleaning.look_at(url_of(self.servers.admin_url, name))

    async def _put_back(self, template: str, name: str, pristine: Pristine) -> None:
        if await cleaning.clean(url_of(self.servers.admin_url, name), pristine):
            self._clean.setdefault(template, []).append((name, pristine))
        else:
            await self._drop(name)

    async def _copy(self, template: str) -> str:
        name = f"{self.prefix}_{self.worker}_{next(self._numbers)}"
        await self._create(name, of=template)
        return name

    async def _drop(self, name: str) -> None:
        await self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Drop every database of the run, templates too."""
        asyncio.run(self._drop_all())

    async def _drop_all(self) -> None:
        sql = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)"
        for row in await self._admin(sql, self.prefix):
            await self._admin(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')

    async def _exists(self, name: str) -> bool:
        return bool(await self._admin("SELECT FROM pg_database WHERE datname = $1", name))

    async def _make_template(self, name: str, *, of: str | None, fill: Fill) -> None:
        # Made under another name: a broken attempt is never taken for the template.
        unfinished = f"{name}_new"
        await self._admin(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
        await self._create(unfinished, of=of)
        await fill(url_of(self.servers.database_url, unfinished))
        await self._admin(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')

    async def _create(self, name: str, *, of: str | None) -> None:
        template = f' TEMPLATE "{of}"' if of else ""
        owner = urlsplit(self.servers.database_url).username
        owned = f' OWNER "{owner}"' if owner else ""
        await self._admin(f'CREATE DATABASE "{name}"{owned}{template} STRATEGY file_copy')

    async def _admin(self, sql: str, *args: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.servers.admin_url)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()
