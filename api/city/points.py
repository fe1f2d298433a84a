"""The points of the standard city: programmes, rules, a year of entries, merchants and offers.

Made by statements out of what the city has already, so that it fits whoever lives there: each
village has a programme but those of one town, which share a town-wide one; couriers have their
own. Days are counted back from the day of loading.
"""

import asyncpg

from api.city import points_story
from api.city.codes import CITY_CODE, DEVELOPMENT_MICRO_GRID, DEVELOPMENT_VILLAGE

STATEMENT_SECONDS = 120.0
SHARED_TOWN = "320281109"
"""The 13 villages of this town (顾山镇) share one programme."""

YEAR_GRANT = 300
CENTS_PER_POINT = 10
LOT_MONTHS = 24
BUDGET_CENTS_PER_PERSON = 20_00
EARNERS = 16
"""One in so many volunteers has earned points in the past year; in the development village all."""

MONTHS = 12
SHOP_NAME = "顾山便民超市"


async def load_points(url: str, data_keys: str) -> bool:
    """Write the points of the city at `url`, and let its development people play their story.

    Says whether it did: a database that has programmes already, or another city, is left alone.
    """
    connection = await asyncpg.connect(url, command_timeout=STATEMENT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE programme IN SHARE ROW EXCLUSIVE MODE")
            if not await connection.fetchval(_IS_WANTED, DEVELOPMENT_VILLAGE):
                return False
            for sql in STATEMENTS:
                await connection.execute(sql)
        await connection.execute("ANALYZE programme, account, entry, transaction, lot, reward")
    finally:
        await connection.close()
    await points_story.play(url, data_keys)
    return True


_IS_WANTED = """
SELECT EXISTS (SELECT FROM area WHERE code = $1) AND NOT EXISTS (SELECT FROM programme)
"""
_PROGRAMMES = f"""
INSERT INTO programme (code, kind, name, owner_area_code, budget_cents, cents_per_point,
    lot_months, year_grant, joiners)
SELECT 'V' || code, 'VILLAGE', name || '积分', code, population * {BUDGET_CENTS_PER_PERSON},
    {CENTS_PER_POINT}, {LOT_MONTHS}, {YEAR_GRANT}, 'BY_MONTH'
FROM area WHERE level = 'VILLAGE' AND kind = 'VILLAGE' AND NOT starts_with(code, '{SHARED_TOWN}')
UNION ALL
SELECT 'T' || code, 'TOWN', name || '积分', code, population * {BUDGET_CENTS_PER_PERSON},
    {CENTS_PER_POINT}, {LOT_MONTHS}, {YEAR_GRANT}, 'BY_MONTH'
FROM area WHERE code = '{SHARED_TOWN}'
UNION ALL
SELECT 'BEE', 'COURIER', '小蜜蜂积分', code, 5000000, {CENTS_PER_POINT}, {LOT_MONTHS}, 0, 'WHOLE'
FROM area WHERE code = '{CITY_CODE}'
ORDER BY 4
"""  # noqa: S608 - constants
_AREAS = f"""
INSERT INTO programme_area (area_code, programme_id)
SELECT area.code, programme.id FROM area JOIN programme ON programme.owner_area_code =
    CASE WHEN starts_with(area.code, '{SHARED_TOWN}') THEN '{SHARED_TOWN}' ELSE area.code END
WHERE area.level = 'VILLAGE' AND area.kind = 'VILLAGE' AND programme.kind <> 'COURIER'
"""  # noqa: S608 - constants
_SYSTEM = """
INSERT INTO account (programme_id, kind)
SELECT id, opened.kind
FROM programme CROSS JOIN unnest(ARRAY['ISSUANCE', 'EXPIRED']) AS opened (kind)
"""
_RULES = """
INSERT INTO rule (programme_id, code, version, name, source, points_least, points_most,
    beneficiary, needs_evidence, reviewer_role, day_cap, month_cap, year_cap, cooldown_days,
    valid_from)
SELECT programme.id, given.code, 1, given.name, source, least, most, beneficiary, evidence, role,
    day_cap, month_cap, year_cap, cooldown, date '2025-01-01'
FROM programme JOIN (VALUES
    ('RIVER', '志愿巡河', 'RULE', 1, 10, 'PERSON', false, NULL, 10, 60, NULL::int, 0),
    ('PATROL', '平安巡逻', 'RULE', 1, 10, 'PERSON', false, NULL, 10, 80, NULL, 0),
    ('NEIGHBOUR', '邻里互助', 'RULE', 1, 8, 'PERSON', true, NULL, 8, 40, 200, 0),
    ('MEDIATION', '参与调解', 'RULE', 5, 20, 'PERSON', true, 'VILLAGE_CADRE', NULL, 60, NULL, 0),
    ('BLOOD', '无偿献血', 'RULE', 20, 20, 'PERSON', true, NULL, NULL, NULL, 40, 180),
    ('HOURS', '志愿服务时长', 'HOURS', 2, 10, 'PERSON', false, NULL, 10, 100, NULL, 0),
    ('REPORT', '上报隐患并办结', 'TICKET', 3, 3, 'PERSON', false, NULL, 9, 60, NULL, 0),
    ('HANDLE', '志愿办理工单', 'HANDLING', 5, 5, 'PERSON', false, NULL, 10, 60, NULL, 0),
    ('WISH', '圆梦微心愿', 'WISH', 10, 10, 'PERSON', false, NULL, NULL, 50, NULL, 0),
    ('TIDY', '庭院整洁', 'INSPECTION', 1, 10, 'HOUSEHOLD', true, NULL, NULL, 10, NULL, 0),
    ('SORTING', '垃圾分类', 'INSPECTION', 1, 5, 'HOUSEHOLD', true, NULL, NULL, 10, NULL, 0),
    ('LITTER', '乱堆乱放', 'INSPECTION', -10, -1, 'HOUSEHOLD', true, NULL, NULL, 20, NULL, 0)
) AS given (code, name, source, least, most, beneficiary, evidence, role, day_cap, month_cap,
    year_cap, cooldown) ON programme.kind <> 'COURIER'
UNION ALL
SELECT id, 'SCOUT', 1, '随手拍上报', 'RULE', 1, 5, 'PERSON', false, NULL, 10, 60, NULL, 0,
    date '2025-01-01'
FROM programme WHERE kind = 'COURIER'
"""
# Whoever lives in a village and helps there; each has their account with that of their debt.
_ACCOUNTS = f"""
INSERT INTO account (programme_id, kind, person_id)
SELECT DISTINCT programme_id, opened.kind, person_id
FROM appointment JOIN programme_area ON programme_area.area_code = left(appointment.area_code, 12)
CROSS JOIN unnest(ARRAY['PERSON', 'DEBT']) AS opened (kind)
WHERE role = 'VOLUNTEER' AND ended_on IS NULL
    AND (person_id % {EARNERS} = 0 OR starts_with(appointment.area_code, '{DEVELOPMENT_VILLAGE}'))
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants
# Every other month or so each of them has done something; what and how much is a hash of them.
_PLANNED = f"""
CREATE TEMPORARY TABLE planned ON COMMIT DROP AS
SELECT nextval('transaction_id_seq') AS id, account.id AS account_id, account.programme_id,
    system.id AS issuance_id, rule.id AS rule_id, rule.code AS rule_code, due.day,
    rule.points_least + luck.number % (rule.points_most - rule.points_least + 1) AS amount
FROM account CROSS JOIN generate_series(1, {MONTHS}) AS month
CROSS JOIN LATERAL (
    SELECT abs(hashtext(account.person_id || ' ' || month)) AS number
) AS luck CROSS JOIN LATERAL (
    SELECT ((now() AT TIME ZONE 'Asia/Shanghai')::date
        - make_interval(months => month) + make_interval(days => luck.number % 27))::date AS day
) AS due
JOIN rule ON rule.programme_id = account.programme_id AND rule.code =
    (ARRAY['RIVER', 'PATROL', 'NEIGHBOUR', 'RIVER'])[luck.number / 7 % 4 + 1]
JOIN account AS system ON system.programme_id = account.programme_id AND system.kind = 'ISSUANCE'
WHERE account.kind = 'PERSON' AND luck.number % 5 < 3
    AND due.day < (now() AT TIME ZONE 'Asia/Shanghai')::date
ORDER BY due.day, account.id
"""  # noqa: S608 - constants
_TRANSACTIONS = """
INSERT INTO transaction (id, programme_id, kind, rule_id, business_day, at)
SELECT id, programme_id, 'AWARD', rule_id, day,
    (day + interval '10 hours') AT TIME ZONE 'Asia/Shanghai' FROM planned ORDER BY id
"""
_UNSEALED = "INSERT INTO unsealed (transaction_id) SELECT id FROM planned"
_ENTRIES = """
INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month,
    rule_code)
