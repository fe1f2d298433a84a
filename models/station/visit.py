"""Check-in and check-out at stations with a capacity: never more people than it holds.

Whoever comes or goes locks the station's one short row of occupancy, so that its count is always
that of the open visits. A visit ends at closing at the latest: `end_visits` writes that moment,
also when it comes later than that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from models import access, db, hours, once
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.station.occupancy import Count, note
from models.station.words import Status

STAY_MOST = timedelta(hours=24)
KEPT_DAYS = 30
"""So long it is known who was where; then the visit is deleted."""
END_MOST = 100
FORGET_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Visit:
    """That a person is, or was, at a station; it ends by itself at `ends_at`."""

    id: int
    station_id: int
    entered_at: datetime
    ends_at: datetime
    left_at: datetime | None


async def check_in(
    key: int, *, person_id: int, idempotency_key: str, now: datetime | None = None
) -> Visit:
    """Check a person in; who is in already stays so. Raises Refusal.

    LIMIT_REACHED when it is full, TOO_LATE outside of its hours, ILLEGAL_MOVE when it is out of
    service, needs no check-in, or the person is somewhere else.
    """

    async def act(connection: Connection) -> int:
        held = await access.rights(connection, person_id)
        access.check(held, Action.STATION_CHECK_IN, Thing(owner_id=person_id))
        at = now or datetime.now(UTC)
        # Looked at twice: whoever comes to a full or closed station need not wait for the lock.
        row = await _look(connection, key, person_id)
        if (here := _already(row, key)) is not None:
            return here
        _closing(row, at, coming=1)
        # The station before its count, in the order of those who change it.
        await connection.execute(_HOLD_STATION, key)
        await connection.execute(_ENTER, key)
        closing = _closing(await _look(connection, key, person_id), at, coming=0)
        ends_at = min(closing, at + STAY_MOST)
        visit: int | None = await connection.fetchval(_VISIT, key, person_id, at, ends_at)
        if visit is None:
            raise Refusal(Code.ILLEGAL_MOVE, "您刚刚已签到", "stationId")
        return visit

    return await _once(act, "stationCheckIn", key, person_id, idempotency_key)


async def check_out(
    key: int, *, person_id: int, idempotency_key: str, now: datetime | None = None
) -> Visit:
    """Check a person out; raises Refusal, ILLEGAL_MOVE for who is not in."""

    async def act(connection: Connection) -> int:
        held = await access.rights(connection, person_id)
        access.check(held, Action.STATION_CHECK_IN, Thing(owner_id=person_id))
        await connection.execute(_LOCK, key)
        visit: int | None = await connection.fetchval(
            _LEAVE, key, person_id, now or datetime.now(UTC)
        )
        if visit is None:
            raise Refusal(Code.ILLEGAL_MOVE, "您未在该阵地签到", "stationId")
        await connection.execute(_LESS, key, 1)
        return visit

    return await _once(act, "stationCheckOut", key, person_id, idempotency_key)


async def find_visit(key: int, *, person_id: int) -> Visit | None:
    """Give a person's own visit; anybody else's is None."""
    row = await db.fetch_one(_OWN, key, person_id)
    return _visit(row) if row else None


async def visit_of(person_id: int) -> Visit | None:
    """Give the visit of a person who is checked in somewhere."""
    row = await db.fetch_one(_OPEN, person_id)
    return _visit(row) if row else None


async def end_visits(*, now: datetime | None = None) -> int:
    """Check out, at the moment when it closed, everybody whose station has closed; give how many.

    Those of END_MOST stations at most: 0 when nobody is left.
    """
    at, ended = now or datetime.now(UTC), 0
    for row in await db.fetch(_DUE, at, END_MOST):
        async with db.transaction() as connection:
            await connection.execute(_LOCK, row["station_id"])
            gone = await connection.fetch(_END, row["station_id"], at)
            await connection.execute(_LESS, row["station_id"], len(gone))
            ended += len(gone)
    return ended


async def end_all(connection: Connection, key: int, *, now: datetime | None = None) -> None:
    """Check everybody out of a locked station that goes out of service."""
    await connection.execute(_LOCK, key)
    gone = await connection.fetch(_END_ALL, key, now or datetime.now(UTC))
    if gone:
        await connection.execute(_LESS, key, len(gone))


async def retime(
    connection: Connection, key: int, text: str | None, *, now: datetime | None = None
) -> None:
    """Let the visits of a locked station end by its new opening hours."""
    at = now or datetime.now(UTC)
    await connection.execute(_LOCK, key)
    await connection.execute(_RETIME, key, closes_at(text, at) or at, STAY_MOST)


async def forget_visits() -> int:
    """Delete visits that ended KEPT_DAYS ago; give how many, FORGET_MOST at most."""
    rows = await db.fetch(_FORGET, timedelta(days=KEPT_DAYS), FORGET_MOST)
    return len(rows)


def closes_at(text: str | None, at: datetime) -> datetime | None:
    """Give when the opening hours end in which an instant falls; None if it falls in none."""
    read = hours.read(text, start=hours.midnight(at), days=3)
    return next(
        (
            datetime.fromtimestamp(closes, UTC)
            for opens, closes in read.intervals()
            if opens <= at.timestamp() < closes
        ),
        None,
    )


async def _once(
    act: once.Act, operation: str, key: int, person_id: int, idempotency_key: str
) -> Visit:
    visit_id = await once.once(
        act,
        person_id=person_id,
        operation=operation,
        key=idempotency_key,
        asked={"stationId": key},
    )
    row = await db.fetch_one(_DONE, visit_id)
    if row is None:
        raise Refusal(Code.EXPIRED, "该签到记录已清除", "idempotencyKey")
    # Who did it sees it at once; all others within a second.
    note(row["station_id"], Count(row["people"], row["version"]))
    return _visit(row)


async def _look(connection: Connection, key: int, person_id: int) -> Any:  # noqa: ANN401 - a row
    row = await connection.fetchrow(_LOOK, key, person_id)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "没有这个阵地", "stationId")
    return row


def _already(row: Any, key: int) -> int | None:  # noqa: ANN401 - a row
    """Give the open visit of who is in already; raises Refusal for who is elsewhere."""
    if row["at_id"] is not None and row["at_id"] != key:
        raise Refusal(Code.ILLEGAL_MOVE, f"您已在“{row['at_name']}”签到，请先签退", "stationId")
    visit: int | None = row["visit_id"]
    return visit


def _closing(row: Any, at: datetime, *, coming: int) -> datetime:  # noqa: ANN401 - a row
    """Give when a station closes that takes in so many more; raises Refusal."""
    if row["status"] != Status.OPEN:
        raise Refusal(Code.ILLEGAL_MOVE, "该阵地暂不开放", "stationId")
    if row["capacity"] is None:
        raise Refusal(Code.ILLEGAL_MOVE, "该阵地无需签到", "stationId")
    closing = closes_at(row["opening_hours"], at)
    if closing is None:
        raise Refusal(Code.TOO_LATE, "现在不在开放时间内", "stationId")
    if row["people"] + coming > row["capacity"]:
        raise Refusal(Code.LIMIT_REACHED, "该阵地人数已满，请稍后再来", "stationId")
    return closing


def _visit(row: Any) -> Visit:  # noqa: ANN401 - a row
    return Visit(row["id"], row["station_id"], row["entered_at"], row["ends_at"], row["left_at"])


_LOOK = """
SELECT status, capacity, opening_hours, coalesce(people, 0) AS people,
    visit.id AS visit_id, visit.station_id AS at_id, visit.name AS at_name
