"""Clusters on a web map: cells of the web-mercator pyramid, which stay when the map is panned."""

from collections.abc import Iterable
from math import asinh, pi, radians, tan
from typing import TypeAlias

from models.station.record import Station

ZOOM_MOST = 22
CELLS_DEEPER = 2
"""A cell is the tile this many zooms deeper: 64 pixels wide, about the width of a finger."""

DEEPEST = ZOOM_MOST + CELLS_DEEPER
MERCATOR_LATITUDE_MOST = 85.051
_WORLD = 1 << DEEPEST

Spot: TypeAlias = tuple[float, float, int, int, Station]
Cells: TypeAlias = dict[tuple[int, int], list[Station]]


def spot(station: Station) -> Spot:
    """Give longitude, latitude, column and row of the deepest cell, and the station."""
    longitude, latitude = station.point
    clipped = max(-MERCATOR_LATITUDE_MOST, min(MERCATOR_LATITUDE_MOST, latitude))
    column = int((longitude + 180) / 360 * _WORLD)
    row = int((1 - asinh(tan(radians(clipped))) / pi) / 2 * _WORLD)
    return longitude, latitude, column, row, station


def cells(spots: Iterable[Spot], *, zoom: int, most: int) -> Cells:
    """Gather spots by cell, at the zoom or, if that gives more than `most` cells, above it."""
    up = ZOOM_MOST - zoom
    gathered: Cells = {}
    for _, _, column, row, station in spots:
        gathered.setdefault((column >> up, row >> up), []).append(station)
    while len(gathered) > most:
        above: Cells = {}
        for (column, row), stations in gathered.items():
            above.setdefault((column >> 1, row >> 1), []).extend(stations)
        gathered = above
    return gathered
