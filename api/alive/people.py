"""Who acts in the demo: development people of one number in the development village."""

from api.city import DEVELOPMENT_GRID
from models import person

NUMBER = 900
"""The number of the development people who act here: `dev:resident:900` reports and wishes."""


async def person_of(name: str) -> int:
    """Give the development person of a key."""
    made = await person.development_person(name, number=NUMBER, area_code=DEVELOPMENT_GRID)
    return made.id
