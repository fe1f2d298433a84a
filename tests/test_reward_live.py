"""A voucher followed live: the phone at the counter sees at once that it was verified."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models import db, reward
from models.reward import Voucher
from resolvers.node import global_id
from tests import points, rewards
from tests.conftest import Database
from tests.rewards import Shop, give
from tests.sockets import Client, House, house

VOUCHER = """subscription ($id: ID!, $after: Int) { voucherChanged(id: $id, after: $after) {
    kind position voucher { state code } } }"""
INBOX = """subscription { viewerNotified { kind notification { title thingId } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await rewards.open_shop()


@pytest.fixture
async def one(shop: Shop) -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def issue(shop: Shop) -> tuple[int, Voucher]:
    person = await points.resident("志愿者")
    await give(shop, person, 12)
    return person, await reward.redeem(person_id=person, reward_id=shop.reward, key="r")


async def verify(shop: Shop, voucher: Voucher) -> None:
    assert voucher.code
    await reward.verify(actor_id=shop.keeper, code=voucher.code, point=None, key="v")


async def item(client: Client, key: str = "1") -> dict[str, Any]:
    message = await client.hear()
    assert (message["type"], message["id"]) == ("next", key), message
    (update,) = message["payload"]["data"].values()
    found: dict[str, Any] = update
    return found


async def test_its_owner_sees_that_a_voucher_was_used_and_resumes(shop: Shop, one: House) -> None:
    person, voucher = await issue(shop)
    token = await one.signed_in(person)
    key = global_id("Voucher", voucher.id)
    async with one.welcome({"token": token}) as client:
        await client.ask("1", VOUCHER, id=key)
        first = await item(client)
        assert first["kind"] == "CURRENT"
        assert first["voucher"] == {"state": "ISSUED", "code": voucher.code}
        await verify(shop, voucher)
        used = await item(client)
        assert (used["kind"], used["voucher"]) == ("CHANGE", {"state": "USED", "code": None})
    await reward.undo(actor_id=shop.keeper, voucher_id=voucher.id, reason="拿错", key="u")
    async with one.welcome({"token": token}) as client:
        await client.ask("1", VOUCHER, id=key, after=used["position"])
        undone = await item(client)
        assert (undone["kind"], undone["voucher"]["state"]) == ("CHANGE", "UNDONE")
        assert undone["position"] > used["position"]


async def test_its_owner_is_told_in_the_inbox(shop: Shop, one: House) -> None:
    person, voucher = await issue(shop)
    async with one.welcome({"token": await one.signed_in(person)}) as client:
        await client.ask("1", INBOX)
        assert (await item(client))["kind"] == "CURRENT"
        await verify(shop, voucher)
        assert (await item(client))["notification"] == {
            "title": "您的兑换券已核销，使用 5 积分",
            "thingId": global_id("Voucher", voucher.id),
        }


async def test_nobody_follows_a_voucher_of_others_but_its_merchant_without_the_code(
    shop: Shop, one: House
) -> None:
    _, voucher = await issue(shop)
    key = global_id("Voucher", voucher.id)
    stranger = await points.resident("路人")
    for token in ({"token": await one.signed_in(stranger)}, {}):
        async with one.welcome(token) as client:
            await client.ask("1", VOUCHER, id=key)
            message = await client.hear()
            assert message["type"] == "error", message
            assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"
    async with one.welcome({"token": await one.signed_in(shop.keeper)}) as client:
        await client.ask("1", VOUCHER, id=key)
        assert (await item(client))["voucher"] == {"state": "ISSUED", "code": None}


async def test_who_acts_for_the_merchant_no_more_sees_nothing_more(shop: Shop, one: House) -> None:
    _, voucher = await issue(shop)
    clerk = await points.resident("店员")
    await reward.add_member(
        actor_id=shop.keeper, merchant_id=shop.merchant, person_id=clerk, key="a"
    )
    async with one.welcome({"token": await one.signed_in(clerk)}) as client:
        await client.ask("1", VOUCHER, id=global_id("Voucher", voucher.id))
        assert (await item(client))["kind"] == "CURRENT"
        await reward.remove_member(
            actor_id=shop.keeper, merchant_id=shop.merchant, person_id=clerk, key="b"
        )
        await verify(shop, voucher)
        message = await client.hear()
        assert message["type"] == "error", message
        assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_every_end_of_a_voucher_is_an_event_of_its_own(shop: Shop) -> None:
    person, cancelled = await issue(shop)
    expired = await reward.redeem(person_id=person, reward_id=shop.reward, key="r2")
    await reward.cancel(actor_id=person, voucher_id=cancelled.id, key="c")
    await db.execute("UPDATE voucher SET expires_at = now() WHERE id = $1", expired.id)
    await reward.expire_vouchers()
    rows = await db.fetch(
        "SELECT thing_id, version, kind, actor_id FROM event WHERE topic = 'voucher' ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        (cancelled.id, 2, "CANCELLED", person),
        (expired.id, 2, "EXPIRED", None),
    ]
    told = await db.fetch("SELECT title FROM notification WHERE person_id = $1", person)
    assert [row["title"] for row in told] == ["您的兑换券已过期，5 积分已退回"]
