"""The full city: how long 1.77 million residents take to load, and to find one of them."""

import asyncio
import statistics
import time
from dataclasses import dataclass

from tortoise.context import TortoiseContext

from api.city.homes import PHONE_COLUMN, phone
from api.city.load import load
from api.city.residents import load as load_residents
from api.stack import Servers
from models import cipher, db
from tests.bench.starting import made_database

SEARCHES = 2_000
FIRST_KEY, LAST_KEY = 100_000, 1_600_000
STEP = 611_953


@dataclass(frozen=True, slots=True)
class Full:
    """Seconds to load everybody, and the median milliseconds to find somebody by phone."""

    residents: int
    loading: float
    search_ms: float


def measure(servers: Servers) -> Full:
    """Load the full city into a database of its own, and search it."""
    return asyncio.run(_measure(servers))


async def _measure(servers: Servers) -> Full:
    keys = cipher.new_keys()
    cipher.use(cipher.read_keys(keys))
    async with made_database(servers, "wangge_bench_full") as url:
        async with TortoiseContext():
            await db.migrate(url)
        await load(url)
        began = time.perf_counter()
        residents = await load_residents(url, keys)
        loading = time.perf_counter() - began
        await db.connect(url)
        try:
            return Full(residents, loading, await _search_ms())
        finally:
            await db.close()


async def _search_ms() -> float:
    """Look people up one after another, all over the city, as a search by phone does."""
    spans, found = [], 0
    for number in range(SEARCHES):
        key = FIRST_KEY + number * STEP % (LAST_KEY - FIRST_KEY)
        began = time.perf_counter()
        index = cipher.blind_index(phone(key), column=PHONE_COLUMN)
        row = await db.fetch_one(_SEARCH, index)
        spans.append(time.perf_counter() - began)
        if row is not None:
            assert row["id"] == key
            found += 1
    # The others are children, who have no phone.
    assert found > SEARCHES / 2
    return statistics.median(spans) * 1_000


_SEARCH = """
SELECT person.id, person.name, residence.area_code FROM person
LEFT JOIN residence ON residence.person_id = person.id AND residence.state = 'CONFIRMED'
WHERE phone_index = $1
"""
