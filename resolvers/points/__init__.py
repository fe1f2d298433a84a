"""Points in the graph: accounts and what moved on them, programmes, rules, and the audit."""

from resolvers.points.change import PointsMutation
from resolvers.points.query import PointsQuery

__all__ = ["PointsMutation", "PointsQuery"]
