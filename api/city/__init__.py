"""The standard city: the whole geography of the reference city, made from one seed number.

The same seed gives the same rows on every machine. Places, people and names are invented; the
figures, the towns and their coordinates are those of the reference city.
"""

from api.city.areas import (
    DEVELOPMENT_GRID,
    DEVELOPMENT_MICRO_GRID,
    DEVELOPMENT_VILLAGE,
    OTHER_GRID,
    OTHER_MICRO_GRID,
    OTHER_VILLAGE,
)
from api.city.load import Progress, is_loaded, load

__all__ = [
    "DEVELOPMENT_GRID",
    "DEVELOPMENT_MICRO_GRID",
    "DEVELOPMENT_VILLAGE",
    "OTHER_GRID",
    "OTHER_MICRO_GRID",
    "OTHER_VILLAGE",
    "Progress",
    "is_loaded",
    "load",
]
