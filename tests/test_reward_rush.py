"""200 phones at once, over HTTP: nobody gets an error of the server, and nothing is had twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest

from api.stack import Servers
from models import reward
from resolvers.node import global_id
from tests import points, rewards
from tests.conftest import Database
from tests.program import serving
from tests.rewards import Shop, give
from tests.sessions import token_of

MANY = 200
SECONDS = 60.0
REDEEM = """mutation ($input: RewardRedeemInput!) { rewardRedeem(input: $input) {
    voucher { id code } userErrors { code } } }"""
VERIFY = """mutation ($input: VoucherVerifyInput!) { voucherVerify(input: $input) {
    voucher { id } userErrors { code } } }"""


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    """Give a shop; afterwards the ledger must be clean."""
    yield await rewards.open_shop(stock=3)
    assert (await reward.audit()).findings == ()


@pytest.fixture
async def phone(
    shop: Shop, database: Database, servers: Servers
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a server of its own, with as many connections as there are phones."""
    limits = httpx.Limits(max_connections=MANY)
    with serving(
        database_url=database.url, redis_url=servers.redis_url, RATE_LIMIT="0"
    ) as address:
        async with httpx.AsyncClient(
            base_url=address, limits=limits, timeout=SECONDS, trust_env=False
        ) as client:
            yield client


async def at_once(
    client: httpx.AsyncClient, query: str, asked: Iterable[tuple[str, dict[str, Any]]]
) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Ask all at once; count the codes, and give what was had. Each answer is one of HTTP 200."""

    async def ask(token: str, given: dict[str, Any]) -> dict[str, Any]:
        body = {"query": query, "variables": {"input": given}}
        headers = {"authorization": f"Bearer {token}"}
        answer = await client.post("/graphql", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        whole = answer.json()
        assert "errors" not in whole, whole
        (payload,) = whole["data"].values()
        found: dict[str, Any] = payload
        return found

    payloads = await asyncio.gather(*(ask(*one) for one in asked))
    codes = Counter(
        one["userErrors"][0]["code"] if one["userErrors"] else "done" for one in payloads
    )
    return codes, [one["voucher"] for one in payloads if one["voucher"]]


async def test_200_phones_at_once_get_what_there_is_and_no_error(
    shop: Shop, phone: httpx.AsyncClient
) -> None:
    people = [await points.resident() for _ in range(10)]
    for person in people:
        await give(shop, person, 20)
    tokens = [await token_of(person) for person in people]
    offer = global_id("Reward", shop.reward)

    def redeem(number: int, key: str) -> tuple[str, dict[str, Any]]:
        return tokens[number % len(tokens)], {"rewardId": offer, "idempotencyKey": key}

    codes, vouchers = await at_once(
        phone, REDEEM, [redeem(number, f"k{number}") for number in range(MANY)]
    )
    assert codes == {"done": 3, "OUT_OF_STOCK": MANY - 3}
    assert len({one["id"] for one in vouchers}) == 3
    assert await rewards.stock(shop.reward) == 0

    await reward.restock(actor_id=shop.keeper, reward_id=shop.reward, count=1, key="more")
    codes, vouchers = await at_once(phone, REDEEM, [redeem(0, "one key")] * MANY)
    assert codes == {"done": MANY}
    assert len({(one["id"], one["code"]) for one in vouchers}) == 1
    assert await rewards.stock(shop.reward) == 0

    keeper = await token_of(shop.keeper)
    code = vouchers[0]["code"]
    codes, _ = await at_once(
        phone,
        VERIFY,
        [(keeper, {"code": code, "idempotencyKey": f"v{number}"}) for number in range(MANY)],
    )
    assert codes == {"done": 1, "ALREADY_USED": MANY - 1}
