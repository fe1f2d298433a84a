"""A machine that does everything to the ledger in any order; every promise holds all the time."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from models import db, reward
from models.errors import Refusal
from models.points.award import grant
from models.points.expiry import expire
from models.points.reverse import reverse
from models.points.seal import seal
from models.points.words import Joiners
from models.points.year_grant import YearGrant, grant_year
from tests import points, rewards
from tests.databases import Databases
from tests.rewards import Shop

PEOPLE = 3
STEPS = 50
EXAMPLES = 10
EXAMPLES_IN_FULL = 200
AUDIT_EVERY = 5


class Ledger(RuleBasedStateMachine):
    """People earn, spend, give back; shops verify and undo; time passes; all is reversed."""

    databases: Databases
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.copy = self.databases.like(self.template)
        url = self.copy.__enter__()
        self.shop, self.people = self.run(_begin(url))
        self.awards: list[int] = []
        self.vouchers: list[reward.Voucher] = []
        self.steps = 0

    def run(self, action: Awaitable[Any]) -> Any:  # noqa: ANN401 - what the action gives
        async def whole() -> Any:  # noqa: ANN401
            return await action

        return self.loop.run_until_complete(whole())

    def attempt(self, action: Awaitable[Any]) -> Any:  # noqa: ANN401
        """Do it; an expected no is as good as a yes."""
        try:
            return self.run(action)
        except Refusal:
            return None

    def key(self) -> str:
        self.steps += 1
        return f"k{self.steps}"

    @rule(who=st.integers(0, PEOPLE - 1), amount=st.integers(-20, 21))
    def award(self, who: int, amount: int) -> None:
        done = self.attempt(
            grant(
                actor_id=self.shop.cadre,
                person_id=self.people[who],
                rule_code="R1" if amount > 0 else "R-",
                points=amount,
                note=None,
                key=self.key(),
            )
        )
        if done:
            self.awards.append(done)

    @rule(pick=st.integers(0, 99))
    @precondition(lambda self: self.awards)
    def take_back(self, pick: int) -> None:
        which = self.awards[pick % len(self.awards)]
        self.attempt(
            reverse(actor_id=self.shop.cadre, transaction_id=which, reason="错", key=self.key())
        )

    @rule(who=st.integers(0, PEOPLE - 1), same_key=st.booleans())
    def redeem(self, who: int, same_key: bool) -> None:
        key = "same" if same_key else self.key()
        done = self.attempt(
            reward.redeem(person_id=self.people[who], reward_id=self.shop.reward, key=key)
        )
        if done:
            self.vouchers.append(done)

    @rule(pick=st.integers(0, 99))
    @precondition(lambda self: self.vouchers)
    def verify(self, pick: int) -> None:
        code = self.vouchers[pick % len(self.vouchers)].code or "A" * 16
        self.attempt(
            reward.verify(actor_id=self.shop.keeper, code=code, point=None, key=self.key())
        )

    @rule(pick=st.integers(0, 99), who=st.integers(0, PEOPLE - 1))
    @precondition(lambda self: self.vouchers)
    def cancel(self, pick: int, who: int) -> None:
        which = self.vouchers[pick % len(self.vouchers)].id
        self.attempt(reward.cancel(actor_id=self.people[who], voucher_id=which, key=self.key()))

    @rule(pick=st.integers(0, 99))
    @precondition(lambda self: self.vouchers)
    def undo(self, pick: int) -> None:
        which = self.vouchers[pick % len(self.vouchers)].id
        self.attempt(
            reward.undo(actor_id=self.shop.keeper, voucher_id=which, reason="错", key=self.key())
        )

    @rule(pick=st.integers(0, 99))
    @precondition(lambda self: self.vouchers)
    def let_voucher_expire(self, pick: int) -> None:
        which = self.vouchers[pick % len(self.vouchers)].id
        sql = "UPDATE voucher SET expires_at = now() WHERE id = $1 AND state = 'ISSUED'"
        self.run(db.execute(sql, which))
        self.run(reward.expire_vouchers())

    @rule()
    def let_points_expire(self) -> None:
        oldest = "UPDATE lot SET expires_on = '2020-01-31' WHERE id = (SELECT min(id) FROM lot)"
        self.run(db.execute(oldest))
        self.run(expire())

    @rule(count=st.integers(-1, 3))
    def restock(self, count: int) -> None:
        self.attempt(
            reward.restock(
                actor_id=self.shop.keeper,
                reward_id=self.shop.reward,
                count=count,
                key=self.key(),
            )
        )

    @rule()
    def close_the_shop(self) -> None:
        """The keeper opens another one, with the same offer."""
        self.attempt(
            reward.close_merchant(
                actor_id=self.shop.keeper,
                merchant_id=self.shop.merchant,
                reason="歇业",
                key=self.key(),
            )
        )
        self.shop = self.run(_reopen(self.shop))

    @rule()
    def let_vouchers_be_given_back(self) -> None:
        self.run(reward.expire_vouchers())

    @rule()
    def grant_the_year(self) -> None:
        year = YearGrant(self.shop.programme, 300, Joiners.WHOLE)
        self.run(grant_year(year, year=2026))

    @rule()
    def seal_all(self) -> None:
        self.run(seal())

    @invariant()
    def every_promise_holds(self) -> None:
        self.steps += 1
        if self.steps % AUDIT_EVERY == 0:
            assert self.run(reward.audit()).findings == ()

    def teardown(self) -> None:
        try:
            assert self.run(reward.audit()).findings == ()
        finally:
            self.run(db.close())
            self.copy.__exit__(None, None, None)
            self.loop.close()


async def _reopen(shop: Shop) -> Shop:
    merchant = await rewards.merchant(shop.keeper)
    offer = await rewards.offer(shop.programme, merchant, 4, 7)
    return shop._replace(merchant=merchant, reward=offer)


async def _begin(url: str) -> tuple[Shop, list[int]]:
    await db.connect(url, pool_size=2)
    shop = await rewards.open_shop(stock=4, price=7)
    await points.rule(shop.programme, "R-", points_least=-20, points_most=-1)
    return shop, [await points.resident(household=f"H{number}") for number in range(PEOPLE)]


def test_every_promise_holds_whatever_happens(databases: Databases, template: str) -> None:
    _run(databases, template, examples=EXAMPLES)


@pytest.mark.slow
def test_every_promise_holds_whatever_happens_for_long(
    databases: Databases, template: str
) -> None:
    _run(databases, template, examples=EXAMPLES_IN_FULL)


def _run(databases: Databases, template: str, *, examples: int) -> None:
    """Do `examples` times STEPS steps; hypothesis reports the shortest way to a failure."""
    run(
        type("Machine", (Ledger,), {"databases": databases, "template": template}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=examples == EXAMPLES,
        ),
    )
