"""Areas: the tree of city, town, village, grid and micro-grid, and who staffs a grid."""

from models.area.change import change
from models.area.in_charge import InCharge, in_charge
from models.area.lock import gone, hold, hold_all, hold_at
from models.area.moving import ALSO_MOVES
from models.area.outline import Changes, Part
from models.area.place import PLACING, Placing, at, at_all, boundaries, micro_grid_at
from models.area.plan import Plan
from models.area.record import (
    CODE_LENGTHS,
    GRID_CODE_LENGTH,
    JSON,
    Area,
    AreaKind,
    Level,
    from_json,
    is_code,
)
from models.area.reshape import merge, split
from models.area.search import search
from models.area.staffing import STAFFING, Lack, Need, Staffing, StaffMember, staff, staffing
from models.area.tree import (
    children,
    find,
    find_all,
    find_by_ids,
    grids,
    path_codes,
    successors,
)

__all__ = [
    "ALSO_MOVES",
    "CODE_LENGTHS",
    "GRID_CODE_LENGTH",
    "JSON",
    "PLACING",
    "STAFFING",
    "Area",
    "AreaKind",
    "Changes",
    "InCharge",
    "Lack",
    "Level",
    "Need",
    "Part",
    "Placing",
    "Plan",
    "StaffMember",
    "Staffing",
    "at",
    "at_all",
    "boundaries",
    "change",
    "children",
    "find",
    "find_all",
    "find_by_ids",
    "from_json",
    "gone",
    "grids",
    "hold",
    "hold_all",
    "hold_at",
    "in_charge",
    "is_code",
    "merge",
    "micro_grid_at",
    "path_codes",
    "search",
    "split",
    "staff",
    "staffing",
    "successors",
]
