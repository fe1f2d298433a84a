"""The homes of the standard city: rows of people, households and residences, made by the seed.

Each micro-grid has a source of randomness of its own, so that any of them can be made by itself,
in any process. Phones and addresses are encrypted here, which is most of the work.
"""

import re
from datetime import date
from random import Random
from typing import NamedTuple

from api.city import copying, families, names
from models import cipher

PHONE_COLUMN = "person.phone"
ADDRESS_COLUMN = "household.address"
# Ranges that no operator has been given, so that nobody's real number is among them.
PHONE_RANGES = (160, 161, 163, 164, 168, 169)
PHONES_OF_RANGE = 10**8
# Coprime to how many numbers there are, so that different people have different phones.
PHONE_STEP = 391_939_133
MEMBERS_MOST = 7
ROOMS_OF_FLOOR = 4
BLOCK_NAME = re.compile("(.+?)([0-9]+)至([0-9]+)幢")
MOVED_IN_FIRST, MOVED_IN_YEARS = 2004, 21
DAYS_OF_MONTH = 28


COLUMNS = {
    "person": ("id", "name", "is_party_member", "phone", "phone_index"),
    "household": ("id", "code", "area_code", "address", "head_id"),
    "residence": ("person_id", "household_id", "area_code", "state", "started_on"),
}
"""What the rows of each table state; all else has its default."""


class Plan(NamedTuple):
    """What is to be made of a micro-grid.

    `people` live in `households` homes, which are numbered after the `known` ones. Heads of the
    first homes are those who are known already, `heads` by their keys; all others are new, with
    keys from `first_person`. Addresses begin with `place` and go on with what `spoken` says.
    """

    code: str
    place: str
    spoken: str
    people: int
    households: int
    known: int
    heads: tuple[int, ...]
    first_person: int
    first_household: int

    @property
    def new_people(self) -> int:
        """How many people are made."""
        return self.people - len(self.heads)


class Homes(NamedTuple):
    """Some micro-grids, as COPY takes them in binary: by table, and how many live there."""

    tables: dict[str, bytes]
    people: int


def make(plans: list[Plan]) -> Homes:
    """Make the rows; needs the keys of models/cipher.py."""
    rows: dict[str, list[bytes]] = {table: [copying.HEAD] for table in COLUMNS}
    for plan in plans:
        _fill(plan, rows)
    tables = {table: b"".join([*parts, copying.TAIL]) for table, parts in rows.items()}
    return Homes(tables, sum(plan.people for plan in plans))


def sizes(people: int, households: int, *, randomness: Random) -> list[int]:
    """Share people out among homes: at least one in each, and in few more than seven."""
    assert 0 < households <= people
    found = [1] * households
    left = people - households
    while left:
        home = int(randomness.random() * households)
        if found[home] < MEMBERS_MOST or people > households * MEMBERS_MOST:
            found[home] += 1
            left -= 1
    return found


def phone(key: int) -> str:
    """Give the phone of the person with this key; no two have the same."""
    number = key * PHONE_STEP % (len(PHONE_RANGES) * PHONES_OF_RANGE)
    kind, rest = divmod(number, PHONES_OF_RANGE)
    return f"{PHONE_RANGES[kind]}{rest:08}"


def _fill(plan: Plan, rows: dict[str, list[bytes]]) -> None:
    randomness = names.source(f"homes {plan.code} {plan.known}")
    heads = iter(plan.heads)
    next_person = plan.first_person
    residence_end = copying.text(plan.code) + copying.text("CONFIRMED")
    counts = sizes(plan.people, plan.households, randomness=randomness)
    for number, size in enumerate(counts, plan.known):
        household = plan.first_household + number - plan.known
        residence = copying.key(household) + residence_end + copying.day(_day(randomness))
        head = next(heads, None)
        for place, member in enumerate(families.household(size, randomness=randomness)):
            if place == 0 and head is not None:
                key = head
            else:
                key, next_person = next_person, next_person + 1
                rows["person"].append(_person(key, member))
            if place == 0:
                rows["household"].append(_household(plan, household, number, head=key))
            rows["residence"].append(copying.row(5, key) + residence)
    assert next_person == plan.first_person + plan.new_people


def _person(key: int, member: families.Member) -> bytes:
    start = copying.row(5, key) + copying.text(member.name)
    if not member.is_of_age:
        return start + copying.NO + copying.NULL + copying.NULL
    number = phone(key)
    return (
        start
        + (copying.YES if member.is_party_member else copying.NO)
        + copying.data(cipher.seal(number, place=f"{PHONE_COLUMN}:{key}"))
        + copying.data(cipher.blind_index(number, column=PHONE_COLUMN))
    )


def _household(plan: Plan, key: int, number: int, *, head: int) -> bytes:
    address = plan.place + address_of(plan.spoken, number)
    return (
        copying.row(5, key)
        # Four digits at least: codes that are made later end in the household's key.
        + copying.text(f"{plan.code}-{number + 1:04}")
        + copying.text(plan.code)
        + copying.data(cipher.seal(address, place=f"{ADDRESS_COLUMN}:{key}"))
        + copying.key(head)
    )


def address_of(spoken: str, number: int) -> str:
    """Give where the home of a number is: a room of one of the blocks, or a house of a hamlet."""
    blocks = BLOCK_NAME.fullmatch(spoken)
    if not blocks:
        return f"{spoken}{number + 1}号"
    first, last = int(blocks[2]), int(blocks[3])
    storey, block = divmod(number, last - first + 1)
    floor, room = divmod(storey, ROOMS_OF_FLOOR)
    return f"{blocks[1]}{first + block}幢{floor + 1}{room + 1:02}室"


def _day(randomness: Random) -> date:
    share = randomness.random
    return date(
        MOVED_IN_FIRST + int(share() * MOVED_IN_YEARS),
        1 + int(share() * 12),
        1 + int(share() * DAYS_OF_MONTH),
    )
