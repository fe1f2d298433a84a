"""The standard city: the places and people that a new installation begins with.

Everything is made from one seed and one table of towns, to the figures of the reference city.
Names of people, telephone numbers and all that lies below the towns are made up. What writes it
into a database is imported from its own file: a serving process only knows some codes.
"""

from api.city.codes import (
    CITY_CODE,
    DEVELOPMENT_GRID,
    DEVELOPMENT_MICRO_GRID,
    DEVELOPMENT_VILLAGE,
    OTHER_GRID,
    OTHER_MICRO_GRID,
    OTHER_VILLAGE,
)

__all__ = [
    "CITY_CODE",
    "DEVELOPMENT_GRID",
    "DEVELOPMENT_MICRO_GRID",
    "DEVELOPMENT_VILLAGE",
    "OTHER_GRID",
    "OTHER_MICRO_GRID",
    "OTHER_VILLAGE",
]
