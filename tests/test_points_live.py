"""An account followed live by its owner: every change with its entries, none missed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from models import db, event, person, reward
from models.points.award import grant
from models.points.reverse import reverse
from resolvers.node import global_id
from tests import areas, points, rewards
from tests.areas import CITY
from tests.conftest import Database
from tests.events import count, until
from tests.sockets import Client, House, house

CHANGED = """subscription ($account: ID!, $after: Int) {
  pointsChanged(accountId: $account, after: $after) {
    kind position change account { points held available merit version }
    entries { asset amount ruleCode }
  }
}"""


class Shop:
    """A shop, who is in charge of its village, and who earns and spends points there."""

    cadre: int
    reward: int
    volunteer: int


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = Shop()
    opened = await rewards.open_shop(stock=4, price=7)
    made.cadre, made.reward = opened.cadre, opened.reward
    made.volunteer = await points.resident()
    return made


@pytest.fixture
async def one(shop: Shop) -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def item(client: Client) -> dict[str, Any]:
    message = await client.hear()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    found: dict[str, Any] = message["payload"]["data"]["pointsChanged"]
    return found


async def settled(one: House) -> int:
    """Wait until all that happened has been handed out; give the last position."""

    async def is_settled() -> bool:
        return await count("outbox") == 0 and one.hub.position == await event.last_position()

    await until(is_settled)
    return await event.last_position()


async def sign_in(one: House, person_id: int) -> dict[str, object]:
    async with db.transaction() as connection:
        session = await person.start_session(
            connection, person_id, device="", now=datetime.now(UTC)
        )
    token, _ = one.tokens.issue(person_id, session.session_id)
    return {"token": token}


async def give(shop: Shop, amount: int, key: str, *, to: int | None = None) -> int:
    return await grant(
        actor_id=shop.cadre,
        person_id=to or shop.volunteer,
        rule_code="R1",
        points=amount,
        note=None,
        key=key,
    )


async def account_of(person_id: int) -> str:
    row = await db.fetch_one(
        "SELECT id FROM account WHERE person_id = $1 AND kind = 'PERSON'", person_id
    )
    assert row
    return global_id("PointsAccount", row["id"])


def legs(update: dict[str, Any]) -> list[tuple[str, int]]:
    return [(entry["asset"], entry["amount"]) for entry in update["entries"]]


async def test_the_owner_gets_the_balance_and_the_entries_of_every_change(
    one: House, shop: Shop
) -> None:
    await give(shop, 20, "first")
    begun = await settled(one)
    async with one.welcome(await sign_in(one, shop.volunteer)) as client:
        await client.ask("1", CHANGED, account=await account_of(shop.volunteer))
        first = await item(client)
        assert (first["kind"], first["position"], first["change"]) == ("CURRENT", begun, None)
        assert (first["account"]["points"], first["entries"]) == (20, [])
        given = await give(shop, 5, "second")
        second = await item(client)
        assert (second["kind"], second["change"]) == ("CHANGE", "AWARD")
        assert (second["account"]["points"], second["account"]["merit"]) == (25, 25)
        assert legs(second) == [("POINT", 5), ("MERIT", 5)]
        assert second["entries"][0]["ruleCode"] == "R1"
        await reward.redeem(person_id=shop.volunteer, reward_id=shop.reward, key="r")
        held = await item(client)
        assert (held["change"], held["account"]["held"], legs(held)) == ("HOLD", 7, [])
        await reverse(actor_id=shop.cadre, transaction_id=given, reason="错记", key="x")
        taken = await item(client)
        assert (taken["change"], legs(taken)) == ("REVERSAL", [("POINT", -5), ("MERIT", -5)])
        assert taken["account"]["available"] == 13
        assert second["position"] < held["position"] < taken["position"]


async def test_who_resumes_gets_every_change_since_in_order_and_nobody_elses(
    one: House, shop: Shop
) -> None:
    await give(shop, 1, "first")
    seen = await settled(one)
    other = await points.resident("邻居")
    for number in range(2, 6):
        await give(shop, number, f"k{number}")
        await give(shop, 9, f"other {number}", to=other)
    await settled(one)
    async with one.welcome(await sign_in(one, shop.volunteer)) as client:
        account = await account_of(shop.volunteer)
        await client.ask("1", CHANGED, account=account, after=seen)
        updates = [await item(client) for _ in range(4)]
        assert [legs(update)[0] for update in updates] == [("POINT", n) for n in range(2, 6)]
        positions = [update["position"] for update in updates]
        assert positions == sorted(set(positions))
        await give(shop, 7, "last")
        assert legs(await item(client))[0] == ("POINT", 7)


async def test_nobody_follows_anothers_account_nor_one_who_is_banned_their_own(
    one: House, shop: Shop
) -> None:
    await give(shop, 5, "first")
    await settled(one)
    account = await account_of(shop.volunteer)
    for who in (shop.cadre, await points.resident("邻居")):
        async with one.welcome(await sign_in(one, who)) as client:
            for given in (account, "nonsense", global_id("PointsAccount", 2**40)):
                await client.ask(given, CHANGED, account=given)
                message = await client.hear()
                assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"
    admin = await areas.appoint("ADMIN", CITY)
    async with one.welcome(await sign_in(one, shop.volunteer)) as client:
        await client.ask("1", CHANGED, account=account)
        assert (await item(client))["kind"] == "CURRENT"
        await person.ban(shop.volunteer, actor_id=admin, reason="冒用身份", key="k")
        message = await client.hear()
        assert message["type"] == "error"
