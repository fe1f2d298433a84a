"""People at work on an estate, phones that watch them, and what one learns from hurting it."""

import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from models import event
from tests.areas import CITY, TOWN, VILLAGE
from tests.events import until
from tests.faults import proof
from tests.faults.estate import Estate
from tests.faults.load import Load, People, living
from tests.faults.phone import Phone, watching

FOLLOWED_MOST = 18
STAFF = ("dispatcher", "worker", "cadre")
AREAS = (
    ("dispatcher", CITY),
    ("dispatcher", CITY),
    ("auditor", CITY),
    ("town", TOWN),
    ("cadre", VILLAGE),
)
RECOVERY_SECONDS_MOST = 120.0

Fault = Callable[[Estate], Awaitable[None]]


class Scene:
    """Who works and who watches; `hurt` what they stand on."""

    def __init__(self, estate: Estate, people: People, chance: random.Random) -> None:
        self.chance = chance
        self.load = Load(people, self.chance, self._follow)
        self._estate = estate
        self._own = [Phone(estate.address, token) for token in people.residents]
        self._staff = [Phone(estate.address, people.officials[name]) for name in STAFF]
        self._areas = [Phone(estate.address, people.officials[name]) for name, _ in AREAS]

    @property
    def phones(self) -> list[Phone]:
        """All that watch."""
        return [*self._own, *self._staff, *self._areas]

    async def begin(self, *, after: int) -> None:
        """Let those who watch areas begin; tickets are followed once they are reported."""
        for phone, (_, code) in zip(self._areas, AREAS, strict=True):
            await phone.follow_area(code, after=after)

    async def hurt(self, fault: Fault) -> None:
        """Do something to the estate, and wait until all goes on; tells how long that took."""
        began, at = time.monotonic(), time.time()
        tell(fault.__name__)
        await fault(self._estate)
        await until(lambda: self.load.newest > began, seconds=RECOVERY_SECONDS_MOST)
        tell(f"    answers after {time.monotonic() - began:.2f} s")
        await until(lambda: self._all_saw_later_than(at), seconds=RECOVERY_SECONDS_MOST)
        tell(f"    all pushes after {time.monotonic() - began:.2f} s")

    def _all_saw_later_than(self, at: float) -> bool:
        return all(
            one.items and one.items[-1].at > at
            for phone in self._areas
            for one in phone.followed.values()
        )

    async def _follow(self, key: int, resident: int) -> None:
        for phone in (self._own[resident], self.chance.choice(self._staff)):
            if len(phone.followed) < FOLLOWED_MOST:
                await phone.follow_ticket(key)


@asynccontextmanager
async def scene(estate: Estate, people: People, *, tickets: int) -> AsyncIterator[Scene]:
    """Let people work and phones watch for the length of the block, then prove what must hold."""
    one = Scene(estate, people, seeded())
    after = await event.last_position()
    await one.begin(after=after)
    async with watching(one.phones), estate.relays.supervised():
        try:
            async with living(one.load, estate.address, at_least=tickets):
                yield one
            await estate.until_ready()
            await proof.until_calm(one.phones, estate.redis_url, after=after)
        finally:
            tell("\n".join(estate.last_words()))
    await proof.all_was_done_once(one.load)
    await proof.the_line_has_no_gap()
    await proof.phones_saw_it_all(one.phones, after=after)
    troubles = estate.troubles()
    assert not troubles, "\n".join(troubles)
    load, connections = one.load, sum(phone.connections for phone in one.phones)
    tell(
        f"{len(load.tickets)} tickets, {load.answered} moves answered, {load.unanswered} requests"
        f" were not, {connections} connections of {len(one.phones)} phones"
    )


def seeded() -> random.Random:
    """Give chance with a seed that is told: that of FAULT_SEED, or another one each time."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1_000_000))  # noqa: S311 - no secret
    tell(f"FAULT_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - choices that can be made again


def tell(line: str) -> None:
    """Write a line that pytest shows when the test fails, or with -s."""
    sys.stdout.write(f"{line}\n")
