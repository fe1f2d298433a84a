"""How the mutations of merchants, offers and vouchers are tried (rights_cases.py).

A shop lies at the place and belongs to the target's owner: who acts for it is its owner.
"""

from typing import Any

from models import reward
from models.access import Action
from resolvers.node import global_id
from tests import grids, rewards, rights_city
from tests.rights_cases import Target, Try, case

MONTH = "2024-01"


# Merchants


@case("merchantApply", Action.MERCHANT_APPLY, of_oneself=True)
async def _apply(target: Target) -> Try:
    given = {"areaCode": target.place.village, "name": "超市", "address": "路"}
    where = {"point": target.place.point, "idempotencyKey": target.key}
    return Try({**given, **where}, owner_id=target.owner_id)


@case("merchantApprove", Action.MERCHANT_APPROVE, never_oneself=True)
@case("merchantRefuse", Action.MERCHANT_APPROVE, never_oneself=True)
async def _approve_merchant(target: Target) -> Try:
    shop = await _shop(target, state="APPLIED")
    given = {"merchantId": global_id("Merchant", shop), "idempotencyKey": target.key}
    return Try(given, target.place.village)


@case("merchantSettle", Action.POINTS_SETTLE, never_oneself=True)
async def _settle(target: Target) -> Try:
    shop, programme = await _shop(target), target.place.programme_id
    await grids.value(_OWE, programme, shop, MONTH)
    given = {"merchantId": global_id("Merchant", shop), "month": MONTH}
    given |= {"programmeId": global_id("PointsProgramme", programme), "idempotencyKey": target.key}
    return Try(given, target.place.village)


@case("merchantExport", Action.POINTS_SETTLE)
async def _export(target: Target) -> Try:
    programme = global_id("PointsProgramme", target.place.programme_id)
    return Try({"programmeId": programme, "month": MONTH}, target.place.village)


@case("merchantClose", Action.MERCHANT_CLOSE, of_people=True)
async def _close_merchant(target: Target) -> Try:
    shop = global_id("Merchant", await _shop(target))
    given = {"merchantId": shop, "reason": "歇业", "idempotencyKey": target.key}
    return Try(given, target.place.village, owner_id=target.owner_id)


@case("merchantMemberAdd", Action.MERCHANT_STAFF, of_people=True)
async def _add_member(target: Target) -> Try:
    return await _member(target, await _shop(target), await _stranger())


@case("merchantMemberRemove", Action.MERCHANT_STAFF, of_people=True)
async def _remove_member(target: Target) -> Try:
    shop, clerk = await _shop(target), await _stranger()
    await grids.add("merchant_member", merchant_id=shop, person_id=clerk)
    return await _member(target, shop, clerk)


async def _member(target: Target, shop: int, person: int) -> Try:
    given = {"merchantId": global_id("Merchant", shop), "personId": global_id("Person", person)}
    return Try(
        {**given, "idempotencyKey": target.key}, target.place.village, owner_id=target.owner_id
    )


async def _stranger() -> int:
    return await grids.add("person", name="路人")


async def _shop(target: Target, *, state: str = "APPROVED") -> int:
    return await rewards.merchant(target.owner_id, area_code=target.place.village, state=state)


# Offers


@case("rewardCreate", Action.REWARD_OFFER, of_people=True)
async def _create(target: Target) -> Try:
    shop = global_id("Merchant", await _shop(target))
    programme = global_id("PointsProgramme", target.place.programme_id)
    given = {"merchantId": shop, "programmeId": programme, "stock": 9, **_terms(target)}
    return Try(given, owner_id=target.owner_id)


@case("rewardChange", Action.REWARD_OFFER, of_people=True)
async def _change(target: Target) -> Try:
    given = {"rewardId": await _offer(target), "version": 1, **_terms(target)}
    return Try(given, owner_id=target.owner_id)


@case("rewardRestock", Action.REWARD_OFFER, of_people=True)
async def _restock(target: Target) -> Try:
    given = {"rewardId": await _offer(target), "count": 1, "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)


@case("rewardClose", Action.REWARD_OFFER, of_people=True)
async def _close(target: Target) -> Try:
    given = {"rewardId": await _offer(target), "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)


@case("rewardSubmit", Action.REWARD_OFFER, of_people=True)
async def _submit(target: Target) -> Try:
    given = {"rewardId": await _offer(target, state="DRAFT"), "version": 1}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("rewardApprove", Action.REWARD_APPROVE, never_oneself=True)
@case("rewardRefuse", Action.REWARD_APPROVE, never_oneself=True)
async def _approve(target: Target) -> Try:
    given = {"rewardId": await _offer(target, state="PENDING"), "version": 1}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


def _terms(target: Target) -> dict[str, Any]:
    given = {"channel": "OFFLINE", "title": "洗衣液", "pricePoints": 5}
    return {**given, "idempotencyKey": target.key}


async def _offer(target: Target, *, state: str = "OPEN") -> str:
    shop = await _shop(target)
    offer = await rewards.offer(target.place.programme_id, shop, state=state)
    return global_id("Reward", offer)


# Vouchers


@case("rewardRedeem", Action.REWARD_REDEEM, of_oneself=True)
async def _redeem(target: Target) -> Try:
    await rights_city.fund(target.owner_id, target.place.programme_id)
    given = {"rewardId": await _offer(target), "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)


@case("voucherCancel", Action.VOUCHER_CANCEL, of_people=True)
async def _cancel(target: Target) -> Try:
    voucher = await _voucher(target, target.owner_id)
    given = {"voucherId": global_id("Voucher", voucher.id), "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)


@case("voucherVerify", Action.VOUCHER_VERIFY, of_people=True)
async def _verify(target: Target) -> Try:
    voucher = await _voucher(target, await rights_city.administrator())
    return Try({"code": voucher.code, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("voucherUndo", Action.VOUCHER_UNDO, of_people=True)
async def _undo(target: Target) -> Try:
    voucher = await _voucher(target, await rights_city.administrator())
    assert voucher.code
    await reward.verify(actor_id=target.owner_id, code=voucher.code, point=None, key=target.key)
    given = {"voucherId": global_id("Voucher", voucher.id), "reason": "误核销"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("voucherReview", Action.VOUCHER_REVIEW, never_oneself=True)
async def _review(target: Target) -> Try:
    voucher = await _voucher(target, await _stranger())
    assert voucher.code
    await reward.verify(actor_id=target.owner_id, code=voucher.code, point=None, key=target.key)
    await grids.add("voucher_flag", voucher_id=voucher.id, kind="FAR")
    given = {"voucherId": global_id("Voucher", voucher.id), "outcome": "HARMLESS", "note": "核实"}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


async def _voucher(target: Target, customer: int) -> reward.Voucher:
    """Let somebody redeem what the owner's shop offers."""
    programme = target.place.programme_id
    await rights_city.fund(customer, programme)
    offer = await rewards.offer(programme, await _shop(target))
    return await reward.redeem(person_id=customer, reward_id=offer, key=target.key)


_OWE = """
WITH paid AS (
    INSERT INTO transaction (programme_id, kind, business_day)
    VALUES ($1, 'REDEMPTION', ($3 || '-01')::date) RETURNING id
), payable AS (
    INSERT INTO account (programme_id, kind, merchant_id) VALUES ($1, 'PAYABLE', $2) RETURNING id
)
INSERT INTO entry (transaction_id, account_id, asset, amount, business_day, business_month)
SELECT paid.id, payable.id, 'POINT', 5, ($3 || '-01')::date, $3 FROM paid, payable RETURNING id
"""
