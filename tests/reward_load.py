"""Earns, redeems, verifies, cancels and undoes without end; a program to kill in the middle.

`python -m tests.reward_load URL` on a database with a shop of tests/rewards.py. It goes on when
the database goes away, as a serving process does.
"""

import asyncio
import random
import sys
from contextlib import suppress
from itertools import count
from typing import NamedTuple
from uuid import uuid4

from models import cipher, db, reward
from models.errors import Refusal, Unavailable
from models.points.award import grant
from models.points.seal import seal
from tests.program import DATA_KEYS

TASKS = 10
CHANCE = random.Random()  # noqa: S311 - what to do next, no secret
KEYS = count(1)
RUN = uuid4().hex


class Cast(NamedTuple):
    """Who does what, by keys."""

    cadre: int
    keeper: int
    rewards: list[int]
    people: list[int]


def key() -> str:
    """Give a key that nobody has used."""
    return f"{RUN} {next(KEYS)}"


async def cast() -> Cast:
    """Read who plays."""
    row = await db.fetch_one(
        """SELECT (SELECT min(person_id) FROM appointment),
            (SELECT min(person_id) FROM merchant_member),
            ARRAY(SELECT id FROM reward), ARRAY(SELECT person_id FROM account
                WHERE kind = 'PERSON')"""
    )
    assert row
    return Cast(*row)


async def play(who: Cast) -> None:
    """Do one thing after the other for one person at a time."""
    person = CHANCE.choice(who.people)
    await grant(
        actor_id=who.cadre, person_id=person, rule_code="R1", points=5, note=None, key=key()
    )
    which = CHANCE.choice(who.rewards)
    voucher = await reward.redeem(person_id=person, reward_id=which, key=key())
    match CHANCE.randrange(4):
        case 0:
            await reward.cancel(actor_id=person, voucher_id=voucher.id, key=key())
        case 1 | 2:
            await _verify(who, voucher)
        case _:
            await seal()


async def _verify(who: Cast, voucher: reward.Voucher) -> None:
    assert voucher.code
    await reward.verify(actor_id=who.keeper, code=voucher.code, point=None, key=key())
    if CHANCE.random() < 0.3:
        await reward.undo(actor_id=who.keeper, voucher_id=voucher.id, reason="拿错", key=key())


async def main(url: str) -> None:
    """Play until killed."""
    cipher.use(cipher.read_keys(DATA_KEYS))
    await db.connect(url)
    who = await cast()

    async def forever() -> None:
        while True:
            with suppress(Refusal):
                try:
                    await play(who)
                except Unavailable:
                    await asyncio.sleep(0.05)

    await asyncio.gather(*(forever() for _ in range(TASKS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