SELECT planned.id, leg.account_id, leg.asset, leg.amount, day, to_char(day, 'YYYY-MM'), rule_code
FROM planned CROSS JOIN LATERAL (VALUES
    (planned.account_id, 'MERIT', planned.amount), (issuance_id, 'MERIT', -planned.amount),
    (issuance_id, 'POINT', -planned.amount), (planned.account_id, 'POINT', planned.amount)
) AS leg (account_id, asset, amount) ORDER BY planned.id
"""
_LOTS = f"""
INSERT INTO lot (account_id, transaction_id, amount, remaining, expires_on)
SELECT account_id, id, amount, amount,
    (date_trunc('month', day) + make_interval(months => {LOT_MONTHS + 1}) - interval '1 day')::date
FROM planned ORDER BY id
"""  # noqa: S608 - constants
_BALANCES = """
UPDATE account SET merit = earned.amount, points = earned.amount
FROM (SELECT account_id, sum(amount) AS amount FROM planned GROUP BY account_id) AS earned
WHERE account.id = earned.account_id
"""
_MERCHANTS = f"""
INSERT INTO merchant (area_code, name, address, station_id, longitude, latitude, state)
SELECT left(area_code, 12), name, address, id, longitude, latitude, 'APPROVED' FROM station
WHERE kind IN ('LOVE_RESTAURANT', 'LOVE_PHARMACY', 'LOVE_SHOP') AND length(area_code) >= 12
UNION ALL
SELECT code, '{SHOP_NAME}', name || '便民路1号', NULL, longitude, latitude, 'APPROVED'
FROM area WHERE code = '{DEVELOPMENT_VILLAGE}'
"""  # noqa: S608 - constants
# Offered to the village around the shop, or to one of its town where the shop has no village.
_REWARDS = """
INSERT INTO reward (programme_id, merchant_id, channel, title, price_points, stock, stocked,
    person_limit, state)
