"""The root fields of stations, put together."""

import strawberry

from resolvers.station.exchange import StationExchangeMutation
from resolvers.station.keep import StationKeepMutation, StationKeepQuery
from resolvers.station.query import StationQuery as StationShownQuery
from resolvers.station.standing import StationStandingMutation
from resolvers.station.visit import StationVisitMutation, StationVisitQuery


@strawberry.type
class StationQuery(StationShownQuery, StationKeepQuery, StationVisitQuery):
    """Root fields that show stations."""


@strawberry.type
class StationMutation(
    StationKeepMutation, StationStandingMutation, StationExchangeMutation, StationVisitMutation
):
    """Root fields that keep stations up, and let people in and out."""
