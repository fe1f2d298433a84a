"""Merchants: who acts for one, and what becomes of everything when it closes."""

import asyncio

import pytest

from models import db, notification, reward
from models.errors import Code, Refusal
from models.reward import Member, VoucherState
from tests import areas, points, rewards
from tests.conftest import Database
from tests.rewards import Shop, give, refused


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


async def add(shop: Shop, who: int, person: int, *, key: str, merchant: int | None = None) -> int:
    return await reward.add_member(
        actor_id=who, merchant_id=merchant or shop.merchant, person_id=person, key=key
    )


async def remove(shop: Shop, who: int, person: int, *, key: str) -> int:
    return await reward.remove_member(
        actor_id=who, merchant_id=shop.merchant, person_id=person, key=key
    )


async def held(shop: Shop, name: str = "志愿者") -> tuple[int, reward.Voucher]:
    person = await points.resident(name)
    await give(shop, person, 12)
    return person, await reward.redeem(person_id=person, reward_id=shop.reward, key="r")


async def test_who_works_at_the_counter_is_added_and_removed_by_the_owner(shop: Shop) -> None:
    clerk = await points.resident("店员")
    _, voucher = await held(shop)
    assert voucher.code
    assert await add(shop, shop.keeper, clerk, key="a") == shop.merchant
    assert await reward.members(shop.merchant, viewer_id=clerk) == (
        Member(shop.keeper, is_owner=True),
        Member(clerk, is_owner=False),
    )
    used = await reward.verify(actor_id=clerk, code=voucher.code, point=None, key="v")
    assert used == voucher.id
    other = await points.resident("别人")
    assert await refused(add(shop, clerk, other, key="b")) is Code.NOT_FOUND
    assert await refused(remove(shop, clerk, shop.keeper, key="r0")) is Code.NOT_FOUND
    await remove(shop, shop.keeper, clerk, key="r")
    assert await reward.members(shop.merchant, viewer_id=clerk) is None
    undone = reward.undo(actor_id=clerk, voucher_id=voucher.id, reason="错", key="u")
    assert await refused(undone) is Code.NOT_FOUND
    kinds = await db.fetch(
        "SELECT kind, version, facts->>'person' AS person FROM event WHERE topic = 'merchant'"
        " ORDER BY version"
    )
    assert [tuple(row) for row in kinds] == [
        ("MEMBER_ADDED", 2, str(clerk)),
        ("MEMBER_REMOVED", 3, str(clerk)),
    ]


async def test_nobody_makes_themself_a_member_nor_adds_who_is_none(shop: Shop) -> None:
    stranger = await points.resident("路人")
    assert await refused(add(shop, stranger, stranger, key="a")) is Code.NOT_FOUND
    assert await refused(add(shop, shop.cadre, shop.cadre, key="b")) is Code.NOT_ALLOWED
    assert await refused(remove(shop, shop.keeper, shop.keeper, key="c")) is Code.NOT_ALLOWED
    assert await refused(add(shop, shop.keeper, 999_999, key="d")) is Code.NOT_FOUND
    assert await refused(add(shop, shop.cadre, shop.keeper, key="e")) is Code.ALREADY_USED
    assert await refused(remove(shop, shop.keeper, stranger, key="f")) is Code.NOT_FOUND
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", stranger)
    assert await refused(add(shop, shop.keeper, stranger, key="g")) is Code.NOT_FOUND
    far = await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE)
    assert await refused(add(shop, far, shop.cadre, key="h")) is Code.NOT_FOUND


