"""Areas in the graph: the tree, who is in charge, and how grids are changed."""

from resolvers.area.change import AreaMutation
from resolvers.area.query import Area, AreaQuery, StaffMemberType

__all__ = ["Area", "AreaMutation", "AreaQuery", "StaffMemberType"]
