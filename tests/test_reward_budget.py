"""A village's budget: those in charge are told on the way to its limit, once a threshold."""

import pytest

from models import db, notification, reward
from models.reward.budget import TITLES
from tests import areas, points, rewards
from tests.conftest import Database
from tests.graph import ask
from tests.rewards import Shop, give

CENTS = 10


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


async def budget(shop: Shop, points_most: int) -> None:
    """Give the programme a budget of so many points."""
    await db.execute("UPDATE programme SET budget_cents = $1", points_most * CENTS)


async def titles(person: int) -> list[str]:
    page = await notification.notifications(person, first=20, after=None)
    return [one.title for one in reversed(page.items)]


async def test_each_threshold_is_told_once_to_those_in_charge(shop: Shop) -> None:
    officer = await areas.appoint("TOWN_OFFICER", areas.TOWN)
    outside = await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE)
    person = await points.resident()
    await budget(shop, 20)
    expected = []
    for amount, percent, alarm in (
        (13, 65, None),
        (1, 70, "NOTICE"),
        (3, 85, None),
        (1, 90, "WARNING"),
        (2, 100, "EXCEEDED"),
        (2, 110, None),
    ):
        await give(shop, person, amount, key=f"up to {percent}")
        assert await reward.tell_budgets() == (alarm is not None)
        assert await reward.tell_budgets() == 0
        if alarm:
            title = next(text for word, text in TITLES.items() if word.value == alarm)
            expected.append(title.format(percent=percent))
        assert await titles(shop.cadre) == await titles(officer) == expected
    assert len(expected) == 3
    assert await titles(outside) == await titles(shop.keeper) == await titles(person) == []


async def test_the_highest_of_several_thresholds_is_told_alone(shop: Shop) -> None:
    await budget(shop, 20)
    await give(shop, await points.resident(), 19)
    assert await reward.tell_budgets() == 1
    assert await titles(shop.cadre) == ["积分预算已使用 95%，接近上限"]


async def test_what_merchants_are_owed_and_were_paid_counts_as_used(shop: Shop) -> None:
    person = await points.resident()
    await give(shop, person, 15)
    await budget(shop, 20)
    made = await reward.redeem(person_id=person, reward_id=shop.reward, key="r")
    assert made.code
    await reward.verify(actor_id=shop.keeper, code=made.code, point=None, key="v")
    assert await reward.tell_budgets() == 1
    assert await titles(shop.cadre) == ["积分预算已使用 75%，请关注"]
    figures = """query ($id: ID!) { node(id: $id) { ... on PointsProgramme {
        figures { usedPercent alarm } } } }"""
    inbox = "{ viewer { notifications { nodes { thingId } } } }"
    (told,) = (await ask(inbox, shop.cadre))["viewer"]["notifications"]["nodes"]
    shown = (await ask(figures, shop.cadre, id=told["thingId"]))["node"]["figures"]
    assert shown == {"usedPercent": 75, "alarm": "NOTICE"}


async def test_another_budget_is_told_of_anew(shop: Shop) -> None:
    await give(shop, await points.resident(), 19)
    await budget(shop, 20)
    assert await reward.tell_budgets() == 1
    await budget(shop, 100)
    assert await reward.tell_budgets() == 0
    await budget(shop, 21)
    assert await reward.tell_budgets() == 1
    await budget(shop, 0)
    assert await reward.tell_budgets() == 0
