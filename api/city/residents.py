"""The residents of the city: everybody the counts of the areas speak of, loaded by COPY.

Each micro-grid gets as many people and homes as its row says; with fewer, some of them do, all
over the city. Who lives there already counts, and volunteers and liaisons live where they serve.
So loading again adds nothing, and loading more adds what is missing. Everything is written in one
transaction, or nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from typing import TypeAlias
from zlib import crc32

import asyncpg

from api.city import homes
from api.city.homes import Homes, Plan
from api.city.indexes import without_indexes
from models import cipher

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Progress: TypeAlias = Callable[[int, int], None]

PROCESSES = 2
BATCH_PEOPLE = 8_000
BATCHES_AHEAD = 2 * PROCESSES
ALONE_MOST = 20_000
"""So many are made in this process: others would take longer to start."""
BULK_LEAST = 50_000
"""For so many it is quicker to make the indexes anew."""


async def load(
    url: str,
    data_keys: str,
    *,
    count: int | None = None,
    within: str = "",
    progress: Progress | None = None,
) -> int:
    """Bring the areas of a subtree to `count` residents together, by default to all.

    Gives how many were added. `progress` is told of people written and people in all.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            # Whoever loads at the same time waits here, then finds everybody there.
            tables = ", ".join(homes.COLUMNS)
            await connection.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
            plans = await _plans(connection, within, count)
            added = sum(plan.people for plan in plans)
            if not added:
                return 0
            await _take_keys(connection, plans[-1])
            known = await connection.fetchval("SELECT count(*) FROM residence")
            if added >= max(BULK_LEAST, known):
                async with without_indexes(connection, tuple(homes.COLUMNS)):
                    await _write(connection, plans, data_keys, progress or _silent)
            else:
                await _write(connection, plans, data_keys, progress or _silent)
        # What is read for the first time is then read without looking at each row's age.
        await connection.execute(f"VACUUM (ANALYZE) {tables}")
    finally:
        await connection.close()
    return added


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


async def _plans(connection: Connection, within: str, count: int | None) -> list[Plan]:
    """Say who is missing in which micro-grids, in the order of their codes."""
    rows = await connection.fetch(_MICRO_GRIDS, within)
    wanted = _shares(rows, count)
    keys = await connection.fetchrow(_NEXT_KEYS)
    assert keys, "a statement without FROM gives a row"
    person, household = keys
    plans: list[Plan] = []
    for row in rows:
        if not (people := wanted.get(row["code"], 0)):
            continue
        households = _homes(row, people)
        plan = Plan(
            code=row["code"],
            place=row["place"],
            spoken=row["name"].removesuffix("微网格"),
            people=people,
            households=households,
            known=row["homes"],
            heads=tuple(row["staff"][:households]),
            first_person=person,
            first_household=household,
        )
        plans.append(plan)
        person += plan.new_people
        household += plan.households
    return plans


def _shares(rows: Sequence[asyncpg.Record], count: int | None) -> dict[str, int]:
    """Share out who is missing: micro-grids are filled one by one, all over the city."""
    missing = {row["code"]: max(0, row["population"] - row["residents"]) for row in rows}
    left = sum(missing.values())
    if count is not None:
        left = min(left, max(0, count - sum(row["residents"] for row in rows)))
    shares = {}
    for code in sorted(missing, key=lambda code: (crc32(code.encode()), code)):
        shares[code] = min(left, missing[code])
        left -= shares[code]
    return shares


def _homes(row: asyncpg.Record, people: int) -> int:
    """Say in how many more homes so many more people live."""
    missing = row["population"] - row["residents"]
    homes: int = -(-(row["households"] - row["homes"]) * people // missing)
    return max(1, min(people, homes))


async def _write(
    connection: Connection, plans: Sequence[Plan], data_keys: str, progress: Progress
) -> None:
    whole, done = sum(plan.people for plan in plans), 0
    progress(0, whole)
    async for made in _made(plans, data_keys, whole):
        for table, columns in homes.COLUMNS.items():
            await connection.copy_to_table(
                table, source=BytesIO(made.tables[table]), columns=columns, format="binary"
            )
        done += made.people
        progress(done, whole)


async def _made(plans: Sequence[Plan], data_keys: str, whole: int) -> AsyncIterator[Homes]:
    """Make the rows, a batch at a time and in order, some batches ahead of who writes them."""
    if whole <= ALONE_MOST:
        cipher.use(cipher.read_keys(data_keys))
        for batch in _batches(plans):
            yield await asyncio.to_thread(homes.make, batch)
        return
    loop = asyncio.get_running_loop()
    executor = ProcessPoolExecutor(PROCESSES, get_context("spawn"), _begin, (data_keys,))
    try:
        ahead: deque[asyncio.Future[Homes]] = deque()
        for batch in _batches(plans):
            ahead.append(loop.run_in_executor(executor, homes.make, batch))
            if len(ahead) == BATCHES_AHEAD:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    finally:
        executor.shutdown(cancel_futures=True)


def _begin(data_keys: str) -> None:
    """Prepare a process of the pool: it leaves with its parent, and lets that one take Ctrl-C."""
    import signal
    from multiprocessing import parent_process

    from api.lifeline import die_with_parent

    parent = parent_process()
    assert parent, "a process of a pool has one"
    die_with_parent(parent.pid or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cipher.use(cipher.read_keys(data_keys))


def _batches(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    batch: list[Plan] = []
    people = 0
    for plan in plans:
        batch.append(plan)
        people += plan.people
        if people >= BATCH_PEOPLE:
            yield batch
            batch, people = [], 0
    if batch:
        yield batch


async def _take_keys(connection: Connection, last: Plan) -> None:
    """Let the keys that others get follow those of the plans."""
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('person', 'id'), $1),"
        " setval(pg_get_serial_sequence('household', 'id'), $2)",
        last.first_person + last.new_people,
        last.first_household + last.households,
    )


_NEXT_KEYS = """
SELECT nextval(pg_get_serial_sequence('person', 'id')),
    nextval(pg_get_serial_sequence('household', 'id'))
"""
# People without a home who serve in a micro-grid live there.
_MICRO_GRIDS = """
SELECT area.code, area.name, area.population, area.households,
    city.name || town.name || village.name AS place,
    coalesce(living.residents, 0) AS residents, coalesce(built.homes, 0) AS homes,
    coalesce(serving.staff, '{}') AS staff
FROM area
JOIN area AS city ON city.code = left(area.code, 6)
JOIN area AS town ON town.code = left(area.code, 9)
JOIN area AS village ON village.code = left(area.code, 12)
LEFT JOIN (
    SELECT area_code, count(*) AS residents FROM residence WHERE state = 'CONFIRMED'
    GROUP BY area_code
) AS living ON living.area_code = area.code
LEFT JOIN (
    SELECT area_code, count(*) AS homes FROM household GROUP BY area_code
) AS built ON built.area_code = area.code
LEFT JOIN (
    SELECT area_code, array_agg(person_id ORDER BY person_id) AS staff FROM (
        SELECT DISTINCT ON (person_id) person_id, area_code FROM appointment
        WHERE role IN ('VOLUNTEER', 'LIAISON') AND length(area_code) = 16 AND ended_on IS NULL
            AND NOT EXISTS (
                SELECT FROM residence WHERE residence.person_id = appointment.person_id
            )
        ORDER BY person_id, area_code
    ) AS first_place
    GROUP BY area_code
) AS serving ON serving.area_code = area.code
WHERE area.level = 'MICRO_GRID' AND area.valid_to IS NULL AND starts_with(area.code, $1)
ORDER BY area.code
"""
