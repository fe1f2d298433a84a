"""A shop for tests: in the village of tests/points.py, with somebody who acts for it."""

from collections.abc import Awaitable
from typing import Any, NamedTuple

import pytest

from models import db
from models.errors import Code, Refusal
from models.points.award import grant
from tests import areas, points
from tests.areas import VILLAGE

TABLES = (
    *("transaction", "entry", "hold", "voucher", "lot_use", "event", "notification"),
    *("merchant_member", "voucher_review", "file"),
)


class Shop(NamedTuple):
    """The keys of a programme, its cadre, a merchant, who acts for it, and an offer."""

    programme: int
    cadre: int
    merchant: int
    keeper: int
    reward: int


async def open_shop(*, stock: int = 10, price: int = 5) -> Shop:
    """Write a programme with a rule, a cadre and a merchant with one open offer."""
    programme = await points.plant()
    await points.rule(programme)
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    keeper = await points.resident("店主", household="SHOP")
    shop = await merchant(keeper)
    return Shop(programme, cadre, shop, keeper, await offer(programme, shop, stock, price))


async def merchant(
    keeper: int, *, name: str = "爱心超市", state: str = "APPROVED", area_code: str = VILLAGE
) -> int:
    """Write a merchant that somebody acts for."""
    row = await db.fetch_one(
        """WITH made AS (
            INSERT INTO merchant (area_code, name, address, longitude, latitude, state)
            VALUES ($1, $2, '长泾路1号', 120.28, 31.91, $3) RETURNING id
        ) INSERT INTO merchant_member (merchant_id, person_id, is_owner)
            SELECT id, $4, true FROM made
        RETURNING merchant_id""",
        area_code,
        name,
        state,
        keeper,
    )
    assert row
    return int(row["merchant_id"])


async def offer(
    programme: int, merchant: int, stock: int = 10, price: int = 5, **more: object
) -> int:
    """Write an open offer; further columns by name."""
    facts = {
        "programme_id": programme,
        "merchant_id": merchant,
        "channel": "OFFLINE",
        "title": "洗衣液一瓶",
        "price_points": price,
        "stock": stock,
        "stocked": stock,
        "state": "OPEN",
        **more,
    }
    places = ", ".join(f"${place}" for place in range(1, len(facts) + 1))
    row = await db.fetch_one(
        f"INSERT INTO reward ({', '.join(facts)}) VALUES ({places}) RETURNING id",  # noqa: S608 - our own
        *facts.values(),
    )
    assert row
    return int(row["id"])


async def stock(reward: int) -> int:
    """Give what is left of an offer."""
    row = await db.fetch_one("SELECT stock FROM reward WHERE id = $1", reward)
    assert row
    return int(row["stock"])


async def give(shop: Shop, person: int, amount: int, *, key: str = "give") -> None:
    """Award points to a person."""
    await grant(
        actor_id=shop.cadre,
        person_id=person,
        rule_code="R1",
        points=amount,
        note=None,
        key=f"{key} {person}",
    )


async def refused(action: Awaitable[object]) -> Code:
    """Give the code of a refusal that leaves everything as it was."""
    before = await state()
    with pytest.raises(Refusal) as refusal:
        await action
    assert await state() == before
    return refusal.value.code


async def state() -> list[Any]:
    """Give all that a refusal must leave as it is."""
    counts = [await db.fetch(f"SELECT count(*) FROM {table}") for table in TABLES]  # noqa: S608 - our own
    figures = "SELECT id, merit, points, held, debt, version FROM account ORDER BY id"
    left = "SELECT id, stock, state, version FROM reward ORDER BY id"
    shops = "SELECT id, state, version FROM merchant ORDER BY id"
    lots = "SELECT id, remaining FROM lot ORDER BY id"
    return [*counts, *[await db.fetch(sql) for sql in (figures, left, shops, lots)]]