FROM station LEFT JOIN station_occupancy AS counted ON counted.station_id = station.id
LEFT JOIN LATERAL (
    SELECT station_visit.id, station_visit.station_id, there.name
    FROM station_visit JOIN station AS there ON there.id = station_visit.station_id
    WHERE person_id = $2 AND left_at IS NULL
) AS visit ON true
WHERE station.id = $1
"""
_HOLD_STATION = "SELECT FROM station WHERE id = $1 FOR KEY SHARE"
_ENTER = """
INSERT INTO station_occupancy AS counted (station_id, people, version, is_told)
VALUES ($1, 1, 1, false)
ON CONFLICT (station_id) DO UPDATE
SET people = counted.people + 1, version = counted.version + 1, is_told = false
"""
_VISIT = """
INSERT INTO station_visit (station_id, person_id, entered_at, ends_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) WHERE left_at IS NULL DO NOTHING RETURNING id
"""
_LOCK = "SELECT FROM station_occupancy WHERE station_id = $1 FOR UPDATE"
_LEAVE = """
UPDATE station_visit SET left_at = greatest($3, entered_at)
WHERE station_id = $1 AND person_id = $2 AND left_at IS NULL RETURNING id
"""
_LESS = """
UPDATE station_occupancy SET people = people - $2, version = version + 1, is_told = false
WHERE station_id = $1
"""
_DUE = """
SELECT DISTINCT station_id FROM station_visit WHERE left_at IS NULL AND ends_at <= $1
ORDER BY station_id LIMIT $2
"""
_END = """
UPDATE station_visit SET left_at = ends_at
WHERE station_id = $1 AND left_at IS NULL AND ends_at <= $2 RETURNING id
"""
_END_ALL = """
UPDATE station_visit SET left_at = greatest($2, entered_at)
WHERE station_id = $1 AND left_at IS NULL RETURNING id
"""
_RETIME = """
UPDATE station_visit
SET ends_at = least(entered_at + $3, greatest($2, entered_at + interval '1 millisecond'))
WHERE station_id = $1 AND left_at IS NULL
"""
_FORGET = """
DELETE FROM station_visit WHERE id IN (
    SELECT id FROM station_visit WHERE left_at < now() - $1::interval LIMIT $2
) RETURNING id
"""
_COLUMNS = "station_visit.id, station_visit.station_id, entered_at, ends_at, left_at"
_OWN = f"SELECT {_COLUMNS} FROM station_visit WHERE id = $1 AND person_id = $2"  # noqa: S608 - constants
_OPEN = f"SELECT {_COLUMNS} FROM station_visit WHERE person_id = $1 AND left_at IS NULL"  # noqa: S608 - constants
_DONE = f"""
SELECT {_COLUMNS}, people, version FROM station_visit
JOIN station_occupancy AS counted ON counted.station_id = station_visit.station_id
WHERE station_visit.id = $1
"""  # noqa: S608 - constants
