"""The snapshot is small: every process holds all stations of the city."""

import gc
import tracemalloc

import pytest

from models import station
from tests.stations import GRID, NOON, scatter

STATIONS = 3_000
STATION_BYTES_MOST = 1_536
HOURS = 40


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("asks", [0, 1_000])
def test_a_station_takes_a_kilobyte_and_a_half(asks: int) -> None:
    """With its own name, address and number, its share of all indexes, and what answers leave.

    Left out are the grids, which are records of the areas.
    """
    grids = {GRID.code: GRID}
    # What the first build leaves for good (the parser, its holidays) is nobody's share.
    station.from_rows(scatter(1, 10), grids, at=NOON)
    tracemalloc.start()
    try:
        before = _traced()
        rows = scatter(1, STATIONS)
        for one in rows:
            one["opening_hours"] = f"Mo-Fr 08:{one['id'] % HOURS:02}-18:30; PH off"
        made = station.from_rows(rows, grids, at=NOON)
        station.use(made)
        for one in rows[:asks]:
            point = station.snapshot().stations[one["id"]].point
            station.near(point, now=NOON.timestamp())
        del rows, one
        taken = _traced() - before
    finally:
        tracemalloc.stop()
        station.forget()
    assert len(made.stations) == STATIONS
    assert taken / STATIONS <= STATION_BYTES_MOST
