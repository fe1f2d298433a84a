"""A station inside an action: its row locked, the right to act on it and its version checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models import access, event
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.geo import Point
from models.station import facts
from models.station.facts import Facts
from models.station.record import Row
from models.station.words import Status

REASON_LENGTH_MOST = 500


@dataclass(frozen=True, slots=True)
class Current:
    """A station as its locked row has it."""

    id: int
    area_code: str
    point: Point
    status: Status
    version: int
    facts: Facts

    @classmethod
    def of(cls, row: Row) -> "Current":
        """Read a locked row."""
        return cls(
            id=row["id"],
            area_code=row["area_code"],
            point=Point(row["longitude"], row["latitude"]),
            status=Status(row["status"]),
            version=row["version"],
            facts=facts.from_row(row),
        )


async def take(
    connection: Connection, key: int, *, action: Action, version: int, person_id: int
) -> Current:
    """Lock a station for an action of a person who saw this version of it.

    Raises Refusal NOT_FOUND, NOT_ALLOWED, or CONFLICT when somebody else changed it since.
    """
    row = await connection.fetchrow(_LOCK, key)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "没有这个阵地", "stationId")
    held = await access.rights(connection, person_id)
    access.check(held, action, Thing(area_code=row["area_code"]), path="stationId")
    if row["version"] != version:
        raise Refusal(Code.CONFLICT, "该阵地已被他人修改，请核对最新内容后重试", "version")
    return Current.of(row)


def check_not_closed(current: Current) -> None:
    """Refuse ILLEGAL_MOVE for a station that was given up."""
    if current.status is Status.CLOSED:
        raise Refusal(Code.ILLEGAL_MOVE, "该阵地已关闭，请先恢复开放", "stationId")


async def record(  # noqa: PLR0913 - an event has that many sides, each named by the caller
    connection: Connection,
    current: Current,
    kind: str,
    *,
    person_id: int,
    stated: Mapping[str, object],
    content: Mapping[str, object] | None = None,
    area_code: str | None = None,
    also_area_codes: Iterable[str] = (),
) -> None:
    """Write the event of the change that makes the next version of a locked station."""
    await event.record(
        connection,
        topic=Topic.STATION,
        thing_id=current.id,
        area_code=area_code or current.area_code,
        also_area_codes=also_area_codes,
        version=current.version + 1,
        kind=kind,
        actor_id=person_id,
        facts=stated,
        content=content,
    )


_LOCK = f"""
SELECT id, area_code, longitude, latitude, status, version, {", ".join(facts.COLUMNS)}
FROM station WHERE id = $1 FOR UPDATE
"""  # noqa: S608 - constants
