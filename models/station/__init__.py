"""Stations: the places where the city serves people, near someone and on the map.

Reads are answered from a snapshot in the process (store.py) and never wait for the database,
except the coverage of an area.
"""

from models.station.care_map import MARKERS_MOST, CareMap, Marker, Viewport, care_map
from models.station.circle import CIRCLE, Circle, Coverage, Gap, coverage
from models.station.cluster import CLUSTER, Cluster, Need, Shortage, cluster
from models.station.code import code_prefix
from models.station.exchange import Report, bring, export
from models.station.facts import Facts
from models.station.keep import New, Place, change, create, move
from models.station.nearest import (
    WITHIN_METERS_DEFAULT,
    WITHIN_METERS_LEAST,
    WITHIN_METERS_MOST,
    near,
)
from models.station.occupancy import hear, people_at, tell
from models.station.opening import OPENING_DAYS, Opening, is_open, open_intervals, openings
from models.station.record import NearbyStation, Station
from models.station.snapshot import OUTSKIRTS_METERS, Snapshot, from_rows
from models.station.standing import close, reopen, suspend
from models.station.store import (
    due_at,
    find,
    find_by_ids,
    forget,
    load,
    read,
    refresh,
    refresh_areas,
    snapshot,
    use,
)
from models.station.table import Fault
from models.station.visit import (
    Visit,
    check_in,
    check_out,
    end_visits,
    find_visit,
    forget_visits,
    visit_of,
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
    "Facts",
    "Fault",
    "Gap",
    "Kind",
    "Marker",
    "NearbyStation",
    "Need",
    "New",
    "Opening",
    "Place",
    "Report",
    "Shortage",
    "Snapshot",
    "Station",
    "Status",
    "Viewport",
    "Visit",
    "bring",
    "care_map",
    "change",
    "check_in",
    "check_out",
    "close",
    "cluster",
    "code_prefix",
    "coverage",
    "create",
    "due_at",
    "end_visits",
    "export",
    "find",
    "find_by_ids",
    "find_visit",
    "forget",
    "forget_visits",
    "from_rows",
    "hear",
    "is_open",
    "load",
    "move",
    "near",
    "open_intervals",
    "openings",
    "people_at",
    "read",
    "refresh",
    "refresh_areas",
    "reopen",
    "snapshot",
    "suspend",
    "tell",
    "use",
    "visit_of",
]
