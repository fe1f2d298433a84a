"""The audit: of a clean ledger it says nothing, and it names whatever one amount is changed in."""

from typing import NamedTuple

import pytest

from models import db, reward
from models.points.audit import audit
from models.points.award import grant
from models.points.reverse import reverse
from models.points.seal import seal
from tests import points, rewards
from tests.conftest import Database
from tests.rewards import Shop

TABLES = ("entry", "lot_use", "seal", "transaction")
"""What is only added to: the owner of the tables has to switch the guard off first."""


class Flip(NamedTuple):
    """One stored value that is changed by hand, and the rows that the audit must name for it."""

    table: str
    change: str
    back: str
    which: str
    named: tuple[str, ...]


FLIPS = (
    Flip(
        "entry",
        "amount = amount + 1",
        "amount = amount - 1",
        "asset = 'MERIT' AND amount > 0",
        ("transaction", "account", "seal"),
    ),
    Flip(
        "entry",
        "amount = amount - 1",
        "amount = amount + 1",
        "asset = 'POINT' AND amount < 0",
        ("transaction", "seal"),
    ),
    Flip(
        "entry",
        "business_day = business_day + 1",
        "business_day = business_day - 1",
        "true",
        ("seal",),
    ),
    Flip(
        "transaction",
        "business_day = business_day + 1",
        "business_day = business_day - 1",
        "true",
        ("seal",),
    ),
    Flip(
        "lot",
        "remaining = remaining - 1",
        "remaining = remaining + 1",
        "remaining > 0",
        ("lot", "account"),
    ),
    Flip("lot", "amount = amount + 1", "amount = amount - 1", "true", ("lot", "transaction")),
    Flip("lot_use", "amount = amount + 1", "amount = amount - 1", "hold_id IS NOT NULL", ("lot",)),
    Flip("account", "merit = merit + 1", "merit = merit - 1", "kind = 'PERSON'", ("account",)),
    Flip("account", "points = points + 1", "points = points - 1", "held > 0", ("account",)),
    Flip("account", "held = held - 1", "held = held + 1", "held > 0", ("account",)),
    Flip("account", "debt = debt + 1", "debt = debt - 1", "debt > 0", ("account",)),
    Flip(
        "hold", "amount = amount + 1", "amount = amount - 1", "state = 'OPEN'", ("hold", "account")
    ),
    Flip("hold", "amount = amount + 1", "amount = amount - 1", "state = 'POSTED'", ("hold",)),
    Flip(
        "seal", "transactions = transactions + 1", "transactions = transactions - 1", "true",
        ("seal",),
    ),
    Flip("seal", "digest = digest || '0'", "digest = substr(digest, 1, 32)", "true", ("seal",)),
)  # fmt: skip


async def give(shop: Shop, person: int, amount: int, key: str) -> int:
    return await grant(
        actor_id=shop.cadre, person_id=person, rule_code="R1", points=amount, note=None, key=key
    )


@pytest.fixture
async def ledger(database: Database) -> Shop:
    """A sealed ledger with an open hold, a posted one, a released one, and a debt."""
    shop = await rewards.open_shop(stock=9, price=5)
    volunteer = await points.resident()
    await give(shop, volunteer, 20, "first")
    made = [
        await reward.redeem(person_id=volunteer, reward_id=shop.reward, key=f"r{number}")
        for number in range(3)
    ]
    assert made[1].code
    await reward.verify(actor_id=shop.keeper, code=made[1].code, point=None, key="v")
    await reward.cancel(actor_id=volunteer, voucher_id=made[2].id, key="c")
    debtor = await points.resident()
    given = await give(shop, debtor, 9, "second")
    await reward.redeem(person_id=debtor, reward_id=shop.reward, key="d")
    await reverse(actor_id=shop.cadre, transaction_id=given, reason="错记", key="x")
    while await seal(batch=2):
        pass
    return shop


async def flip(table: str, key: int, change: str) -> None:
    """Change a value by hand, as only the owner of the tables can."""
    guarded = table in TABLES
    async with db.transaction() as connection:
        if guarded:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        sql = f"UPDATE {table} SET {change} WHERE id = $1"  # noqa: S608 - our own
        await connection.execute(sql, key)
        if guarded:
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


async def test_one_stored_amount_that_is_changed_by_hand_is_named(ledger: Shop) -> None:
    found = await audit()
    assert (found.findings, found.transactions > 3, found.seals > 1) == ((), True, True)
    for one in FLIPS:
        sql = f"SELECT min(id) AS id FROM {one.table} WHERE {one.which}"  # noqa: S608 - our own
        row = await db.fetch_one(sql)
        assert row
        assert row["id"], one
        await flip(one.table, row["id"], one.change)
        rows = {finding.row for finding in (await audit()).findings}
        await flip(one.table, row["id"], one.back)
        assert {place.split()[0] for place in rows} >= set(one.named), one
        if one.table in one.named:
            assert f"{one.table} {row['id']}" in rows, one
        assert (await audit()).findings == (), one


async def test_what_nobody_sealed_and_what_belongs_elsewhere_is_named(ledger: Shop) -> None:
    await give(ledger, await points.resident(), 1, "third")
    await db.execute("DELETE FROM unsealed")
    (finding,) = (await audit()).findings
    assert finding.said == "neither sealed nor waiting"


async def test_seals_end_with_a_transaction_that_has_many_entries(database: Database) -> None:
    from models.points.words import Joiners
    from models.points.year_grant import YearGrant, grant_year

    programme = await points.plant()
    for _ in range(7):
        await points.resident()
    await grant_year(YearGrant(programme, 300, Joiners.WHOLE), year=2026, slice_size=3)
    # Transactions of 4, 4 and 2 entries: a seal is full with 6.
    assert [await seal(entries_most=6) for _ in range(3)] == [2, 1, 0]
    found = await audit()
    assert (found.findings, found.seals, found.transactions) == ((), 2, 3)
