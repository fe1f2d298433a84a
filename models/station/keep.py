"""Stations kept up: made, changed and moved by those whose area it is.

Each is one transaction: the row is locked, rights and version are checked, the row and its event
are written. A station stands in the grid that its point lies in; it may serve an area above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from models import access, area, db, event, once, text
from models.access import Action, Thing
from models.area import Area
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.geo import Point
from models.station import facts, photos, visit
from models.station.code import Codes
from models.station.current import Current, check_not_closed, record, take
from models.station.facts import ADDRESS_LENGTH_MOST, Facts
from models.station.record import Station
from models.station.snapshot import VILLAGE_CODE_LENGTH
from models.station.store import read
from models.station.words import Kind

PHOTOS_PATH = "photoIds"
UNPLACED_TEXT = "该位置不在任何网格内"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A station to be: it serves the grid of its point, or `area_code` above that grid."""

    facts: Facts
    kind: Kind
    point: Point
    area_code: str | None = None
    photo_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a station moves to; `area_code` is as in New."""

    point: Point
    address: str
    area_code: str | None = None


async def create(new: New, *, person_id: int, idempotency_key: str) -> Station:
    """Open a station; raises Refusal."""
    wanted = replace(
        new,
        facts=facts.checked(new.facts),
        photo_ids=photos.checked(new.photo_ids, path=PHOTOS_PATH),
    )
    grid = await area.at(new.point)

    async def act(connection: Connection) -> int:
        served = served_by(grid, new.area_code)
        held = await access.rights(connection, person_id)
        access.check(held, Action.STATION_CREATE, Thing(area_code=served), path="point")
        # The village is locked for the number of the code, the grid so that it does not end.
        await lock_areas(connection, {grid.code if grid else "", served[:VILLAGE_CODE_LENGTH]})
        code = await Codes(connection).next(new.kind, area_code=served)
        return await insert(connection, wanted, code=code, area_code=served, person_id=person_id)

    key = await once.once(
        act,
        person_id=person_id,
        operation="stationCreate",
        key=idempotency_key,
        asked=asdict(wanted),
    )
    return await shown(key)


async def change(
    key: int,
    *,
    version: int,
    given: Mapping[str, Any],
    photo_ids: Sequence[int] | None = None,
    person_id: int,
) -> Station:
    """Change some facts of a station, by their names in Facts, and its photos; raises Refusal.

    What is given as it is already changes nothing, and then neither does the version.
    """
    async with db.transaction() as connection:
        current = await take(
            connection, key, action=Action.STATION_CHANGE, version=version, person_id=person_id
        )
        check_not_closed(current)
        new = facts.changed(current.facts, given)
        differing = facts.differences(current.facts, new)
        is_shown_anew = photo_ids is not None and await photos.show(
            connection,
            key,
            photos.checked(photo_ids, path=PHOTOS_PATH),
            person_id=person_id,
            path=PHOTOS_PATH,
        )
        if differing or is_shown_anew:
            await write_change(
                connection, current, new, is_shown_anew=is_shown_anew, person_id=person_id
            )
    return await shown(key)


async def move(key: int, *, version: int, place: Place, person_id: int) -> Station:
    """Move a station; raises Refusal.

    It needs the right where it stood and where it will stand. Its code stays as it is.
    """
    address = text.line(place.address, name="地址", field="address", most=ADDRESS_LENGTH_MOST)
    grid = await area.at(place.point)
    async with db.transaction() as connection:
        # Areas before stations; whether these hold matters once all else is right.
        wanted = {code for code in (grid and grid.code, place.area_code) if code}
        holding = await area.hold_all(connection, wanted)
        current = await take(
            connection, key, action=Action.STATION_MOVE, version=version, person_id=person_id
        )
        check_not_closed(current)
        served = served_by(grid, place.area_code)
        held = await access.rights(connection, person_id)
        access.check(held, Action.STATION_MOVE, Thing(area_code=served), path="point")
        if served not in holding or (grid and grid.code not in holding):
            raise Refusal(Code.INVALID, UNPLACED_TEXT, "point")
        await write_move(
            connection,
            current,
            point=place.point,
            address=address,
            served=served,
            person_id=person_id,
        )
    return await shown(key)


async def write_change(
    connection: Connection,
    current: Current,
    new: Facts,
    *,
    is_shown_anew: bool = False,
    person_id: int,
) -> None:
    """Write the next version of a locked station, and what differs as its event."""
    differing = facts.differences(current.facts, new)
    await connection.execute(_CHANGE, current.id, *facts.values(new))
    if new.capacity is None:
        await visit.end_all(connection, current.id)
    elif "opening_hours" in differing:
        await visit.retime(connection, current.id, new.opening_hours)
    await record(
        connection,
        current,
        "CHANGED",
        person_id=person_id,
        stated={"changed": [*differing, *(["photos"] if is_shown_anew else [])]},
        content={
            "before": {name: getattr(current.facts, name) for name in differing},
            "after": {name: getattr(new, name) for name in differing},
        },
    )


async def write_move(  # noqa: PLR0913 - a move has that many sides, each named by the caller
    connection: Connection,
    current: Current,
    *,
    point: Point,
    address: str,
    served: str,
    person_id: int,
) -> None:
    """Write the next version of a locked station, and where it went as its event."""
    await connection.execute(_MOVE, current.id, served, *point, address)
    await record(
        connection,
        current,
        "MOVED",
        person_id=person_id,
        stated={"from": list(current.point), "to": list(point)},
        content={"before": current.facts.address, "after": address},
        area_code=served,
        also_area_codes=[current.area_code],
    )


async def shown(key: int) -> Station:
    """Give a station as it was just written."""
    found = await read(key)
    assert found, "stations are never deleted"
    return found


async def lock_areas(connection: Connection, codes: set[str]) -> None:
    """Lock areas in the order of their codes; raises Refusal if one of them does not hold."""
    rows = await connection.fetch(_LOCK_AREAS, sorted(codes))
    if len(rows) < len(codes):
        raise Refusal(Code.INVALID, UNPLACED_TEXT, "point")


async def insert(
    connection: Connection, new: New, *, code: str, area_code: str, person_id: int
) -> int:
    """Write a new station and its event; the caller holds the lock of its village."""
    key: int = await connection.fetchval(
        _INSERT, code, area_code, new.kind, *new.point, *facts.values(new.facts)
    )
    if new.photo_ids:
        await photos.show(connection, key, new.photo_ids, person_id=person_id, path=PHOTOS_PATH)
    await event.record(
        connection,
        topic=Topic.STATION,
        thing_id=key,
        area_code=area_code,
        version=1,
        kind="CREATED",
        actor_id=person_id,
        facts={"kind": new.kind},
    )
    return key


def served_by(grid: Area | None, area_code: str | None) -> str:
    """Give the area that a station in a grid serves; raises Refusal INVALID."""
    if grid is None:
        raise Refusal(Code.INVALID, UNPLACED_TEXT, "point")
    if area_code is None:
        return grid.code
    if area_code not in area.path_codes(grid.code):
        raise Refusal(Code.INVALID, "服务的区划须是所在网格或其上级", "areaCode")
    return area_code


_NAMES = ", ".join(facts.COLUMNS)
_INSERT = f"""
INSERT INTO station (code, area_code, kind, longitude, latitude, {_NAMES}, verified_at)
VALUES ($1, $2, $3, $4, $5, {", ".join(f"${n}" for n in range(6, 6 + len(facts.COLUMNS)))}, now())
RETURNING id
"""  # noqa: S608 - constants
_SETS = ", ".join(f"{name} = ${place}" for place, name in enumerate(facts.COLUMNS, 2))
_CHANGE = f"""
UPDATE station SET {_SETS}, verified_at = now(), changed_at = now(), version = version + 1
WHERE id = $1
"""  # noqa: S608 - constants
_MOVE = """
UPDATE station SET area_code = $2, longitude = $3, latitude = $4, address = $5,
    verified_at = now(), changed_at = now(), version = version + 1
WHERE id = $1
"""
_LOCK_AREAS = """
SELECT code FROM area WHERE code = ANY($1) AND valid_to IS NULL ORDER BY code FOR NO KEY UPDATE
"""
