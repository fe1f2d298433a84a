"""How far the rights of one person reach to another. Nothing here reads a database."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.access.rights import Rights, Thing
from models.access.words import Action


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: the home, the home asked for, and the areas of today's offices."""

    person_id: int
    household_id: int | None = None
    home_code: str | None = None
    pending_code: str | None = None
    office_codes: tuple[str, ...] = ()


def reaches(held: Rights, action: Action, of: Standing) -> bool:
    """Say whether an action of these rights reaches the person by any of their places.

    Those who look after the place of an office know who holds it, and whether they are party
    members; only those who look after a home, or are asked for one, reach what is protected.
    """
    home = Thing(of.person_id, of.household_id, None, of.home_code)
    if held.may(action, home):
        return True
    return any(held.may(action, Thing(area_code=code)) for code in _others(action, of))


def _others(action: Action, of: Standing) -> Iterator[str]:
    if action in {Action.PERSON_READ, Action.PERSON_REVEAL} and of.pending_code:
        yield of.pending_code
    if action in {Action.PERSON_READ, Action.PARTY_READ}:
        yield from of.office_codes
