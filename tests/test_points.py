"""Points: awards by rule, once, within caps; reversal; and an audit that finds what is wrong."""

import asyncio
from collections.abc import Awaitable
from datetime import date

import asyncpg
import pytest

from models import db
from models.errors import Code, Refusal
from models.points.audit import audit
from models.points.award import grant
from models.points.expiry import expire
from models.points.lot import Lot, Use, expiry, spend
from models.points.reverse import reverse
from tests import areas, points
from tests.areas import OTHER_VILLAGE, VILLAGE
from tests.conftest import Database


@pytest.fixture
async def programme(database: Database) -> int:
    key = await points.plant()
    await points.rule(key)
    return key


@pytest.fixture
async def cadre(programme: int) -> int:
    return await areas.appoint("VILLAGE_CADRE", VILLAGE)


@pytest.fixture
async def volunteer(programme: int) -> int:
    return await points.resident()


async def give(actor: int, person: int, amount: int = 5, *, key: str = "k", **more: str) -> int:
    return await grant(
        actor_id=actor,
        person_id=person,
        rule_code=more.get("rule", "R1"),
        points=amount,
        note=more.get("note"),
        key=key,
    )


async def refused(action: Awaitable[object]) -> Code:
    before = await rows("transaction"), await rows("entry"), await rows("lot")
    with pytest.raises(Refusal) as refusal:
        await action
    assert (await rows("transaction"), await rows("entry"), await rows("lot")) == before
    return refusal.value.code


async def rows(table: str) -> int:
    row = await db.fetch_one(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - our own
    assert row
    return int(row["rows"])


async def test_an_award_gives_merit_and_points_that_expire(cadre: int, volunteer: int) -> None:
    await give(cadre, volunteer)
    assert await points.account(volunteer) == {"merit": 5, "points": 5, "held": 0, "debt": 0}
    (made,) = await db.fetch("SELECT amount, remaining, expires_on FROM lot")
    today = await db.fetch_one(f"SELECT {db.TODAY} AS day")
    assert today
    assert tuple(made) == (5, 5, expiry(today["day"], months=24))
    assert (await audit()).findings == ()


async def test_a_penalty_takes_merit_only(programme: int, cadre: int, volunteer: int) -> None:
    await points.rule(programme, "R-", points_least=-10, points_most=-1)
    await give(cadre, volunteer)
    await give(cadre, volunteer, -3, key="k2", rule="R-")
    assert await points.account(volunteer) == {"merit": 2, "points": 5, "held": 0, "debt": 0}
    assert (await audit()).is_clean


async def test_a_key_awards_once_however_many_ask_at_once(cadre: int, volunteer: int) -> None:
    answers = await asyncio.gather(*(give(cadre, volunteer) for _ in range(20)))
    assert len(set(answers)) == 1
    assert await rows("transaction") == 1


async def test_many_awards_at_once_are_all_counted(cadre: int, volunteer: int) -> None:
    await asyncio.gather(*(give(cadre, volunteer, key=f"k{number}") for number in range(40)))
    assert (await points.account(volunteer))["points"] == 200
    assert (await audit()).is_clean


async def test_nobody_awards_themself_or_their_household(programme: int) -> None:
    cadre = await points.resident("王五", household="H1")
    await areas.appoint("VILLAGE_CADRE", VILLAGE, person_id=cadre)
    kin = await points.resident("王六", household="H1")
    assert await refused(give(cadre, cadre)) is Code.NOT_ALLOWED
    assert await refused(give(cadre, kin, key="k2")) is Code.NOT_ALLOWED


async def test_who_has_no_right_here_finds_nobody(volunteer: int, programme: int) -> None:
    foreign = await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE)
    for number, actor in enumerate((foreign, await points.resident())):
        assert await refused(give(actor, volunteer, key=f"k{number}")) is Code.NOT_FOUND
    assert await refused(give(foreign, 12345, key="absent")) is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ((0, "R1"), Code.INVALID),
        ((-1, "R1"), Code.INVALID),
        ((21, "R1"), Code.INVALID),
        ((2**62, "R1"), Code.INVALID),
        ((5, "NO"), Code.NOT_FOUND),
        ((5, "OLD"), Code.TOO_LATE),
        ((5, "LATER"), Code.INVALID),
        ((5, "FOREIGN"), Code.NOT_FOUND),
        ((5, "PROOF"), Code.INVALID),
        ((5, "TOWN"), Code.NOT_ALLOWED),
        ((5, "SHEET"), Code.INVALID),
    ],
)
async def test_what_a_rule_does_not_allow_is_refused(
    programme: int, cadre: int, volunteer: int, asked: tuple[int, str], code: Code
) -> None:
    amount, rule = asked
    await points.rule(programme, "OLD", valid_to=date(2021, 1, 1))
    await points.rule(programme, "LATER", valid_from=date(2999, 1, 1))
    await points.rule(programme, "PROOF", needs_evidence=True)
    await points.rule(programme, "TOWN", reviewer_role="TOWN_OFFICER")
    await points.rule(programme, "SHEET", source="INSPECTION")
    assert await refused(give(cadre, volunteer, amount, rule=rule)) is code


