"""Units: the departments, offices and other bodies that serve the city, in one tree."""

from models.unit.change import change, close, create, reopen
from models.unit.reading import find, find_by_ids, hold, staff, units
from models.unit.record import Unit, UnitKind

__all__ = [
    "Unit",
    "UnitKind",
    "change",
    "close",
    "create",
    "find",
    "find_by_ids",
    "hold",
    "reopen",
    "staff",
    "units",
]
