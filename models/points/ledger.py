"""The ledger in the database: accounts are locked, transactions are only ever added.

Only people's accounts are locked, in the order of their ids. `post` writes a whole transaction,
its entries, lots and the new figures of its accounts, in one statement.
"""

from collections.abc import Iterable
from datetime import date

import asyncpg
import orjson

from models.db import Connection
from models.points.lot import Lot
from models.points.posting import Account, Balance, Posting, System
from models.points.words import AccountKind


async def open_account(connection: Connection, *, programme_id: int, person_id: int) -> None:
    """Make a person's accounts in a programme where there are none yet."""
    await connection.execute(_OPEN, programme_id, person_id)


async def lock(connection: Connection, *, programme_id: int, person_id: int) -> Account | None:
    """Lock a person's account in a programme; None where there is none."""
    row = await connection.fetchrow(_LOCK, programme_id, person_id)
    return Account(*row) if row else None


async def lock_or_open(connection: Connection, *, programme_id: int, person_id: int) -> Account:
    """Lock a person's account in a programme, made where there is none."""
    account = await lock(connection, programme_id=programme_id, person_id=person_id)
    if account is None:
        await open_account(connection, programme_id=programme_id, person_id=person_id)
        account = await lock(connection, programme_id=programme_id, person_id=person_id)
    assert account, "an account that was opened is there"
    return account


async def lock_people(connection: Connection, wanted: Iterable[tuple[int, int]]) -> None:
    """Lock households and accounts of several people, given by programme and person.

    Accounts are made where there are none. All of it happens in one order, so that of two who
    want the same people none waits for the other in a circle.
    """
    pairs = sorted(set(wanted))
    programmes, people = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await connection.execute(_LOCK_HOUSEHOLDS, people)
    await connection.execute(_OPEN_ALL, programmes, people)
    await connection.execute(_LOCK_ALL, programmes, people)


async def lots(connection: Connection, account_id: int) -> list[Lot]:
    """Give what is left of an account's lots; the account is locked."""
    return [Lot(*row) for row in await connection.fetch(_LOTS, account_id)]


async def system(connection: Connection, programme_id: int) -> System:
    """Give the programme's own accounts."""
    row = await connection.fetchrow(_SYSTEM, programme_id)
    assert row, "a programme has its own accounts"
    return System(row["issuance_id"], row["expired_id"])


async def merchant_account(
    connection: Connection, *, programme_id: int, merchant_id: int, kind: AccountKind
) -> int:
    """Give what a programme owes a merchant, or has paid: an account made when first needed."""
    for sql in (_OF_MERCHANT, _OPEN_OF_MERCHANT, _OF_MERCHANT):
        found: int | None = await connection.fetchval(sql, programme_id, merchant_id, kind)
        if found is not None:
            return found
    raise AssertionError("an account that was opened is there")


async def post(connection: Connection, posting: Posting) -> int:
    """Write a transaction; give its id. People's accounts in it are locked by the caller.

    Each of these accounts has an event of it, for those who watch (as models/event: record).

    A source that was rewarded before, or a transaction that was reversed before, raises
    asyncpg.UniqueViolationError.
    """
    legs, fresh, uses = posting.legs, posting.new_lots, posting.uses
    balances = posting.balances
    content = orjson.dumps(posting.content).decode() if posting.content else None
    key: int = await connection.fetchval(
        _POST,
        posting.programme_id,
        posting.kind,
        posting.actor_id,
        posting.rule_id,
        posting.reverses_id,
        posting.source,
        posting.source_id,
        content,
        posting.day,
        posting.day.strftime("%Y-%m"),
        posting.rule_code,
        posting.household_id,
        [leg.account_id for leg in legs],
        [leg.asset for leg in legs],
        [leg.amount for leg in legs],
        [lot.account_id for lot in fresh],
        [lot.amount for lot in fresh],
        [lot.expires_on for lot in fresh],
        [use.lot_id for use in uses],
        [use.amount for use in uses],
        *_columns(balances),
    )
    return key


def is_about(error: asyncpg.UniqueViolationError, constraint: str) -> bool:
    """Say whether a violation is that of a constraint."""
    return bool(error.constraint_name == constraint)


def _columns(balances: Iterable[Balance]) -> tuple[list[int], ...]:
    rows = list(balances)
    return tuple([row[place] for row in rows] for place in range(len(Balance._fields)))


