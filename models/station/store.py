"""The process's snapshot of all stations: loaded off the event loop, swapped at once.

Whoever reads takes `snapshot()` once and answers from that one value, so that no answer mixes two
versions. After a change of a station the process calls `refresh` with its id, after a change of
an area `refresh_areas` with its code; at each midnight of the city, when `due_at` says so, it
calls `load`, because hours are read for the days to come.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from models import area, db, hours
from models.errors import Unavailable
from models.station import occupancy
from models.station.record import COLUMNS, Row, Shared, Station, from_row
from models.station.snapshot import Snapshot, changed, from_rows

_ALL = f"SELECT {COLUMNS} FROM station"  # noqa: S608 - constants
# A row that is found both ways comes twice, and is read twice.
_SOME = f"""
{_ALL} WHERE id = ANY($1)
UNION ALL
SELECT there.* FROM unnest($2::text[]) AS grid (code) CROSS JOIN LATERAL (
    {_ALL} WHERE area_code >= grid.code COLLATE "C" AND area_code < grid.code || ':' COLLATE "C"
) AS there
"""  # noqa: S608 - constants
_ONE = f"{_ALL} WHERE id = $1"


class _Store:
    """The snapshot, the ids and grids that changed since, and whose turn it is to build."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.changed: set[int] = set()
        self.changed_grids: set[str] = set()
        self.turn = asyncio.Lock()


_store = _Store()


def snapshot() -> Snapshot:
    """Give the stations as this process knows them; raises Unavailable before the first load."""
    if _store.snapshot is None:
        raise Unavailable
    return _store.snapshot


def find(key: int) -> Station | None:
    """Give the station with this key, whatever its status, if there is one."""
    return snapshot().stations.get(key)


def find_by_ids(ids: Iterable[int]) -> dict[int, Station]:
    """Give the stations with these keys, all of one version."""
    stations = snapshot().stations
    return {key: stations[key] for key in ids if key in stations}


async def read(key: int) -> Station | None:
    """Read the station with this key as it is in the database now; raises Unavailable.

    The snapshot follows a change within a moment; whoever is told of a change asks here.
    """
    row = await db.fetch_one(_ONE, key)
    if row is None:
        return None
    known = snapshot()
    grids = {**known.grids, **await _new_grids(known, [row])}
    text = row["opening_hours"]
    meant = known.hours.get(text) or hours.read(text, start=known.start)
    return from_row(row, grids=grids, hours=meant, shared=Shared())


def use(new: Snapshot) -> None:
    """Answer from this snapshot from now on."""
    _store.snapshot = new


def forget() -> None:
    """Know no stations any more, as before the first load."""
    global _store
    _store = _Store()
    occupancy.forget()


def due_at() -> datetime:
    """Say when `load` is due: now if nothing is loaded, else at the city's next midnight."""
    if _store.snapshot is None:
        return datetime.now(UTC)
    return _store.snapshot.start + timedelta(days=1)


async def load(*, now: datetime | None = None) -> None:
    """Read all stations and answer from them; raises Unavailable and then changes nothing."""
    async with _store.turn:
        grids = await area.grids()
        rows = await db.fetch(_ALL)
        await occupancy.load()
        use(await asyncio.to_thread(from_rows, rows, grids, at=now or datetime.now(UTC)))


async def refresh(ids: Iterable[int]) -> None:
    """Read these stations anew; raises Unavailable, and then the next refresh reads them too.

    Calls that come while one is at work are answered together.
    """
    _store.changed.update(ids)
    await _catch_up()


async def refresh_areas(codes: Iterable[str]) -> None:
    """Read the grids of these areas anew, with the stations in them; as `refresh` otherwise.

    Areas above grids are nothing that a station shows.
    """
    length = area.GRID_CODE_LENGTH
    _store.changed_grids.update(code[:length] for code in codes if len(code) >= length)
    await _catch_up()


async def _catch_up() -> None:
    async with _store.turn:
        if _store.snapshot is None or not (_store.changed or _store.changed_grids):
            return
        # Taken before the read: a change that is told during it is read by the next turn.
        ids, _store.changed = _store.changed, set()
        grids, _store.changed_grids = _store.changed_grids, set()
        try:
            use(await _next(_store.snapshot, ids, grids))
        except BaseException:
            _store.changed |= ids
            _store.changed_grids |= grids
            raise


async def _next(old: Snapshot, ids: set[int], changed_grids: set[str]) -> Snapshot:
    """Build what follows: these stations, and all that are or were in these grids, are new."""
    were_there = {key for key, one in old.stations.items() if _grid_code(one) in changed_grids}
    asked = ids | were_there
    rows = await db.fetch(_SOME, list(asked), list(changed_grids))
    codes = {row["area_code"][: area.GRID_CODE_LENGTH] for row in rows}
    wanted = (codes - old.grids.keys()) | changed_grids
    grids = await area.find_all(wanted) if wanted else {}
    held = {code: grid for code, grid in grids.items() if _holds(grid)}
    ended = changed_grids - held.keys()
    return await asyncio.to_thread(changed, old, rows, asked, held, ended)


def _grid_code(station: Station) -> str:
    return station.area_code[: area.GRID_CODE_LENGTH]


async def _new_grids(old: Snapshot, rows: Sequence[Row]) -> dict[str, area.Area]:
    codes = {row["area_code"][: area.GRID_CODE_LENGTH] for row in rows}
    grids = await area.find_all(codes - old.grids.keys()) if codes - old.grids.keys() else {}
    return {code: grid for code, grid in grids.items() if _holds(grid)}


def _holds(found: area.Area) -> bool:
    return found.level is area.Level.GRID and found.ended_on is None
