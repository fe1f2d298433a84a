"""Areas: the tree of city, town, village, grid and micro-grid, and who staffs a grid."""

from models.words import Word


class Level(Word):
    """The five levels of the tree; a level is the length of the code."""

    CITY = "CITY", "The city; 6 digits.", "市"
    TOWN = "TOWN", "A town or subdistrict; 9 digits.", "镇（街道）"
    VILLAGE = "VILLAGE", "A village or urban community; 12 digits.", "村（社区）"
    GRID = "GRID", "A grid, the unit of daily work; 14 digits.", "网格"
    MICRO_GRID = "MICRO_GRID", "A micro-grid of some dozens of households; 16 digits.", "微网格"


class AreaKind(Word):
    """What sort of town, village or grid an area is; the other levels have no kind."""

    SUBDISTRICT = "SUBDISTRICT", "An urban subdistrict.", "街道"
    TOWN = "TOWN", "A town.", "镇"
    VILLAGE = "VILLAGE", "An administrative village.", "行政村"
    COMMUNITY = "COMMUNITY", "An urban community.", "社区"
    GENERAL = "GENERAL", "A grid of homes.", "综合网格"
    DEDICATED = "DEDICATED", "A grid of one park, market or institution.", "专属网格"
