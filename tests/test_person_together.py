"""Homes while many move, confirm and claim at once: whatever comes first, all of it stays true."""

import asyncio
import random
from dataclasses import dataclass

import pytest

from models import db, person
from models.errors import Refusal
from models.person import Registration
from tests import areas, homes
from tests.areas import GRID, MICRO_GRID, OTHER_GRID
from tests.homes import FAR_MICRO_GRID, NEXT_MICRO_GRID, live, roster_row, somebody

ROUNDS = 30
AT_ONCE = 4
PLACES = (MICRO_GRID, NEXT_MICRO_GRID, FAR_MICRO_GRID)
PHONES = [f"1380000000{number}" for number in range(6)]
HOMES = {MICRO_GRID: "H0", NEXT_MICRO_GRID: "H1", FAR_MICRO_GRID: "H2"}
# What must never be found, however things happened.
BROKEN = {
    "who heads a household lives in it": """
        SELECT FROM household WHERE head_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM residence WHERE household_id = household.id
                AND person_id = head_id AND state = 'CONFIRMED')""",
    "a household with members has a head": """
        SELECT FROM household WHERE head_id IS NULL AND EXISTS (
            SELECT FROM residence WHERE household_id = household.id AND state = 'CONFIRMED')""",
    "who was claimed lives nowhere": """
        SELECT FROM person JOIN residence ON person_id = person.id
        WHERE claimed_by_id IS NOT NULL AND state IN ('CONFIRMED', 'PENDING')""",
    "who was claimed has no number": """
        SELECT FROM person WHERE claimed_by_id IS NOT NULL
            AND (phone IS NOT NULL OR phone_index IS NOT NULL)""",
    "a home is in the place of its household": """
        SELECT FROM residence JOIN household ON household.id = household_id
        WHERE household.area_code <> residence.area_code""",
    "a version is an event": """
        SELECT FROM person WHERE version <> 1 + (
            SELECT count(*) FROM event WHERE topic = 'person' AND thing_id = person.id)""",
    "what was decided holds nothing that was asked": """
        SELECT FROM residence WHERE state <> 'PENDING'
            AND (name IS NOT NULL OR address IS NOT NULL OR identity_number IS NOT NULL)""",
}


@dataclass(slots=True)
class Crowd:
    """People who each do something by chance, and how often it was done."""

    chance: random.Random
    people: list[int]
    workers: list[int]
    done: int = 0

    async def act(self, key: str) -> None:
        """Do one thing, or be refused."""
        chosen = self.chance.choice([self.prove, self.register, self.decide, self.decide])
        try:
            await chosen(key)
        except Refusal:
            return
        self.done += 1

    async def prove(self, key: str) -> None:
        phone = self.chance.choice(PHONES)

        async def number(_code: str) -> str:
            return phone

        me = self.chance.choice(self.people)
        await person.verify_phone(me, code=phone, key=key, look_up=number)

    async def register(self, key: str) -> None:
        place = self.chance.choice(PLACES)
        said = Registration(
            micro_grid_code=place,
            household_code=self.chance.choice([None, HOMES[place]]),
            name="某人",
            address="某路1号",
        )
        await person.register(self.chance.choice(self.people), said, key=key)

    async def decide(self, key: str) -> None:
        row = await db.fetch_one(
            "SELECT id, person_id FROM residence WHERE state = 'PENDING' ORDER BY random() LIMIT 1"
        )
        if row is None:
            return
        decider = self.chance.choice(self.workers)
        match self.chance.choice(["confirm", "confirm", "refuse", "withdraw"]):
            case "confirm":
                await person.confirm(decider, row["id"], household_code=None, key=key)
            case "refuse":
                await person.refuse(decider, row["id"], reason="查无此户", key=key)
            case _:
                await person.withdraw(row["person_id"], row["id"], key=key)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_at_once_homes_stay_true(seed: int) -> None:
    await homes.plant()
    for number, phone in enumerate(PHONES):
        place = PLACES[number % len(PLACES)]
        await live(await roster_row(f"名册{number}", phone=phone), place, HOMES[place])
    crowd = Crowd(
        random.Random(seed),  # noqa: S311 - repeatable
        [await somebody(f"用户{number}") for number in range(4)],
        [await areas.appoint("GRID_WORKER", code) for code in (GRID, OTHER_GRID)],
    )
    for number in range(ROUNDS):
        await asyncio.gather(*(crowd.act(f"{number}.{one}") for one in range(AT_ONCE)))
    assert crowd.done > ROUNDS
    for rule, sql in BROKEN.items():
        assert await db.fetch(sql) == [], rule
