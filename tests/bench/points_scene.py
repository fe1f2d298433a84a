"""What points are measured on: people with entries and many points, offers, and a large board."""

from dataclasses import dataclass

import asyncpg

from api.city import DEVELOPMENT_MICRO_GRID, DEVELOPMENT_VILLAGE

PEOPLE = 64
ENTRIES = 20
RICH = 100_000_000
MEMBERS = 9_000
STOCK = 10_000_000


@dataclass(frozen=True, slots=True)
class Scene:
    """Keys: people by their number as development volunteers, an offer for each, a hot one."""

    programme: int
    people: list[int]
    rewards: list[int]
    hot: int


async def prepare(database_url: str) -> Scene:
    """Write the scene into a database that has the standard city with its points."""
    connection = await asyncpg.connect(database_url, command_timeout=120)
    try:
        async with connection.transaction():
            programme = await connection.fetchval(_PROGRAMME, DEVELOPMENT_VILLAGE)
            people = await connection.fetchval(_PEOPLE, PEOPLE, DEVELOPMENT_MICRO_GRID, programme)
            await connection.execute(_ENTRIES, programme, people, ENTRIES // 2, RICH)
            rewards = await connection.fetchval(_REWARDS, programme, PEOPLE + 1, STOCK)
            await connection.execute(_MEMBERS, programme, MEMBERS)
        await connection.execute("ANALYZE account, entry, transaction, lot, reward, person")
    finally:
        await connection.close()
    return Scene(programme, people, rewards[:-1], rewards[-1])


_PROGRAMME = "SELECT programme_id FROM programme_area WHERE area_code = $1"
_PEOPLE = """
WITH made AS (
    INSERT INTO person (name, development_key)
    SELECT '志愿者' || 100 + number || '号', 'volunteer:' || 100 + number || '@' || $2::text
    FROM generate_series(1, $1) AS number RETURNING id
), opened AS (
    INSERT INTO account (programme_id, kind, person_id)
    SELECT $3, kind, made.id FROM made, unnest(ARRAY['PERSON', 'DEBT']) AS kind
)
SELECT array_agg(id ORDER BY id) FROM made
"""
# Each was awarded so often, the last time very much: so that none runs out of points.
_ENTRIES = """
WITH planned AS MATERIALIZED (
    SELECT nextval('transaction_id_seq') AS id, account.id AS account_id, number,
        CASE WHEN number = $3 THEN $4::bigint ELSE 3 END AS amount, system.id AS issuance_id,
        rule.id AS rule_id
    FROM account CROSS JOIN generate_series(1, $3::int) AS number
    JOIN account AS system ON system.programme_id = $1 AND system.kind = 'ISSUANCE'
    JOIN rule ON rule.programme_id = $1 AND rule.code = 'RIVER'
    WHERE account.programme_id = $1 AND account.person_id = ANY($2) AND account.kind = 'PERSON'
), posted AS (
    INSERT INTO transaction (id, programme_id, kind, rule_id, business_day)
    SELECT id, $1, 'AWARD', rule_id, '2026-01-01' FROM planned
), waiting AS (
    INSERT INTO unsealed (transaction_id) SELECT id FROM planned
), legs AS (
    INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month)
    SELECT planned.id, leg.account_id, leg.asset, leg.amount, '2026-01-01', '2026-01'
    FROM planned CROSS JOIN LATERAL (VALUES
        (planned.account_id, 'MERIT', planned.amount), (issuance_id, 'MERIT', -planned.amount),
        (issuance_id, 'POINT', -planned.amount), (planned.account_id, 'POINT', planned.amount)
    ) AS leg (account_id, asset, amount)
), lots AS (
    INSERT INTO lot (account_id, transaction_id, amount, remaining, expires_on)
    SELECT account_id, id, amount, amount, '2999-12-31' FROM planned
)
UPDATE account SET merit = earned.amount, points = earned.amount
FROM (SELECT account_id, sum(amount) AS amount FROM planned GROUP BY account_id) AS earned
WHERE account.id = earned.account_id
"""
_REWARDS = """
WITH made AS (
    INSERT INTO reward (programme_id, merchant_id, channel, title, price_points, stock, stocked,
        state)
    SELECT $1, (SELECT min(id) FROM merchant), 'OFFLINE', '测试', 1, $3::int, $3::int, 'OPEN'
    FROM generate_series(1, $2) RETURNING id
)
SELECT array_agg(id ORDER BY id) FROM made
"""
_MEMBERS = """
WITH made AS (
    INSERT INTO person (name) SELECT '村民' || number FROM generate_series(1, $2::int) AS number
    RETURNING id
)
INSERT INTO account (programme_id, kind, person_id)
SELECT $1, 'PERSON', id FROM made
"""
