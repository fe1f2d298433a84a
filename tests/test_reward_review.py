"""Odd uses of vouchers: listed for those who review them, reviewed once, and not by oneself."""

from collections.abc import Awaitable
from typing import Any

import asyncpg
import pytest

from models import db, reward
from models.errors import Code
from models.geo import Point
from models.points.award import grant
from models.reward import FlagKind, FlagOutcome
from resolvers.node import global_id
from tests import areas, points, rewards
from tests.conftest import Database
from tests.graph import ask
from tests.rewards import Shop, give, refused

FAR = Point(120.5, 31.91)
LIST = """query ($isReviewed: Boolean) { vouchersFlagged(isReviewed: $isReviewed) { nodes {
    voucher { id title code state } merchant { name } kinds owner { name } verifier { name }
    review { outcome note }
} } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


async def use(shop: Shop, person: int, *, at: Point | None) -> int:
    """Let somebody redeem, and their voucher be verified."""
    if person != shop.cadre:
        await give(shop, person, 10)
    made = await reward.redeem(person_id=person, reward_id=shop.reward, key="r")
    assert made.code
    return await reward.verify(actor_id=shop.keeper, code=made.code, point=at, key=f"v{made.id}")


async def flagged(viewer: int, *, is_reviewed: bool | None = None) -> list[int]:
    page = await reward.flagged(viewer_id=viewer, is_reviewed=is_reviewed, first=9, after=None)
    return [one.voucher.id for one in page.items]


def review(who: int, voucher: int, *, key: str, note: str = "已电话核实") -> Awaitable[int]:
    return reward.review(
        actor_id=who, voucher_id=voucher, outcome=FlagOutcome.HARMLESS, note=note, key=key
    )


async def test_odd_uses_are_listed_for_those_in_charge_and_auditors_alone(shop: Shop) -> None:
    plain = await use(shop, await points.resident(), at=None)
    far = await use(shop, await points.resident(), at=FAR)
    own = await use(shop, shop.keeper, at=None)
    auditor = await areas.appoint("AUDITOR", areas.CITY)
    for viewer in (shop.cadre, auditor):
        assert await flagged(viewer) == [own, far]
    other = await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE)
    for nobody in (other, shop.keeper):
        assert await flagged(nobody) == []
        assert await reward.find_flagged(far, viewer_id=nobody) is None
    page = await reward.flagged(viewer_id=auditor, is_reviewed=None, first=1, after=None)
    rest = await reward.flagged(
        viewer_id=auditor, is_reviewed=None, first=9, after=page.cursors[0]
    )
    assert page.items[0].kinds == (FlagKind.MEMBER, FlagKind.HOUSEHOLD)
    assert [(one.voucher.id, one.kinds) for one in rest.items] == [(far, (FlagKind.FAR,))]
    assert await refused(review(shop.cadre, plain, key="p")) is Code.NOT_FOUND


async def test_a_review_is_kept_once_with_its_reason(shop: Shop) -> None:
    voucher = await use(shop, await points.resident(), at=FAR)
    assert await refused(review(shop.cadre, voucher, key="a", note=" ")) is Code.INVALID
    stranger = await points.resident("路人")
    assert await refused(review(stranger, voucher, key="b")) is Code.NOT_FOUND
    assert await review(shop.cadre, voucher, key="c") == voucher
    assert await review(shop.cadre, voucher, key="c") == voucher
    assert await refused(review(shop.cadre, voucher, key="d")) is Code.ILLEGAL_MOVE
    assert await flagged(shop.cadre, is_reviewed=False) == []
    assert await flagged(shop.cadre, is_reviewed=True) == [voucher]


async def test_nobody_reviews_what_they_had_a_hand_in(shop: Shop) -> None:
    await live_here(shop.cadre)
    voucher = await use(shop, shop.cadre, at=FAR)
    assert await refused(review(shop.cadre, voucher, key="own")) is Code.NOT_ALLOWED
    second = await use(shop, await points.resident(), at=FAR)
    await db.execute(
        "INSERT INTO merchant_member (merchant_id, person_id) VALUES ($1, $2)",
        shop.merchant,
        shop.cadre,
    )
    assert await refused(review(shop.cadre, second, key="shop")) is Code.NOT_ALLOWED


async def live_here(person: int) -> None:
    """Let a person live in the village, with an account that somebody else filled."""
    await points.settle(person)
    other = await areas.appoint("VILLAGE_CADRE", areas.VILLAGE)
    await grant(
        actor_id=other, person_id=person, rule_code="R1", points=10, note=None, key="for a cadre"
    )


async def test_the_list_shows_what_was_odd_but_no_code(shop: Shop) -> None:
    voucher = await use(shop, await points.resident("王小明"), at=FAR)
    (line,) = (await ask(LIST, shop.cadre, isReviewed=False))["vouchersFlagged"]["nodes"]
    assert line == {
        "voucher": {
            "id": global_id("Voucher", voucher),
            "title": "洗衣液一瓶",
            "code": None,
            "state": "USED",
        },
        "merchant": {"name": "爱心超市"},
        "kinds": ["FAR"],
        "owner": {"name": "王小明"},
        "verifier": {"name": "店主"},
        "review": None,
    }
    change = """mutation ($input: VoucherReviewInput!) { voucherReview(input: $input) {
        flagged { review { outcome note } } userErrors { code } } }"""
    given: dict[str, Any] = {
        "voucherId": global_id("Voucher", voucher),
        "outcome": "FRAUD",
        "note": "代刷",
        "idempotencyKey": "k",
    }
    answer = (await ask(change, shop.cadre, input=given))["voucherReview"]
    assert answer == {
        "flagged": {"review": {"outcome": "FRAUD", "note": "代刷"}},
        "userErrors": [],
    }
    assert (await ask(LIST))["vouchersFlagged"]["nodes"] == []


@pytest.mark.parametrize(
    "sql", ["UPDATE voucher_review SET outcome = 'FRAUD'", "DELETE FROM voucher_review"]
)
async def test_a_review_can_not_be_changed(shop: Shop, sql: str) -> None:
    voucher = await use(shop, await points.resident(), at=FAR)
    await review(shop.cadre, voucher, key="c")
    with pytest.raises(asyncpg.PostgresError):
        await db.execute(sql)