async def test_a_merchant_has_at_most_so_many_members(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.reward.staff.MEMBERS_MOST", 1)
    clerk = await points.resident("店员")
    assert await refused(add(shop, shop.keeper, clerk, key="a")) is Code.LIMIT_REACHED


async def test_a_merchant_without_an_owner_gets_one_by_those_in_charge(shop: Shop) -> None:
    owner, clerk = await points.resident("新店主"), await points.resident("店员")
    await db.execute("DELETE FROM merchant_member")
    await asyncio.gather(
        add(shop, shop.cadre, owner, key="a"), add(shop, shop.cadre, clerk, key="b")
    )
    found = await reward.members(shop.merchant, viewer_id=shop.cadre)
    assert found
    assert [one.is_owner for one in found] == [True, False]
    assert {one.person_id for one in found} == {owner, clerk}


async def test_closing_a_merchant_closes_its_offers_and_gives_vouchers_back(shop: Shop) -> None:
    more = await rewards.offer(shop.programme, shop.merchant, state="DRAFT")
    elsewhere = await rewards.merchant(await points.resident("别家店主"), name="别家")
    open_there = await rewards.offer(shop.programme, elsewhere)
    person, voucher = await held(shop)
    assert voucher.code
    await reward.close_merchant(
        actor_id=shop.keeper, merchant_id=shop.merchant, reason="歇业", key="x"
    )
    states = await db.fetch("SELECT id, state FROM reward ORDER BY id")
    assert {row["id"]: row["state"] for row in states} == {
        shop.reward: "CLOSED",
        more: "CLOSED",
        open_there: "OPEN",
    }
    again = reward.redeem(person_id=person, reward_id=shop.reward, key="r2")
    assert await refused(again) is Code.TOO_LATE
    used = reward.verify(actor_id=shop.keeper, code=voucher.code, point=None, key="v")
    assert await refused(used) is Code.ILLEGAL_MOVE

    assert (await reward.expire_vouchers(), await reward.expire_vouchers()) == (1, 0)
    seen = await reward.voucher(voucher.id, viewer_id=person)
    assert seen
    assert (seen.state, seen.code) == (VoucherState.CANCELLED, None)
    assert await points.account(person) == {"merit": 12, "points": 12, "held": 0, "debt": 0}
    inbox = await notification.notifications(person, first=5, after=None)
    assert [one.title for one in inbox.items] == ["商户已停业，您的兑换券已作废，5 积分已退回"]
    assert (await reward.audit()).findings == ()


async def test_a_merchant_is_closed_once_by_its_owner_or_those_in_charge(shop: Shop) -> None:
    clerk = await points.resident("店员")
    await add(shop, shop.keeper, clerk, key="a")
    assert await refused(close(shop, clerk, key="x0")) is Code.NOT_FOUND
    assert await refused(close(shop, shop.keeper, key="x1", reason=" ")) is Code.INVALID
    await close(shop, shop.cadre, key="x2")
    assert await refused(close(shop, shop.keeper, key="x3")) is Code.ILLEGAL_MOVE
    other = await points.resident("别人")
    assert await refused(add(shop, shop.keeper, other, key="b")) is Code.ILLEGAL_MOVE
    for member in (shop.keeper, clerk):
        inbox = await notification.notifications(member, first=5, after=None)
        assert [one.title for one in inbox.items] == ["您的商户已停业，兑换项目已下架"]


async def close(shop: Shop, who: int, *, key: str, reason: str = "歇业") -> int:
    return await reward.close_merchant(
        actor_id=who, merchant_id=shop.merchant, reason=reason, key=key
    )


async def test_closing_amid_redemptions_leaves_no_voucher_behind(shop: Shop) -> None:
    people = [await points.resident() for _ in range(12)]
    for person in people:
        await give(shop, person, 12)
    redeemed = [
        reward.redeem(person_id=person, reward_id=shop.reward, key="r") for person in people
    ]
    answers = await asyncio.gather(
        *redeemed[:6], close(shop, shop.keeper, key="x"), *redeemed[6:], return_exceptions=True
    )
    for answer in answers:
        assert not isinstance(answer, BaseException) or (
            isinstance(answer, Refusal) and answer.code in {Code.TOO_LATE, Code.OUT_OF_STOCK}
        )
    while await reward.expire_vouchers():
        pass
    assert await db.fetch("SELECT FROM voucher WHERE state = 'ISSUED'") == []
    assert (await reward.audit()).findings == ()
