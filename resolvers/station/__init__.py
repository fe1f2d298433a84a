"""Stations in the graph: near someone, on the care map, how a village is served, and kept up."""

from resolvers.station.keep import StationKeepMutation, StationKeepQuery
from resolvers.station.query import StationQuery
from resolvers.station.shape import Station
from resolvers.station.standing import StationStandingMutation

__all__ = [
    "Station",
    "StationKeepMutation",
    "StationKeepQuery",
    "StationQuery",
    "StationStandingMutation",
]
