"""Stations in the graph: near someone, on the care map, and how a village is served."""

from resolvers.station.query import StationQuery
from resolvers.station.shape import Station

__all__ = ["Station", "StationQuery"]