async def test_caps_count_the_day_and_a_reversal_gives_room(
    programme: int, cadre: int, volunteer: int
) -> None:
    await points.rule(programme, "CAP", day_cap=8)
    first = await give(cadre, volunteer, 5, rule="CAP")
    assert await refused(give(cadre, volunteer, 5, key="k2", rule="CAP")) is Code.LIMIT_REACHED
    await give(cadre, volunteer, 3, key="k3", rule="CAP")
    await reverse(actor_id=cadre, transaction_id=first, reason="错记", key="r")
    await give(cadre, volunteer, 5, key="k4", rule="CAP")
    assert (await points.account(volunteer))["points"] == 8


async def shift(day: str) -> None:
    """Write all entries into another day, as only the owner of the tables can."""
    async with db.transaction() as connection:
        await connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        await connection.execute(f"UPDATE entry SET business_day = {day}")  # noqa: S608 - our own
        await connection.execute("ALTER TABLE entry ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "case",
    [
        ("day_cap", "{0}", True),
        ("day_cap", "{0} - 1", False),
        ("month_cap", "date_trunc('month', {0})::date", True),
        ("month_cap", "date_trunc('month', {0})::date - 1", False),
        ("year_cap", "date_trunc('year', {0})::date", True),
        ("year_cap", "date_trunc('year', {0})::date - 1", False),
    ],
)
async def test_a_cap_counts_from_midnight_in_the_city_of_its_first_day(
    programme: int, cadre: int, volunteer: int, case: tuple[str, str, bool]
) -> None:
    cap, day, holds = case
    await points.rule(programme, "CAP", **{cap: 8})
    await give(cadre, volunteer, 5, rule="CAP")
    await shift(day.format(db.TODAY))
    again = give(cadre, volunteer, 5, key="k2", rule="CAP")
    if holds:
        assert await refused(again) is Code.LIMIT_REACHED
    else:
        await again
    expected = 5 if holds else 10
    assert (await points.account(volunteer))["points"] == expected


async def test_a_cap_holds_against_many_at_once_in_a_household(programme: int, cadre: int) -> None:
    await points.rule(programme, "HOME", beneficiary="HOUSEHOLD", day_cap=10)
    kin = [await points.resident(household="H1") for _ in range(4)]
    asked = [give(cadre, one, 5, key=f"k{place}", rule="HOME") for place, one in enumerate(kin)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, int) for answer in answers) == 2
    assert (await audit()).is_clean


