"""Points in the graph: accounts and what moved on them, programmes, rules, boards, the audit."""

import strawberry

from resolvers.points.board import BoardMutation, BoardQuery
from resolvers.points.change import LedgerMutation
from resolvers.points.changed import PointsSubscription
from resolvers.points.inspection import InspectionMutation, InspectionQuery
from resolvers.points.month import MonthQuery
from resolvers.points.objection import ObjectionQuery
from resolvers.points.programme import ProgrammeMutation
from resolvers.points.query import LedgerQuery
from resolvers.points.rule import RuleMutation
from resolvers.points.service import ServiceMutation, ServiceQuery

__all__ = ["PointsMutation", "PointsQuery", "PointsSubscription"]


@strawberry.type
class PointsQuery(
    LedgerQuery, BoardQuery, MonthQuery, ObjectionQuery, InspectionQuery, ServiceQuery
):
    """Root fields that show points."""


@strawberry.type
class PointsMutation(
    LedgerMutation,
    RuleMutation,
    ProgrammeMutation,
    BoardMutation,
    InspectionMutation,
    ServiceMutation,
):
    """Root fields that move points."""
