"""Rewards: redeeming, verifying, cancelling, expiring and undoing, each once, nothing lost."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import db, reward
from models.errors import Code, Refusal
from models.geo import Point
from models.points.audit import audit
from models.reward.code import code_of, read
from models.reward.flags import Facts, flags
from models.reward.words import FlagKind, VoucherState
from tests import areas, points, rewards
from tests.conftest import Database
from tests.rewards import Shop, give, refused

SHOP_POINT = Point(120.28, 31.91)


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


@pytest.fixture
async def volunteer(shop: Shop) -> int:
    person = await points.resident("志愿者", household="V")
    await give(shop, person, 12)
    return person


async def test_redeeming_puts_points_aside_and_shows_the_code_to_its_owner(
    shop: Shop, volunteer: int
) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert (voucher.state, voucher.code) == (VoucherState.ISSUED, code_of(voucher.id))
    assert await points.account(volunteer) == {"merit": 12, "points": 12, "held": 5, "debt": 0}
    assert await rewards.stock(shop.reward) == 9
    own = await reward.voucher(voucher.id, viewer_id=volunteer)
    keepers = await reward.voucher(voucher.id, viewer_id=shop.keeper)
    assert own == voucher
    assert keepers
    assert keepers.code is None
    assert await reward.voucher(voucher.id, viewer_id=shop.cadre) is None
    (row,) = await db.fetch("SELECT * FROM voucher")
    assert voucher.code is not None
    assert voucher.code not in str(dict(row))
    assert (await audit()).findings == ()


async def test_the_same_key_gives_the_same_voucher_and_another_input_is_refused(
    shop: Shop, volunteer: int
) -> None:
    first = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r") == first
    other = await rewards.offer(shop.programme, shop.merchant)
    again = reward.redeem(person_id=volunteer, reward_id=other, key="r")
    assert await refused(again) is Code.KEY_REUSED


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"state": "PENDING"}, Code.NOT_FOUND),
        ({"state": "CLOSED"}, Code.TOO_LATE),
        ({"closes_at": datetime(2025, 1, 1, tzinfo=UTC)}, Code.TOO_LATE),
        ({"opens_at": datetime(2999, 1, 1, tzinfo=UTC)}, Code.ILLEGAL_MOVE),
        ({"stock": 0}, Code.OUT_OF_STOCK),
        ({"price_points": 13}, Code.INSUFFICIENT_POINTS),
        ({"price_points": 1_000_000}, Code.INSUFFICIENT_POINTS),
    ],
)
async def test_what_can_not_be_redeemed_is_refused_and_stays_so_for_the_key(
    shop: Shop, volunteer: int, terms: dict[str, Any], code: Code
) -> None:
    key = await rewards.offer(shop.programme, shop.merchant, **{"stock": 3, "price": 5})
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(terms, 2))
    await db.execute(f"UPDATE reward SET {columns} WHERE id = $1", key, *terms.values())  # noqa: S608 - our own
    for _ in range(2):
        asked = reward.redeem(person_id=volunteer, reward_id=key, key="no")
        assert await refused(asked) is code


async def test_strangers_the_banned_and_the_greedy_are_refused(shop: Shop, volunteer: int) -> None:
    stranger = await areas.appoint("VOLUNTEER", areas.OTHER_VILLAGE)
    asked = reward.redeem(person_id=stranger, reward_id=shop.reward, key="k")
    assert await refused(asked) is Code.NOT_ALLOWED
    missing = reward.redeem(person_id=volunteer, reward_id=9999, key="k0")
    assert await refused(missing) is Code.NOT_FOUND
    await db.execute("UPDATE reward SET person_limit = 1")
    await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="k1")
    second = reward.redeem(person_id=volunteer, reward_id=shop.reward, key="k2")
    assert await refused(second) is Code.LIMIT_REACHED
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", volunteer)
    banned = reward.redeem(person_id=volunteer, reward_id=shop.reward, key="k3")
    assert await refused(banned) is Code.NOT_ALLOWED


async def test_verifying_spends_the_points_and_owes_them_to_the_merchant(
    shop: Shop, volunteer: int
) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    typed = f"{voucher.code[:8].lower()} {voucher.code[8:]}"
    verified = await verify(shop.keeper, typed, key="v")
    assert verified == voucher.id
    assert await points.account(volunteer) == {"merit": 12, "points": 7, "held": 0, "debt": 0}
    seen = await reward.voucher(voucher.id, viewer_id=volunteer)
    assert seen
    assert (seen.state, seen.code) == (VoucherState.USED, None)
    assert await refused(verify(shop.keeper, voucher.code, key="v2")) is Code.ALREADY_USED
    assert await verify(shop.keeper, typed, key="v") == voucher.id
    day = await reward.day(shop.merchant, on=None, viewer_id=shop.keeper)
    assert day
    assert (day.count, day.points, [one.id for one in day.vouchers]) == (1, 5, [voucher.id])
    assert await reward.day(shop.merchant, on=None, viewer_id=volunteer) is None
    assert (await audit()).findings == ()


async def verify(keeper: int, code: str, *, key: str, point: Point | None = None) -> int:
    return await reward.verify(actor_id=keeper, code=code, point=point, key=key)


async def test_wrong_foreign_and_guessed_codes_are_refused_and_counted(
    shop: Shop, volunteer: int
) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    other = await points.resident("别家店主")
    await rewards.merchant(other, name="别家")
    assert await refused(verify(other, voucher.code, key="v")) is Code.NOT_ALLOWED
    for number in range(10):
        guess = verify(shop.keeper, "A" * 15 + "BCDEFGHIJK"[number], key=f"g{number}")
        assert await refused(guess) is Code.NOT_FOUND
    assert await refused(verify(shop.keeper, voucher.code, key="g")) is Code.LIMIT_REACHED
    await db.execute("UPDATE voucher_attempt SET since = since - interval '61 minutes'")
    assert await verify(shop.keeper, voucher.code, key="v3") == voucher.id


async def test_a_cancelled_voucher_gives_the_same_lots_back(shop: Shop, volunteer: int) -> None:
    await give(shop, volunteer, 4, key="more")
    before = await db.fetch("SELECT id, remaining FROM lot ORDER BY id")
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    cancelled = reward.cancel(actor_id=volunteer, voucher_id=voucher.id, key="c")
    assert await cancelled == voucher.id
    assert await db.fetch("SELECT id, remaining FROM lot ORDER BY id") == before
    assert await rewards.stock(shop.reward) == 10
    assert (await points.account(volunteer))["held"] == 0
    again = reward.cancel(actor_id=volunteer, voucher_id=voucher.id, key="c2")
    assert await refused(again) is Code.ILLEGAL_MOVE
    assert voucher.code
    assert await refused(verify(shop.keeper, voucher.code, key="v")) is Code.ILLEGAL_MOVE
    foreign = reward.cancel(actor_id=shop.keeper, voucher_id=voucher.id, key="c3")
    assert await refused(foreign) is Code.NOT_FOUND
    assert (await audit()).findings == ()


async def test_a_voucher_expires_by_itself_and_can_not_be_used_from_that_moment(
    shop: Shop, volunteer: int
) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    await db.execute("UPDATE voucher SET expires_at = now()")
    assert await refused(verify(shop.keeper, voucher.code, key="v")) is Code.EXPIRED
    cancelled = reward.cancel(actor_id=volunteer, voucher_id=voucher.id, key="c")
    assert await refused(cancelled) is Code.EXPIRED
    seen = await reward.voucher(voucher.id, viewer_id=volunteer)
    assert seen
    assert (seen.state, seen.code) == (VoucherState.EXPIRED, None)
    assert (await reward.expire_vouchers(), await reward.expire_vouchers()) == (1, 0)
    assert await points.account(volunteer) == {"merit": 12, "points": 12, "held": 0, "debt": 0}
    assert await rewards.stock(shop.reward) == 10
    assert (await audit()).findings == ()


async def test_a_merchant_takes_a_verification_back_within_minutes(
    shop: Shop, volunteer: int
) -> None:
    lots = await db.fetch("SELECT id, remaining FROM lot ORDER BY id")
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    await verify(shop.keeper, voucher.code, key="v")
    assert await refused(undo(volunteer, voucher.id)) is Code.NOT_FOUND
    assert await refused(undo(shop.keeper, voucher.id, reason=" ", key="u0")) is Code.INVALID
    await undo(shop.keeper, voucher.id, key="u1")
    assert await db.fetch("SELECT id, remaining FROM lot ORDER BY id") == lots
    assert await points.account(volunteer) == {"merit": 12, "points": 12, "held": 0, "debt": 0}
    assert await refused(undo(shop.keeper, voucher.id, key="u2")) is Code.ILLEGAL_MOVE
    assert (await audit()).findings == ()


async def test_a_verification_can_not_be_taken_back_later(shop: Shop, volunteer: int) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    await verify(shop.keeper, voucher.code, key="v")
    await db.execute("UPDATE voucher SET ended_at = ended_at - interval '15 minutes'")
    assert await refused(undo(shop.keeper, voucher.id)) is Code.TOO_LATE


async def undo(actor: int, voucher: int, *, reason: str = "拿错商品", key: str = "u") -> int:
    return await reward.undo(actor_id=actor, voucher_id=voucher, reason=reason, key=key)


async def test_a_closed_offers_vouchers_stay_good(shop: Shop, volunteer: int) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    await reward.close(actor_id=shop.keeper, reward_id=shop.reward, key="x")
    assert voucher.code
    assert await verify(shop.keeper, voucher.code, key="v") == voucher.id


async def test_what_is_odd_is_flagged(shop: Shop, volunteer: int) -> None:
    await give(shop, shop.keeper, 10)
    voucher = await reward.redeem(person_id=shop.keeper, reward_id=shop.reward, key="r")
    assert voucher.code
    await verify(shop.keeper, voucher.code, key="v", point=Point(120.5, 31.91))
    found = await db.fetch("SELECT kind FROM voucher_flag ORDER BY id")
    assert [row["kind"] for row in found] == ["MEMBER", "HOUSEHOLD", "FAR"]


def test_flags_are_raised_beyond_their_limits_only() -> None:
    quiet = Facts(False, False, 5, 20, 20_000, SHOP_POINT)
    assert flags(quiet, verified_at=Point(120.29, 31.91)) == []
    assert flags(quiet, verified_at=None) == []
    loud = Facts(False, False, 6, 21, 20_001, SHOP_POINT)
    assert flags(loud, verified_at=Point(120.291, 31.91)) == [
        FlagKind.VELOCITY,
        FlagKind.BURST,
        FlagKind.FAR,
        FlagKind.DAY_CAP,
    ]


@pytest.mark.parametrize("text", ["", "A" * 15, "A" * 17, "é" * 16, "A" * 1_000_000, "9" * 16])
def test_what_is_no_code_is_none(text: str) -> None:
    assert read(text) is None


def test_a_code_is_read_as_people_write_it() -> None:
    code = code_of(7)
    assert (len(code), read(code)) == (16, code)
    assert read(f" {code[:4]}-{code[4:].lower()} ") == code
    assert reward.qr(code).startswith("<svg")


async def test_a_month_is_settled_once_out_of_the_ledger(shop: Shop, volunteer: int) -> None:
    voucher = await reward.redeem(person_id=volunteer, reward_id=shop.reward, key="r")
    assert voucher.code
    await verify(shop.keeper, voucher.code, key="v")
    month = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m}"
    assert await refused(settle(shop, month, "s0")) is Code.ILLEGAL_MOVE
    assert await refused(settle(shop, "2026-13", "s1")) is Code.INVALID
    assert await refused(settle(shop, "2020-01", "s2")) is Code.ILLEGAL_MOVE
    await points.date_back("2020-02")
    await settle(shop, "2020-02", "s3")
    (row,) = await db.fetch("SELECT points, cents FROM settlement")
    assert tuple(row) == (5, 50)
    assert await refused(settle(shop, "2020-02", "s4")) is Code.ALREADY_USED
    page = await reward.settlements(shop.merchant, viewer_id=shop.keeper, first=5, after=None)
    assert page
    assert [(one.month, one.points) for one in page.items] == [("2020-02", 5)]
    foreign = reward.settlements(shop.merchant, viewer_id=volunteer, first=5, after=None)
    assert await foreign is None
    assert (await audit()).findings == ()


async def settle(shop: Shop, month: str, key: str) -> int:
    return await reward.settle(
        actor_id=shop.cadre,
        merchant_id=shop.merchant,
        programme_id=shop.programme,
        month=month,
        key=key,
    )


async def test_the_last_item_goes_to_one_of_many(shop: Shop) -> None:
    people = [await points.resident() for _ in range(8)]
    for person in people:
        await give(shop, person, 5)
    await db.execute("UPDATE reward SET stock = 1, stocked = 1")
    answers = await asyncio.gather(
        *(
            reward.redeem(person_id=person, reward_id=shop.reward, key=f"k{number}")
            for number in range(5)
            for person in people
        ),
        return_exceptions=True,
    )
    codes = [one.code if isinstance(one, Refusal) else type(one).__name__ for one in answers]
    assert sorted(set(codes)) == ["OUT_OF_STOCK", "Voucher"]
    assert codes.count("Voucher") == 1
    assert (await audit()).findings == ()
