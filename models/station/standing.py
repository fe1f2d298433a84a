"""How a station stands: suspended for a while, closed, and opened again."""

from models import db, text
from models.access import Action
from models.errors import Code, Refusal
from models.station import visit
from models.station.current import REASON_LENGTH_MOST, record, take
from models.station.keep import shown
from models.station.record import Station
from models.station.words import Status

_MOVES = {
    Status.SUSPENDED: ("SUSPENDED", (Status.OPEN,), "只有正常开放的阵地可以暂停服务"),
    Status.CLOSED: ("CLOSED", (Status.OPEN, Status.SUSPENDED), "该阵地已经关闭"),
    Status.OPEN: ("REOPENED", (Status.SUSPENDED, Status.CLOSED), "该阵地本来就在开放"),
}
"""What brings a station to a status: the kind of the event, from where, and why not otherwise."""


async def suspend(key: int, *, version: int, reason: str, person_id: int) -> Station:
    """Take a station out of service for a while; raises Refusal."""
    return await _stand(key, Status.SUSPENDED, version, reason, person_id)


async def close(key: int, *, version: int, reason: str, person_id: int) -> Station:
    """Give a station up; raises Refusal."""
    return await _stand(key, Status.CLOSED, version, reason, person_id)


async def reopen(key: int, *, version: int, reason: str, person_id: int) -> Station:
    """Put a station back into service; raises Refusal."""
    return await _stand(key, Status.OPEN, version, reason, person_id)


async def _stand(key: int, status: Status, version: int, reason: str, person_id: int) -> Station:
    why = text.lines(reason, name="原因", field="reason", most=REASON_LENGTH_MOST)
    kind, before, no = _MOVES[status]
    async with db.transaction() as connection:
        current = await take(
            connection, key, action=Action.STATION_CLOSE, version=version, person_id=person_id
        )
        if current.status not in before:
            raise Refusal(Code.ILLEGAL_MOVE, no, "stationId")
        await connection.execute(_STAND, key, status)
        if status is not Status.OPEN:
            await visit.end_all(connection, key)
        await record(
            connection,
            current,
            kind,
            person_id=person_id,
            stated={"from": current.status, "to": status},
            content={"reason": why},
        )
    return await shown(key)


_STAND = """
UPDATE station SET status = $2, changed_at = now(), version = version + 1 WHERE id = $1
"""
