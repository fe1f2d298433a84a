"""Offers on their way: drafted, submitted, approved as they were seen, and nobody else's."""

from typing import Any

import pytest

from models import db, notification, reward
from models.errors import Code
from models.reward import Channel, RewardState, Terms
from tests import areas, rewards
from tests.conftest import Database
from tests.rewards import Shop, refused

TERMS: dict[str, Any] = {
    "channel": Channel.OFFLINE,
    "title": "大米5公斤",
    "price_points": 30,
    "person_limit": 2,
    "opens_at": None,
    "closes_at": None,
}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


async def create(shop: Shop, *, is_draft: bool = False, key: str = "c", **more: object) -> int:
    return await reward.create(
        actor_id=shop.keeper,
        merchant_id=shop.merchant,
        programme_id=shop.programme,
        terms=Terms(**{**TERMS, **more}),
        stock=5,
        is_draft=is_draft,
        key=key,
    )


async def approve(
    shop: Shop, offer: int, version: int, *, key: str, who: int | None = None
) -> int:
    return await reward.approve(
        actor_id=who or shop.cadre, reward_id=offer, version=version, approves=True, key=key
    )


async def standing(offer: int) -> tuple[str, int]:
    row = await db.fetch_one("SELECT state, version FROM reward WHERE id = $1", offer)
    assert row
    return row["state"], row["version"]


async def test_what_is_approved_is_what_was_seen(shop: Shop) -> None:
    offer = await create(shop)
    await reward.change(
        actor_id=shop.keeper,
        reward_id=offer,
        version=1,
        terms=Terms(**{**TERMS, "price_points": 1}),
        key="cheaper",
    )
    assert await refused(approve(shop, offer, 1, key="a1")) is Code.CONFLICT
    again = reward.approve(
        actor_id=shop.cadre, reward_id=offer, version=1, approves=False, key="r1"
    )
    assert await refused(again) is Code.CONFLICT
    await approve(shop, offer, 2, key="a2")
    assert await standing(offer) == ("OPEN", 3)
    assert await refused(approve(shop, offer, 3, key="a3")) is Code.ILLEGAL_MOVE


async def test_a_draft_is_seen_and_submitted_by_its_merchant_alone(shop: Shop) -> None:
    offer = await create(shop, is_draft=True)
    seen = await reward.reward(offer, viewer_id=shop.keeper)
    assert seen
    assert seen.state is RewardState.DRAFT
    assert await reward.reward(offer, viewer_id=shop.cadre) is None
    assert await refused(approve(shop, offer, 1, key="a")) is Code.ILLEGAL_MOVE
    redeemed = reward.redeem(person_id=shop.keeper, reward_id=offer, key="r")
    assert await refused(redeemed) is Code.NOT_FOUND

    await reward.change(
        actor_id=shop.keeper, reward_id=offer, version=1, terms=Terms(**TERMS), key="ch"
    )
    assert await standing(offer) == ("DRAFT", 2)
    foreign = reward.submit(actor_id=shop.cadre, reward_id=offer, version=2, key="s0")
    assert await refused(foreign) is Code.NOT_FOUND
    stale = reward.submit(actor_id=shop.keeper, reward_id=offer, version=1, key="s1")
    assert await refused(stale) is Code.CONFLICT
    await reward.submit(actor_id=shop.keeper, reward_id=offer, version=2, key="s2")
    assert await standing(offer) == ("PENDING", 3)
    twice = reward.submit(actor_id=shop.keeper, reward_id=offer, version=3, key="s3")
    assert await refused(twice) is Code.ILLEGAL_MOVE


async def test_what_was_refused_can_be_submitted_again_and_its_merchant_is_told(
    shop: Shop,
) -> None:
    offer = await create(shop)
    await reward.approve(actor_id=shop.cadre, reward_id=offer, version=1, approves=False, key="no")
    await reward.submit(actor_id=shop.keeper, reward_id=offer, version=2, key="s")
    await approve(shop, offer, 3, key="yes")
    assert await standing(offer) == ("OPEN", 4)
    inbox = await notification.notifications(shop.keeper, first=5, after=None)
    assert [(one.title, one.thing_id) for one in inbox.items] == [
        ("您的兑换项目审核已通过", offer),
        ("您的兑换项目审核未通过", offer),
    ]
    kinds = await db.fetch(
        "SELECT kind FROM event WHERE topic = 'reward' AND thing_id = $1 ORDER BY version", offer
    )
    assert [row["kind"] for row in kinds] == ["CREATED", "REFUSED", "SUBMITTED", "OPEN"]


async def test_who_approves_finds_what_waits_but_not_their_own(shop: Shop) -> None:
    first = await create(shop, key="c1")
    second = await create(shop, key="c2")
    await create(shop, key="c3", is_draft=True)
    page = await reward.waiting(viewer_id=shop.cadre, first=1, after=None)
    assert [one.reward.id for one in page.items] == [first]
    rest = await reward.waiting(viewer_id=shop.cadre, first=5, after=page.cursors[-1])
    assert ([one.reward.id for one in rest.items], rest.has_next_page) == ([second], False)
    other = await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE)
    for nobody in (other, shop.keeper):
        assert (await reward.waiting(viewer_id=nobody, first=5, after=None)).items == ()
    await db.execute(
        "INSERT INTO merchant_member (merchant_id, person_id) VALUES ($1, $2)",
        shop.merchant,
        shop.cadre,
    )
    assert (await reward.waiting(viewer_id=shop.cadre, first=5, after=None)).items == ()
    assert await refused(approve(shop, first, 1, key="own")) is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    "terms",
    [
        {"price_points": 0},
        {"price_points": -5},
        {"price_points": 1_000_001},
        {"person_limit": 0},
        {"title": " "},
        {"title": "长" * 65},
    ],
)
async def test_terms_out_of_bounds_are_refused(shop: Shop, terms: dict[str, Any]) -> None:
    assert await refused(create(shop, **terms)) is Code.INVALID
