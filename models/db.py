"""PostgreSQL: one pool a process, one way to read, one way to act.

Reads are one statement each. Whoever can't be answered within the limits below gets
`Unavailable`, never a driver's error and never a wait without end.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from models.errors import Invalid, Unavailable

POOL_SIZE = 10
CONNECT_SECONDS = 0.8
ACQUIRE_SECONDS = 0.9
TURN_SECONDS = 4.0
"""How long an action waits for its turn while many at once want the same."""
STATEMENT_SECONDS = 5.0
APPLICATION = "wangge"
SESSION = {
    "application_name": APPLICATION,
    "timezone": "UTC",
    # Each statement is planned once a connection, not each time for its values: planning took
    # several times as long as finding a row by its key. Who needs the values says so.
    "plan_cache_mode": "force_generic_plan",
}
MIGRATIONS = Path(__file__).parent / "migrations"

TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
"""The city's day, in SQL."""

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TransactionRollbackError,
)

_pool: "asyncpg.Pool[asyncpg.Record] | None" = None
_after_news: Callable[[], None] | None = None
_has_news: ContextVar[bool] = ContextVar("has_news", default=False)


async def connect(url: str, *, pool_size: int = POOL_SIZE) -> None:
    """Open the process's pool on the database at `url`; raises Unavailable."""
    global _pool
    assert _pool is None, "connect() was called twice"
    with _reachable():
        _pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=SESSION,
            reset=_leave_clean,
        )


async def close() -> None:
    """Close the pool; a connection that does not go in time is cut."""
    global _pool
    pool, _pool = _pool, None
    if pool is None:
        return
    try:
        await asyncio.wait_for(pool.close(), CONNECT_SECONDS)
    except TimeoutError:
        pool.terminate()


def pool() -> "asyncpg.Pool[asyncpg.Record]":
    """Give the process's pool; without connect() the database is Unavailable."""
    if _pool is None:
        raise Unavailable
    return _pool


async def fetch(sql: str, *args: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - SQL's values
    """Read the rows of one statement; raises Unavailable."""
    with _reachable():
        async with pool().acquire(timeout=ACQUIRE_SECONDS) as connection:
            return await connection.fetch(sql, *args)


async def fetch_one(
    sql: str,
    *args: Any,  # noqa: ANN401 - SQL's values
    seconds: float = ACQUIRE_SECONDS,
) -> asyncpg.Record | None:
    """Read the first row of one statement, or None; waits `seconds` for a turn.

    Raises Unavailable.
    """
    with _reachable():
        async with pool().acquire(timeout=seconds) as connection:
            return await connection.fetchrow(sql, *args)


async def execute(sql: str, *args: Any) -> None:  # noqa: ANN401 - SQL's values
    """Run one statement in a transaction of its own; raises Unavailable."""
    with _reachable():
        async with pool().acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.execute(sql, *args)


@asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    """Wait for a turn; each statement is a transaction of its own. Raises Unavailable."""
    with _reachable():
        async with pool().acquire(timeout=TURN_SECONDS) as taken:
            yield taken


@asynccontextmanager
async def transaction() -> AsyncIterator[Connection]:
    """Open the one transaction of an action; an exception rolls everything back."""
    async with connection() as taken, taken.transaction():
        yield taken
    if _has_news.get():
        _has_news.set(False)
        if _after_news:
            _after_news()


def note_news() -> None:
    """Say that the running transaction has written what others wait for."""
    _has_news.set(True)


@contextmanager
def calling_after_news(call: Callable[[], None]) -> Iterator[None]:
    """Call `call` after each commit of a transaction with news, until the block ends."""
    global _after_news
    _after_news = call
    try:
        yield
    finally:
        _after_news = None


async def is_migrated() -> bool:
    """Say whether every migration of this checkout is in the database; cheap, without the ORM."""
    names = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    try:
        rows = await fetch("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    except asyncpg.UndefinedTableError:
        return False
    return names <= {row["name"] for row in rows}


async def migrate(url: str) -> None:
    """Bring the database at `url` to this checkout's shape by Tortoise's migrations."""
    # The ORM is imported only here: a serving process does without it.
    from tortoise.context import TortoiseContext
    from tortoise.migrations.api import migrate as apply

    # Without a context of its own it leaves its connection open.
    async with TortoiseContext():
        await apply(config=tortoise_config(url))


def tortoise_config(url: str) -> dict[str, Any]:
    """Give Tortoise's configuration for the database at `url` (postgresql://…)."""
    scheme = "asyncpg://"
    return {
        "connections": {"default": scheme + url.split("://", 1)[1]},
        "apps": {"models": {"models": ["models.tables"], "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def _leave_clean(connection: asyncpg.Connection) -> None:
    """Spare the second round trip of the default reset (224 against 90 µs).

    asyncpg itself rolls an open transaction back before it calls this; nothing here uses SET,
    LISTEN or advisory locks, so there is nothing else to leave behind.
    """


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except asyncpg.DataError as unfit:
        # A number beyond its column or a NUL in a text: only a caller's value can be that.
        raise Invalid("参数的值超出范围或含有不允许的字符") from unfit
    except _LOST as lost:
        raise Unavailable(str(lost) or type(lost).__name__) from lost
