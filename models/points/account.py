"""Accounts and their entries, as their owner and those in charge may see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from models import access, db, page, person
from models.access import Action, Thing
from models.errors import Invalid
from models.page import Page
from models.points import record
from models.points.record import (
    ENTRY_JSON,
    ENTRY_SOURCES,
    PROGRAMME_COLUMNS,
    PROGRAMME_WIDTH,
    Account,
    Entry,
    Expiring,
)

RECENT = 20
WITHIN_DAYS_MOST = 366
EXPIRING_MOST = 100


@dataclass(frozen=True, slots=True)
class Moved:
    """An account as it is now, and the entries that one change left on it, newest first.

    Points that are put aside for a voucher, or given back, leave none.
    """

    account: Account
    entries: tuple[Entry, ...]


async def accounts(person_id: int, *, viewer_id: int) -> list[Account]:
    """Give a person's accounts with their newest entries, in one statement.

    Of somebody else only those of programmes in whose owner's area the viewer may see points.
    """
    if person_id == viewer_id:
        rows = await db.fetch(_ACCOUNTS, person_id)
        return [_account(row) for row in rows]
    rows = await db.fetch(_ACCOUNTS_OF_OTHERS, person_id, viewer_id)
    return [_account(row) for row in rows if _may_see(row, person_id)]


async def account(key: int, *, viewer_id: int | None) -> Account | None:
    """Give an account; None for whoever may not see it."""
    row = await db.fetch_one(_ACCOUNT, key, viewer_id)
    return _account(row) if row and _may_see(row, row["person_id"]) else None


async def entries(
    account_id: int, *, viewer_id: int, first: int, after: str | None
) -> Page[Entry] | None:
    """Give a page of an account's entries, the newest first; None for who may not see it.

    Raises Invalid.
    """
    asked = page.digest("entries", account_id)
    last = page.key_after(after, asked, int)[0] if after else _KEY_MOST
    row = await db.fetch_one(_ENTRIES, account_id, viewer_id, last, page.size(first) + 1)
    if row is None or not _may_see(row, row["person_id"]):
        return None
    return page.cut(record.entries(row["entries"]), first, asked, lambda entry: (entry.id,))


async def moved(
    account_id: int, *, owner_id: int, facts: Sequence[Mapping[str, object]] = ({},)
) -> list[Moved] | None:
    """Give an account for the facts of each event of it; None for all but its owner.

    Whoever is banned owns nothing that is shown.
    """
    transactions = [fact["transaction"] for fact in facts if "transaction" in fact]
    row = await db.fetch_one(_MOVED, account_id, owner_id, transactions)
    if row is None:
        return None
    *columns, written = row
    left: dict[object, list[Entry]] = defaultdict(list)
    for entry in record.entries(written):
        left[entry.transaction_id].append(entry)
    account = _account(columns)
    return [Moved(account, tuple(left.get(fact.get("transaction"), ()))) for fact in facts]


async def expiring(person_id: int, *, within_days: int) -> list[Expiring]:
    """Give the points of a person that expire soon, the soonest first; raises Invalid."""
    if not 0 <= within_days <= WITHIN_DAYS_MOST:
        raise Invalid(f"天数须在 0 到 {WITHIN_DAYS_MOST} 之间")
    rows = await db.fetch(_EXPIRING, person_id, within_days, EXPIRING_MOST)
    return [Expiring(**row) for row in rows]


def _of_viewer(written: str | None) -> list[Account]:
    return [_account(one) for one in orjson.loads(written)] if written else []


def _may_see(row: Any, person_id: int) -> bool:  # noqa: ANN401 - a row with rights beside it
    thing = Thing(owner_id=person_id, area_code=row["owner_area_code"])
    return access.read(row["rights"]).may(Action.POINTS_READ, thing)


def _account(row: Any) -> Account:  # noqa: ANN401 - a row of _ACCOUNTS
    key, merit, points, held, debt, version, recent, *rest = row
    return Account(
        key,
        record.programme(rest[:PROGRAMME_WIDTH]),
        merit,
        points,
        held,
        debt,
        version,
        record.entries(recent),
    )


_KEY_MOST = 2**63 - 1
_NEWEST = f"""(
    SELECT json_agg(written) FROM (
        SELECT {ENTRY_JSON} AS written FROM {ENTRY_SOURCES}
        WHERE entry.account_id = account.id {{after}}
        ORDER BY entry.id DESC LIMIT {{most}}
    ) AS newest
)::text"""  # noqa: S608 - constants
_ONE = f"""
SELECT account.id, account.merit, account.points, account.held, account.debt, account.version,
    {_NEWEST.format(after="", most=RECENT)} AS entries, {PROGRAMME_COLUMNS}{{more}}
FROM account JOIN programme ON programme.id = account.programme_id
WHERE account.kind = 'PERSON' AND {{which}} ORDER BY account.id
"""  # noqa: S608 - constants
_RIGHTS = f", {access.rights_sql('$2')} AS rights, account.person_id"
_ACCOUNTS = _ONE.format(more="", which="account.person_id = $1")
_ACCOUNTS_OF_OTHERS = _ONE.format(more=_RIGHTS, which="account.person_id = $1")
_ACCOUNT = _ONE.format(more=_RIGHTS, which="account.id = $1")
_ENTRIES = f"""
SELECT {_NEWEST.format(after="AND entry.id < $3", most="$4")} AS entries, owner_area_code
    {_RIGHTS}
FROM account JOIN programme ON programme.id = account.programme_id
WHERE account.id = $1 AND account.kind = 'PERSON'
"""  # noqa: S608 - constants
_LEFT = f""", (
    SELECT json_agg(written)::text FROM (
        SELECT {ENTRY_JSON} AS written FROM {ENTRY_SOURCES}
        WHERE entry.account_id = account.id AND entry.transaction_id = ANY($3::bigint[])
        ORDER BY entry.id DESC
    ) AS of_these
) AS left_by_these"""  # noqa: S608 - constants
_MOVED = _ONE.format(
    more=_LEFT,
    which="""account.id = $1 AND account.person_id = $2 AND EXISTS (
        SELECT FROM person WHERE id = $2 AND banned_at IS NULL AND claimed_by_id IS NULL)""",
)
_EXPIRING = f"""
SELECT account.id AS account_id, programme.name AS programme_name,
    sum(remaining)::bigint AS remaining, expires_on
FROM account JOIN lot ON lot.account_id = account.id
JOIN programme ON programme.id = account.programme_id
WHERE account.person_id = $1 AND account.kind = 'PERSON' AND remaining > 0
    AND expires_on BETWEEN {db.TODAY} AND {db.TODAY} + $2::int
GROUP BY account.id, programme.id, expires_on ORDER BY expires_on, account.id LIMIT $3
"""  # noqa: S608 - constants
_PERSONS = f"""(
    SELECT json_agg(json_build_array(account.id, account.merit, account.points, account.held,
        account.debt, account.version, {_NEWEST.format(after="", most=RECENT)},
        {PROGRAMME_COLUMNS}) ORDER BY account.id)::text
    FROM account JOIN programme ON programme.id = account.programme_id
    WHERE account.person_id = person.id AND account.kind = 'PERSON'
)"""  # noqa: S608 - constants
person.PARTS["pointsAccounts"] = person.Part(_PERSONS, _of_viewer)
