"""What tests stand on: real servers, and a real database each.

`servers` · the URLs, one set of servers for the whole run
`database` · a migrated, empty database of this test, the process's pool connected to it
`city` · the same with the standard city in it
`database_url`, `city_url` · the same databases without the pool, for tests with processes
`redis_url` · an empty Valkey database of this test process
`client` · an HTTP client of the small schema of tests/edge.py
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest
import redis

from api.stack import Servers
from models import cipher, db
from tests import shared
from tests.databases import Databases
from tests.program import DATA_KEYS

# A Redis of our own has 64 databases, one of somebody else's 16.
REDIS_DATABASES = 15

DIRECTORY = pytest.StashKey[Path]()
EXITS = pytest.StashKey[ExitStack]()


class WorkerNode(Protocol):
    """What the first process knows of a worker that it starts."""

    config: pytest.Config
    workerinput: dict[str, str]


@dataclass(frozen=True, slots=True)
class Database:
    """The database of one test."""

    url: str


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the run's directory: the first process makes it, the workers are told."""
    given = getattr(config, "workerinput", None)
    directory = Path(given["directory"]) if given else shared.make_directory()
    config.stash[DIRECTORY] = directory
    config.stash[EXITS] = exits = ExitStack()
    if not given:
        exits.callback(shared.clean_up, directory)
    exits.enter_context(shared.using(directory))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerNode) -> None:
    """Tell a worker of the run's directory."""
    node.workerinput["directory"] = str(node.config.stash[DIRECTORY])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the servers; the first process waits until they are gone."""
    config.stash[EXITS].close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """Encrypt protected columns by the keys that the programs of tests are given, too."""
    cipher.use(cipher.read_keys(DATA_KEYS))


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    return shared.servers(request.config.stash[DIRECTORY])


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, servers: Servers) -> Databases:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return Databases.of(servers, directory=request.config.stash[DIRECTORY], worker=worker)


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    return databases.template("template", fill=db.migrate)


@pytest.fixture(scope="session")
def city_template(databases: Databases, template: str) -> str:
    from api.city.load import load

    return databases.template("city", of=template, fill=load)


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    with databases.like(template) as url:
        yield url


@pytest.fixture
def city_url(databases: Databases, city_template: str) -> Iterator[str]:
    with databases.copy(city_template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await db.connect(database_url)
    yield Database(database_url)
    await db.close()


@pytest.fixture
async def city(city_url: str) -> AsyncIterator[Database]:
    await db.connect(city_url)
    yield Database(city_url)
    await db.close()


@pytest.fixture
def redis_url(servers: Servers) -> str:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mark = "&" if "?" in servers.redis_url else "?"
    url = f"{servers.redis_url}{mark}db={worker % REDIS_DATABASES + 1}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Give a client of the small schema of tests/edge.py behind the edge."""
    from tests import edge

    with (
        edge.served(edge.endpoint()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        yield client
