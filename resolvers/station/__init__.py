"""Stations in the graph: near someone, on the care map, how a village is served, and kept up."""

from resolvers.station.root import StationMutation, StationQuery
from resolvers.station.shape import Station

__all__ = ["Station", "StationMutation", "StationQuery"]