SELECT near.id, merchant.id, given.channel, given.title, given.price, given.stock, given.stock,
    given.person_limit, 'OPEN'
FROM merchant LEFT JOIN station ON station.id = merchant.station_id
JOIN (VALUES
    ('LOVE_RESTAURANT', 'OFFLINE', '爱心午餐一份', 15, 200, NULL::int),
    ('LOVE_RESTAURANT', 'OFFLINE', '早餐券', 6, 300, 2),
    ('LOVE_PHARMACY', 'OFFLINE', '家用药箱', 40, 60, 1),
    ('LOVE_PHARMACY', 'OFFLINE', '口罩一包', 8, 500, NULL),
    ('LOVE_SHOP', 'OFFLINE', '大米5公斤', 30, 100, 2),
    ('LOVE_SHOP', 'OFFLINE', '洗衣液一瓶', 20, 150, NULL),
    ('LOVE_SHOP', 'ONLINE', '10元话费', 12, 1000, 1)
) AS given (kind, channel, title, price, stock, person_limit)
    ON given.kind = coalesce(station.kind, 'LOVE_SHOP')
CROSS JOIN LATERAL (
    SELECT programme.id FROM programme JOIN programme_area ON programme_id = programme.id
    WHERE starts_with(programme_area.area_code, left(merchant.area_code, 9))
    ORDER BY programme_area.area_code <> merchant.area_code, programme_area.area_code LIMIT 1
) AS near
"""
_PEOPLE = f"""
WITH made AS (
    INSERT INTO person (name, development_key) VALUES
        ('居民1号', 'resident:1@{DEVELOPMENT_MICRO_GRID}'),
        ('志愿者1号', 'volunteer:1@{DEVELOPMENT_MICRO_GRID}'),
        ('商户1号', 'merchant:1@{DEVELOPMENT_VILLAGE}')
    ON CONFLICT (development_key) DO UPDATE SET name = person.name
    RETURNING id, development_key
), at_home AS (
    INSERT INTO residence (person_id, area_code, state, started_on)
    SELECT id, '{DEVELOPMENT_MICRO_GRID}', 'CONFIRMED', '2024-01-01' FROM made
    ON CONFLICT DO NOTHING
), appointed AS (
    INSERT INTO appointment (person_id, role, area_code, started_on)
    SELECT id, upper(split_part(development_key, ':', 1)), split_part(development_key, '@', 2),
        '2024-01-01'
    FROM made WHERE NOT starts_with(development_key, 'resident')
    ON CONFLICT DO NOTHING
)
INSERT INTO merchant_member (merchant_id, person_id, is_owner)
SELECT merchant.id, made.id, true FROM merchant, made
WHERE merchant.name = '{SHOP_NAME}' AND starts_with(development_key, 'merchant')
"""  # noqa: S608 - constants
STATEMENTS = (
    _PROGRAMMES,
    _AREAS,
    _SYSTEM,
    _RULES,
    _ACCOUNTS,
    _PLANNED,
    _TRANSACTIONS,
    _UNSEALED,
    _ENTRIES,
    _LOTS,
    _BALANCES,
    _MERCHANTS,
    _REWARDS,
    _PEOPLE,
)
"""What is written, in this order."""
