"""Stations: the places where the city serves people, near someone and on the map.

Reads are answered from a snapshot in the process (store.py) and never wait for the database,
except the coverage of an area.
"""

from models.station.care_map import MARKERS_MOST, CareMap, Marker, Viewport, care_map
from models.station.circle import CIRCLE, Circle, Coverage, Gap, coverage
from models.station.cluster import CLUSTER, Cluster, Need, Shortage, cluster
from models.station.nearest import (
    WITHIN_METERS_DEFAULT,
    WITHIN_METERS_LEAST,
    WITHIN_METERS_MOST,
    near,
)
from models.station.opening import OPENING_DAYS, Opening, is_open, open_intervals
from models.station.record import NearbyStation, Station
from models.station.snapshot import OUTSKIRTS_METERS, Snapshot, from_rows
from models.station.store import (
    due_at,
    find,
    find_by_ids,
    forget,
    load,
    refresh,
    refresh_areas,
    snapshot,
    use,
)
from models.station.words import CARE_KINDS, Facility, Kind, Status

__all__ = [
    "CARE_KINDS",
    "CIRCLE",
    "CLUSTER",
    "MARKERS_MOST",
    "OPENING_DAYS",
    "OUTSKIRTS_METERS",
    "WITHIN_METERS_DEFAULT",
    "WITHIN_METERS_LEAST",
    "WITHIN_METERS_MOST",
    "CareMap",
    "Circle",
    "Cluster",
    "Coverage",
    "Facility",
    "Gap",
    "Kind",
    "Marker",
    "NearbyStation",
    "Need",
    "Opening",
    "Shortage",
    "Snapshot",
    "Station",
    "Status",
    "Viewport",
    "care_map",
    "cluster",
    "coverage",
    "due_at",
    "find",
    "find_by_ids",
    "forget",
    "from_rows",
    "is_open",
    "load",
    "near",
    "open_intervals",
    "refresh",
    "refresh_areas",
    "snapshot",
    "use",
]
