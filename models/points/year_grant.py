"""The base grant of a year: merit for every resident of a programme, once, by sets.

A programme's residents are taken in slices by their ids, each slice one transaction of the
ledger in a database transaction of its own: other work goes on meanwhile, and whoever is
stopped in the middle goes on where it stopped. A second run adds nothing, but for whoever's
account was opened by something else at the very moment of the first.

Two thirds of the work are the checks of foreign keys, row by row in PostgreSQL; so as many
programmes as there are LANES are granted at once.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import date

from models import db
from models.points import ledger
from models.points.words import Joiners

SLICE = 10_000
"""So many accounts are locked for a moment: nobody waits long for one of them."""

LANES = 2
MONTHS = 12
STATEMENT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class YearGrant:
    """What a programme grants every year."""

    id: int
    year_grant: int
    joiners: Joiners


def share(programme: YearGrant, *, year: int, today: date) -> int:
    """Give what who joins today gets of the grant of a year; before the year there is none.

    Those who are there when the year begins get the whole: they are granted in January.
    """
    if today.year != year:
        return programme.year_grant if today.year > year else 0
    match programme.joiners:
        case Joiners.WHOLE:
            return programme.year_grant
        case Joiners.BY_MONTH:
            return programme.year_grant * (MONTHS + 1 - today.month) // MONTHS
        case Joiners.NEXT_YEAR:
            return programme.year_grant if today.month == 1 else 0


async def year_grants() -> list[YearGrant]:
    """Give the programmes that grant something every year."""
    rows = await db.fetch(_PROGRAMMES)
    return [YearGrant(row["id"], row["year_grant"], Joiners(row["joiners"])) for row in rows]


async def grant_this_year() -> int:
    """Grant the present year to everybody who has it not yet; give how many got it."""
    row = await db.fetch_one(_YEAR)
    assert row, "a day has a year"
    year = row["year"]
    waiting = deque(await year_grants())

    async def lane() -> int:
        granted = 0
        while waiting:
            granted += await grant_year(waiting.popleft(), year=year)
        return granted

    # Where one lane fails the other goes on to the end; what is lacking is granted the next time.
    done = await asyncio.gather(*(lane() for _ in range(LANES)), return_exceptions=True)
    for failed in done:
        if isinstance(failed, BaseException):
            raise failed
    return sum(one for one in done if isinstance(one, int))


async def grant_year(programme: YearGrant, *, year: int, slice_size: int = SLICE) -> int:
    """Grant a year to every resident of a programme who has it not yet; give how many got it."""
    granted, last = 0, 0
    while True:
        async with db.transaction() as connection:
            today = await ledger.today(connection)
            amount = share(programme, year=year, today=today)
            if amount == 0:
                return granted
            people = await connection.fetchval(
                _SLICE, programme.id, last, slice_size, timeout=STATEMENT_SECONDS
            )
            if people is None:
                return granted
            given: int = await connection.fetchval(
                _GRANT,
                programme.id,
                people,
                year,
                amount,
                today,
                today.strftime("%Y-%m"),
                timeout=STATEMENT_SECONDS,
            )
        granted += given
        last = people[-1]
        if len(people) < slice_size:
            return granted


_YEAR = f"SELECT extract(year FROM {db.TODAY})::int AS year"  # noqa: S608 - constants
_PROGRAMMES = """
SELECT id, year_grant, joiners FROM programme WHERE year_grant > 0 AND closed_at IS NULL
ORDER BY id
"""
# By area first: else the whole city is read in the order of people, once for every programme.
_SLICE = """
WITH residents AS MATERIALIZED (
    SELECT residence.person_id FROM programme_area
    JOIN residence ON residence.area_code >= programme_area.area_code COLLATE "C"
        AND residence.area_code < programme_area.area_code || ':' COLLATE "C"
        AND residence.state = 'CONFIRMED'
    WHERE programme_area.programme_id = $1
)
SELECT array_agg(person_id ORDER BY person_id) FROM (
    SELECT person_id FROM residents WHERE person_id > $2 ORDER BY person_id LIMIT $3
) AS slice
"""
# Accounts are locked in the order of their ids, as everywhere. Who has none gets one with the
# grant on it already; that of their debt follows when there is something to owe.
_GRANT = """
WITH locked AS MATERIALIZED (
    SELECT account.id FROM account
    JOIN unnest($2::bigint[]) AS slice (person_id) ON slice.person_id = account.person_id
    WHERE account.programme_id = $1 AND account.kind = 'PERSON'
        AND NOT EXISTS (
            SELECT FROM entry WHERE account_id = account.id AND grant_year = $3
        )
    ORDER BY account.id FOR UPDATE OF account
), opened AS (
    INSERT INTO account (programme_id, kind, person_id, merit)
    SELECT $1, 'PERSON', slice.person_id, $4::bigint
    FROM unnest($2::bigint[]) AS slice (person_id)
    WHERE NOT EXISTS (
        SELECT FROM account WHERE account.programme_id = $1
            AND account.person_id = slice.person_id AND account.kind = 'PERSON'
    )
    ON CONFLICT (programme_id, person_id, kind) WHERE person_id IS NOT NULL DO NOTHING
    RETURNING id
), granted AS MATERIALIZED (
    SELECT id FROM locked UNION ALL SELECT id FROM opened
), posted AS (
    INSERT INTO transaction (programme_id, kind, business_day)
    SELECT $1, 'YEAR_GRANT', $5::date WHERE EXISTS (SELECT FROM granted) RETURNING id
), waiting AS (
    INSERT INTO unsealed (transaction_id) SELECT id FROM posted
), given AS (
    INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month,
        grant_year)
    SELECT posted.id, granted.id, 'MERIT', $4::bigint, $5::date, $6, $3 FROM posted, granted
), issued AS (
    INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month)
    SELECT posted.id, account.id, 'MERIT', -$4::bigint * (SELECT count(*) FROM granted),
        $5::date, $6
    FROM posted, account
    WHERE account.programme_id = $1 AND account.kind = 'ISSUANCE' AND account.person_id IS NULL
), weighed AS (
    UPDATE account SET merit = merit + $4::bigint, version = version + 1
    FROM locked WHERE account.id = locked.id
)
SELECT count(*) FROM granted
"""
