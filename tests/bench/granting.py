"""The base grant of a year for a whole city, while other work goes on.

Residents are made for it, as many as the reference city has; what is measured is the grant alone.
"""

import asyncio
import time

import asyncpg

from models import db, points
from models.points.award import grant

RESIDENTS = 1_770_000
STATEMENT_SECONDS = 600.0


def measure(database_url: str, *, residents: int = RESIDENTS) -> tuple[float, float]:
    """Grant the present year to everybody; give the seconds, and the slowest award meanwhile."""
    return asyncio.run(_measure(database_url, residents))


async def _measure(database_url: str, residents: int) -> tuple[float, float]:
    connection = await asyncpg.connect(database_url, command_timeout=STATEMENT_SECONDS)
    try:
        await connection.execute(_RULE)
        await connection.execute(_RESIDENTS, residents)
        await connection.execute("ANALYZE residence, person, account")
        who = await connection.fetchrow(_WHO)
        assert who, "a village has a cadre and a resident"
    finally:
        await connection.close()
    await db.connect(database_url)
    try:
        others = asyncio.create_task(_award_meanwhile(*who))
        began = time.perf_counter()
        granted = await points.grant_this_year()
        seconds = time.perf_counter() - began
        assert granted >= residents
        others.cancel()
        return seconds, await others
    finally:
        await db.close()


async def _award_meanwhile(actor: int, person: int) -> float:
    """Award without end, as others do; when it is cancelled, give how long the slowest took."""
    slowest, number = 0.0, 0
    try:
        while True:
            began = time.perf_counter()
            number += 1
            await grant(
                actor_id=actor,
                person_id=person,
                rule_code="BENCH",
                points=1,
                note=None,
                key=f"meanwhile {began} {number}",
            )
            slowest = max(slowest, time.perf_counter() - began)
            await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        return slowest


# A rule without caps, so that one person can be awarded all the time.
_RULE = """
INSERT INTO rule (programme_id, code, version, name, source, points_least, points_most,
    beneficiary, needs_evidence, valid_from)
SELECT id, 'BENCH', 1, '测试', 'RULE', 1, 1, 'PERSON', false, '2025-01-01' FROM programme
"""
# Spread over the micro-grids of all villages that have a programme.
_RESIDENTS = """
WITH homes AS MATERIALIZED (
    SELECT area.code, row_number() OVER (ORDER BY area.code) - 1 AS place FROM area
    JOIN programme_area ON programme_area.area_code = left(area.code, 12)
    WHERE level = 'MICRO_GRID'
), made AS (
    INSERT INTO person (name) SELECT '居民' || number FROM generate_series(1, $1::int) AS number
    RETURNING id
)
INSERT INTO residence (person_id, area_code, state, started_on)
SELECT made.id, homes.code, 'CONFIRMED', '2024-01-01'
FROM made JOIN homes ON homes.place = made.id % (SELECT count(*) FROM homes)
"""
_WHO = """
SELECT cadre.person_id, residence.person_id
FROM appointment AS cadre JOIN residence ON starts_with(residence.area_code, cadre.area_code)
    AND residence.state = 'CONFIRMED' AND residence.person_id <> cadre.person_id
WHERE cadre.role = 'VILLAGE_CADRE' AND cadre.ended_on IS NULL ORDER BY 1, 2 LIMIT 1
"""