async def test_a_cooldown_must_pass(programme: int, cadre: int, volunteer: int) -> None:
    await points.rule(programme, "REST", cooldown_days=7)
    await give(cadre, volunteer, rule="REST")
    assert await refused(give(cadre, volunteer, key="k2", rule="REST")) is Code.LIMIT_REACHED


async def test_a_reversal_is_the_opposite_once(cadre: int, volunteer: int) -> None:
    given = await give(cadre, volunteer)
    await reverse(actor_id=cadre, transaction_id=given, reason="错记", key="r")
    assert await points.account(volunteer) == {"merit": 0, "points": 0, "held": 0, "debt": 0}
    again = reverse(actor_id=cadre, transaction_id=given, reason="再次", key="r2")
    assert await refused(again) is Code.ALREADY_USED
    assert (await audit()).is_clean


async def test_a_reversal_that_finds_the_points_spent_leaves_a_debt_that_the_next_pays(
    cadre: int, volunteer: int
) -> None:
    given = await give(cadre, volunteer, 10)
    await _spend(volunteer, 7)
    await reverse(actor_id=cadre, transaction_id=given, reason="错记", key="r")
    assert await points.account(volunteer) == {"merit": 0, "points": 0, "held": 0, "debt": 7}
    await give(cadre, volunteer, 9, key="k2")
    assert await points.account(volunteer) == {"merit": 9, "points": 2, "held": 0, "debt": 0}
    assert (await audit()).is_clean


async def _spend(person: int, amount: int) -> None:
    """Let points go as an expiry would, which needs no merchant."""
    from models.points import ledger
    from models.points.posting import Balance, Leg, Posting
    from models.points.words import Asset, TransactionKind

    async with db.transaction() as connection:
        programme_id = await connection.fetchval("SELECT id FROM programme")
        account = await ledger.lock(connection, programme_id=programme_id, person_id=person)
        assert account
        system = await ledger.system(connection, programme_id)
        today = await ledger.today(connection)
        await ledger.post(
            connection,
            Posting(
                programme_id=programme_id,
                kind=TransactionKind.EXPIRY,
                day=today,
                legs=(
                    Leg(account.id, Asset.POINT, -amount),
                    Leg(system.expired_id, Asset.POINT, amount),
                ),
                balances=(Balance(account.id, points=-amount),),
                uses=spend(await ledger.lots(connection, account.id), amount, today=today),
            ),
        )


def test_what_expires_first_is_spent_first() -> None:
    today = date(2026, 11, 24)
    lots = [Lot(1, 5, date(2027, 1, 1)), Lot(2, 5, date(2026, 12, 1)), Lot(3, 9, date(2026, 1, 1))]
    assert spend(lots, 7, today=today) == (Use(2, 5), Use(1, 2))
    with pytest.raises(Refusal) as refusal:
        spend(lots, 11, today=today)
    assert refusal.value.code is Code.INSUFFICIENT_POINTS


def test_points_live_to_the_end_of_a_month() -> None:
    assert expiry(date(2026, 11, 24), months=3) == date(2027, 2, 28)
    assert expiry(date(2026, 12, 31), months=12) == date(2027, 12, 31)


async def test_what_is_due_expires_and_a_second_sweep_finds_nothing(
    cadre: int, volunteer: int
) -> None:
    await give(cadre, volunteer)
    await db.execute("UPDATE lot SET expires_on = '2026-01-31'")
    assert (await expire(), await expire()) == (1, 0)
    assert await points.account(volunteer) == {"merit": 5, "points": 0, "held": 0, "debt": 0}
    assert (await audit()).is_clean


@pytest.mark.parametrize("table", ["transaction", "entry", "lot_use", "seal", "sealed", "rule"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
async def test_the_database_refuses_to_change_the_ledger(
    programme: int, table: str, change: str
) -> None:
    if table == "sealed":
        change = change.replace("id = id", "seal_id = seal_id")
    with pytest.raises(asyncpg.RestrictViolationError):
        await db.execute(change.format(table))
