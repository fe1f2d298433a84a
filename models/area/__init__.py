"""Areas: the tree of city, town, village, grid and micro-grid, and who staffs a grid."""

from models.area.place import PLACING, Placing, at, boundaries
from models.area.record import CODE_LENGTHS, GRID_CODE_LENGTH, Area, AreaKind, Level
from models.area.search import search
from models.area.staffing import STAFFING, Lack, Need, Staffing, StaffMember, staff, staffing
from models.area.tree import children, find, find_all, find_by_ids, grids, path_codes

__all__ = [
    "CODE_LENGTHS",
    "GRID_CODE_LENGTH",
    "PLACING",
    "STAFFING",
    "Area",
    "AreaKind",
    "Lack",
    "Level",
    "Need",
    "Placing",
    "StaffMember",
    "Staffing",
    "at",
    "boundaries",
    "children",
    "find",
    "find_all",
    "find_by_ids",
    "grids",
    "path_codes",
    "search",
    "staff",
    "staffing",
]
