"""200 at once: as many winners as there is to win, one execution a key, no deadlock, no loss."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Any

import pytest

from models import db, reward
from models.errors import Refusal
from models.points.award import grant
from models.reward.record import Voucher
from tests import points, rewards
from tests.conftest import Database
from tests.rewards import Shop

MANY = 200


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    """Give a shop; afterwards the ledger must be clean."""
    yield await rewards.open_shop(stock=MANY)
    assert (await reward.audit()).findings == ()


async def rich(shop: Shop, amount: int) -> int:
    person = await points.resident()
    await grant(
        actor_id=shop.cadre,
        person_id=person,
        rule_code="R1",
        points=amount,
        note=None,
        key=f"{person}",
    )
    return person


async def at_once(actions: Iterable[Awaitable[Any]]) -> Counter[str]:
    """Count the answers: refusals by code, results by type; anything else fails."""
    answers = await asyncio.gather(*actions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
    return Counter(
        answer.code.value if isinstance(answer, Refusal) else "done" for answer in answers
    )


async def test_the_last_item(shop: Shop) -> None:
    people = [await rich(shop, 20) for _ in range(10)]
    await db.execute("UPDATE reward SET stock = 3, stocked = 3")
    found = await at_once(
        reward.redeem(person_id=people[number % 10], reward_id=shop.reward, key=f"k{number}")
        for number in range(MANY)
    )
    assert found == {"done": 3, "OUT_OF_STOCK": MANY - 3}
    assert await rewards.stock(shop.reward) == 0


async def test_the_last_points(shop: Shop) -> None:
    person = await rich(shop, 19)
    found = await at_once(
        reward.redeem(person_id=person, reward_id=shop.reward, key=f"k{number}")
        for number in range(MANY)
    )
    assert found == {"done": 3, "INSUFFICIENT_POINTS": MANY - 3}
    assert (await points.account(person))["held"] == 15


async def test_one_voucher(shop: Shop) -> None:
    """Verified by many, cancelled by many: one of all of them wins."""
    person = await rich(shop, 5)
    voucher = await reward.redeem(person_id=person, reward_id=shop.reward, key="r")
    assert voucher.code
    verified = [
        reward.verify(actor_id=shop.keeper, code=voucher.code, point=None, key=f"v{number}")
        for number in range(MANY // 2)
    ]
    cancelled = [
        reward.cancel(actor_id=person, voucher_id=voucher.id, key=f"c{number}")
        for number in range(MANY // 2)
    ]
    pairs = zip(verified, cancelled, strict=True)
    found = await at_once(one for pair in pairs for one in pair)
    assert found["done"] == 1
    assert found["ALREADY_USED"] + found["ILLEGAL_MOVE"] == MANY - 1


async def test_one_key(shop: Shop) -> None:
    person = await rich(shop, 20)
    answers = await asyncio.gather(
        *(reward.redeem(person_id=person, reward_id=shop.reward, key="k") for _ in range(MANY))
    )
    assert all(isinstance(answer, Voucher) for answer in answers)
    assert len({answer.id for answer in answers}) == 1
    assert len({answer.code for answer in answers}) == 1
    assert await rewards.stock(shop.reward) == MANY - 1


async def test_one_key_for_two_offers(shop: Shop) -> None:
    person = await rich(shop, 20)
    other = await rewards.offer(shop.programme, shop.merchant)
    found = await at_once(
        reward.redeem(person_id=person, reward_id=(shop.reward, other)[number % 2], key="k")
        for number in range(MANY)
    )
    assert found == {"done": MANY // 2, "KEY_REUSED": MANY // 2}
