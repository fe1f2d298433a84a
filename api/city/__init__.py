"""The standard city: the places and people that a new installation begins with.

Everything is made from one seed and one table of towns, to the figures of the reference city.
Names of people, telephone numbers and all that lies below the towns are made up.
"""

from api.city.areas import (
    CITY_CODE,
    DEVELOPMENT_GRID,
    DEVELOPMENT_MICRO_GRID,
    DEVELOPMENT_VILLAGE,
    OTHER_GRID,
    OTHER_MICRO_GRID,
    OTHER_VILLAGE,
)
from api.city.load import City, Progress, build, is_loaded, load
from api.city.names import SEED
from api.city.points import load_points
from api.city.residents import load as load_residents
from api.city.tickets import load as load_tickets

__all__ = [
    "CITY_CODE",
    "DEVELOPMENT_GRID",
    "DEVELOPMENT_MICRO_GRID",
    "DEVELOPMENT_VILLAGE",
    "OTHER_GRID",
    "OTHER_MICRO_GRID",
    "OTHER_VILLAGE",
    "SEED",
    "City",
    "Progress",
    "build",
    "is_loaded",
    "load",
    "load_points",
    "load_residents",
    "load_tickets",
]
