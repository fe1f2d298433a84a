"""A year of tickets: how long it takes to load, to count, and to find the first page of a list."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
from tortoise.context import TortoiseContext

from api.city import CITY_CODE
from api.city.load import load
from api.city.tickets import RECEIVED
from api.city.tickets import load as load_tickets
from api.stack import Servers
from models import cipher, db, ticket
from models.ticket import Filter, Source, State
from tests.bench.starting import made_database

TIMES = 5
LISTS = 300
TOWN = "320281001"
VILLAGE = "320281001001"


@dataclass(frozen=True, slots=True)
class Year:
    """Seconds to load, and the milliseconds of the slowest figure and first page with its filter.

    Each is the median of some that were asked one after another.
    """

    tickets: int
    loading: float
    figures_ms: float
    slowest_figures: str
    list_ms: float
    slowest_list: str


def measure(servers: Servers) -> Year:
    """Load the city and its year into a database of its own, and ask."""
    return asyncio.run(_measure(servers))


async def _measure(servers: Servers) -> Year:
    cipher.use(cipher.read_keys(cipher.new_keys()))
    async with made_database(servers, "wangge_bench_year") as url:
        async with TortoiseContext():
            await db.migrate(url)
        await load(url)
        began = time.perf_counter()
        await load_tickets(url, count=RECEIVED)
        loading = time.perf_counter() - began
        await db.connect(url)
        try:
            figures = await _slowest(_figures(await _person("DISPATCHER")))
            found = await _slowest(_lists([await _person(*one) for one in _VIEWERS]))
            return Year(RECEIVED, loading, *figures, *found)
        finally:
            await db.close()


Asked = tuple[str, Callable[[], Awaitable[object]]]


async def _slowest(asked: Iterator[Asked]) -> tuple[float, str]:
    slowest = (0.0, "")
    for name, ask in asked:
        spans = []
        for _ in range(TIMES):
            began = time.perf_counter()
            await ask()
            spans.append((time.perf_counter() - began) * 1_000)
        slowest = max(slowest, (statistics.median(spans), name))
    return slowest


def _figures(who: int) -> Iterator[Asked]:
    """Ask for figures of the whole city, by each of what they can be asked by."""
    now = datetime.now(UTC)
    whole = Filter(area_code=CITY_CODE)
    wanted: list[tuple[Filter, Source | None]] = [
        (whole, None),
        (whole, Source.GRID_PATROL),
        (replace(whole, categories=("NOISE",)), None),
        (replace(whole, unit_id=1), None),
        (replace(whole, since=now - timedelta(days=364)), None),
        (replace(whole, since=now - timedelta(days=364)), Source.GRID_PATROL),
        (replace(whole, since=now - timedelta(days=90)), None),
        (replace(whole, until=now - timedelta(days=90), categories=("NOISE",)), Source.HOTLINE),
    ]
    for one, source in wanted:
        ask = partial(ticket.figures, one, source=source, person_id=who)
        yield f"{_told(one)} {source or ''}", ask


def _lists(viewers: list[int]) -> Iterator[Asked]:
    """Ask for lists by some hundred of all combinations, the same every time."""
    randomness, now = random.Random(95_399), datetime.now(UTC)  # noqa: S311 - no secret
    for _ in range(LISTS):
        chosen = {
            name: values[0] if randomness.random() < _PLAIN else randomness.choice(values)
            for name, values in _WANTED.items()
        }
        since, until = randomness.choice(_DAYS)
        wanted = Filter(
            **chosen,  # type: ignore[arg-type] # Each name has values of its own.
            since=None if since is None else now - timedelta(days=since),
            until=None if until is None else now - timedelta(days=until),
        )
        who = randomness.choice(viewers)
        ask = partial(ticket.tickets, wanted, person_id=who, first=20, after=None)
        yield _told(wanted), ask


def _told(wanted: Filter) -> str:
    """Name what a filter asks for."""
    asked = ((name, getattr(wanted, name)) for name in Filter.__slots__)
    return ", ".join(f"{name} {value}" for name, value in asked if value not in {None, (), False})


async def _person(role: str, place: str = "") -> int:
    row = await db.fetch_one(_PERSON, role, place)
    assert isinstance(row, asyncpg.Record)
    return int(row["person_id"])


_PLAIN = 0.4
"""How often a part of a filter is left out beyond those that leave it out anyway."""
_VIEWERS = (
    ("DISPATCHER",),
    ("DEPARTMENT_OFFICER",),
    ("TOWN_OFFICER", TOWN),
    ("VILLAGE_CADRE", VILLAGE),
    ("GRID_WORKER", VILLAGE),
)
_WANTED: dict[str, tuple[object, ...]] = {
    "states": ((), (State.CLOSED,), (State.REJECTED,), (State.RESOLVED, State.CALLBACK)),
    "categories": ((), ("STREET_LAMP",), ("NOISE", "TREE")),
    "area_code": (None, CITY_CODE, TOWN, VILLAGE, VILLAGE + "01"),
    "unit_id": (None, 1, 2),
    "is_mine": (False, False, True),
    "is_assigned_to_me": (False, False, True),
    "is_overdue": (False, False, True),
    "text": (None, None, "谢谢", "路灯", "没有这个词", "多次协商没有结果"),
}
_DAYS = ((None, None), (None, None), (30, None), (300, 290), (None, 364))
_PERSON = """
SELECT person_id FROM appointment
WHERE role = $1 AND ended_on IS NULL AND starts_with(area_code, $2) ORDER BY id LIMIT 1
"""
