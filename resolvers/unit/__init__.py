"""Units in the graph: the bodies that serve the city, and how they are kept."""

from resolvers.unit.change import UnitMutation
from resolvers.unit.query import Unit, UnitQuery

__all__ = ["Unit", "UnitMutation", "UnitQuery"]
