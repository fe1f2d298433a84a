"""Stations in the graph: near someone, on the care map, in a village, kept up, and live."""

from resolvers.station.change import StationSubscription
from resolvers.station.root import StationMutation, StationQuery
from resolvers.station.shape import Station

__all__ = ["Station", "StationMutation", "StationQuery", "StationSubscription"]