async def today(connection: Connection) -> date:
    """Give the business day: the city's."""
    day: date = await connection.fetchval("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
    return day


_OPEN = """
INSERT INTO account (programme_id, kind, person_id)
SELECT $1, kind, $2 FROM unnest(ARRAY['PERSON', 'DEBT']) AS kind
ON CONFLICT (programme_id, person_id, kind) WHERE person_id IS NOT NULL DO NOTHING
"""
_LOCK_HOUSEHOLDS = """
SELECT FROM household WHERE id IN (
    SELECT household_id FROM residence WHERE person_id = ANY($1) AND state = 'CONFIRMED'
) ORDER BY id FOR UPDATE
"""
_OPEN_ALL = """
INSERT INTO account (programme_id, kind, person_id)
SELECT wanted.programme_id, opened.kind, wanted.person_id
FROM unnest($1::bigint[], $2::bigint[]) AS wanted (programme_id, person_id)
CROSS JOIN unnest(ARRAY['PERSON', 'DEBT']) AS opened (kind)
ORDER BY wanted.programme_id, wanted.person_id, opened.kind
ON CONFLICT (programme_id, person_id, kind) WHERE person_id IS NOT NULL DO NOTHING
"""
_LOCK_ALL = """
SELECT FROM account JOIN unnest($1::bigint[], $2::bigint[]) AS wanted (programme_id, person_id)
    ON account.programme_id = wanted.programme_id AND account.person_id = wanted.person_id
WHERE account.kind = 'PERSON' ORDER BY account.id FOR UPDATE OF account
"""
_LOCK = """
SELECT account.id, debt.id, account.programme_id, account.person_id, account.merit,
    account.points, account.held, account.debt
FROM account JOIN account AS debt ON debt.programme_id = account.programme_id
    AND debt.person_id = account.person_id AND debt.kind = 'DEBT'
WHERE account.programme_id = $1 AND account.person_id = $2 AND account.kind = 'PERSON'
FOR UPDATE OF account
"""
_LOTS = """
SELECT id, remaining, expires_on FROM lot WHERE account_id = $1 AND remaining > 0
ORDER BY expires_on, id
"""
_SYSTEM = """
SELECT max(id) FILTER (WHERE kind = 'ISSUANCE') AS issuance_id,
    max(id) FILTER (WHERE kind = 'EXPIRED') AS expired_id
FROM account WHERE programme_id = $1 AND person_id IS NULL AND kind IN ('ISSUANCE', 'EXPIRED')
"""
_OF_MERCHANT = """
SELECT id FROM account
WHERE programme_id = $1 AND kind = $3 AND coalesce(merchant_id, 0) = $2 AND person_id IS NULL
"""
_OPEN_OF_MERCHANT = """
INSERT INTO account (programme_id, kind, merchant_id) VALUES ($1, $3, $2)
ON CONFLICT (programme_id, kind, coalesce(merchant_id, 0)) WHERE person_id IS NULL DO NOTHING
RETURNING id
"""
_POST = """
WITH written AS (
    INSERT INTO content (body) SELECT $8::jsonb WHERE $8 IS NOT NULL RETURNING id
), posted AS (
    INSERT INTO transaction (programme_id, kind, actor_id, rule_id, reverses_id, source,
        source_id, content_id, business_day)
    VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT id FROM written), $9) RETURNING id
), waiting AS (
    INSERT INTO unsealed (transaction_id) SELECT id FROM posted
), legs AS (
    INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month,
        rule_code, household_id)
    SELECT posted.id, leg.account_id, leg.asset, leg.amount, $9, $10, $11, $12
    FROM posted, unnest($13::bigint[], $14::text[], $15::bigint[])
        WITH ORDINALITY AS leg (account_id, asset, amount, place)
    ORDER BY leg.place
), made AS (
    INSERT INTO lot (account_id, transaction_id, amount, remaining, expires_on)
    SELECT fresh.account_id, posted.id, fresh.amount, fresh.amount, fresh.expires_on
    FROM posted, unnest($16::bigint[], $17::bigint[], $18::date[])
        AS fresh (account_id, amount, expires_on)
), taken AS (
    UPDATE lot SET remaining = lot.remaining - used.amount
    FROM unnest($19::bigint[], $20::bigint[]) AS used (lot_id, amount) WHERE lot.id = used.lot_id
), noted AS (
    INSERT INTO lot_use (lot_id, amount, transaction_id)
    SELECT used.lot_id, used.amount, posted.id
    FROM posted, unnest($19::bigint[], $20::bigint[]) AS used (lot_id, amount)
), weighed AS (
    UPDATE account SET merit = account.merit + changed.merit,
        points = account.points + changed.points, held = account.held + changed.held,
        debt = account.debt + changed.debt, version = account.version + 1
    FROM unnest($21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[])
        AS changed (id, merit, points, held, debt)
    WHERE account.id = changed.id RETURNING account.id, account.version
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts)
    SELECT 'points', weighed.id, programme.owner_area_code, weighed.version, $3, $2,
        jsonb_build_object('transaction', posted.id)
    FROM weighed, posted, programme WHERE programme.id = $1 RETURNING id, area_code
), told AS (
    INSERT INTO outbox (event_id, area_code) SELECT id, area_code FROM happened
)
SELECT id FROM posted
"""
