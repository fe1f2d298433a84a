"""Rules as data: catalogues that a city keeps as files, with versions and days of validity.

A domain registers a `Catalogue` beside the code that keeps to it and asks `current` for it.
`python -m api data export|import` writes and reads the files.
"""

from models.catalogue.calendar import CALENDAR
from models.catalogue.registry import (
    FIRST_DAY,
    Catalogue,
    Edition,
    catalogues,
    current,
    default,
    editions,
    register,
)
from models.catalogue.shape import Problem, Wrong, read_editions
from models.catalogue.store import Change, Stale, bring, forget, load, newest, plant
from models.catalogue.text import Draft, WrongFile, read, write

__all__ = [
    "CALENDAR",
    "FIRST_DAY",
    "Catalogue",
    "Change",
    "Draft",
    "Edition",
    "Problem",
    "Stale",
    "Wrong",
    "WrongFile",
    "bring",
    "catalogues",
    "current",
    "default",
    "editions",
    "forget",
    "load",
    "newest",
    "plant",
    "read",
    "read_editions",
    "register",
    "write",
]
