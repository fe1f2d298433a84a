"""Whom a move of a wish is told, in the transaction of the move."""

from collections.abc import Iterable

from models import notification
from models.db import TODAY, Connection
from models.event import Topic
from models.wish.case import Case
from models.wish.words import Move, State

STAFF_TOLD_MOST = 20

WISHERS_HEAR = {
    Move.PUBLISH: "您的心愿已通过审核，等待认领",
    Move.REJECT: "您的心愿未通过审核",
    Move.CLAIM: "您的心愿已被认领",
    Move.RELEASE: "您的心愿的认领已取消，重新等待认领",
    Move.TIME_OUT: "您的心愿的认领已超时，重新等待认领",
    Move.DELIVER: "您的心愿正在实现中",
    Move.FULFIL: "您的心愿已实现，请确认",
    Move.EXPIRE: "您的心愿已过期",
}
"""What the wisher is told, and who made the wish for them."""
CLAIMANTS_HEAR = {
    Move.RELEASE: "您对心愿的认领已取消",
    Move.TIME_OUT: "您认领的心愿已超时",
    Move.CONFIRM: "您认领的心愿已确认圆梦，感谢您的奉献",
    Move.NOT_YET: "您认领的心愿尚未圆梦，请继续",
    Move.THANK: "您收到一份感谢",
    Move.WITHDRAW: "您认领的心愿已撤回",
}
"""What is told to who has, or had until now, claimed the wish."""
_WAITS = "有新的心愿待审核"
_IMPROPER = "您的心愿未通过内容检测"


async def tell(
    connection: Connection, kind: Move, before: Case, changed: Case, *, mover_id: int | None
) -> None:
    """Tell everybody whom a move concerns, but not who made it."""
    own = [key for key in (changed.wisher_id, changed.helper_id) if key is not None]
    claim = before.claim or changed.claim
    if title := _for_wishers(kind, changed):
        await _tell(connection, changed, title, own, mover_id)
    if (title := CLAIMANTS_HEAR.get(kind)) and claim:
        await _tell(connection, changed, title, [claim.person_id], mover_id)
    if changed.state is State.REVIEWING:
        rows = await connection.fetch(_REVIEWERS, changed.area_code, STAFF_TOLD_MOST)
        told = [row["person_id"] for row in rows]
        await _tell(connection, changed, _WAITS, told, mover_id)


def _for_wishers(kind: Move, changed: Case) -> str | None:
    if kind is Move.CHECK:
        return _IMPROPER if changed.state is State.REJECTED else None
    return WISHERS_HEAR.get(kind)


async def _tell(
    connection: Connection, of: Case, title: str, people: Iterable[int], mover_id: int | None
) -> None:
    await notification.tell(
        connection,
        [person_id for person_id in people if person_id != mover_id],
        title=title,
        topic=Topic.WISH,
        thing_id=of.id,
        area_code=of.area_code,
    )


_REVIEWERS = f"""
SELECT DISTINCT person_id FROM appointment
JOIN person ON person.id = person_id AND banned_at IS NULL
WHERE role = 'VILLAGE_CADRE' AND area_code = left($1, 12)
    AND started_on <= {TODAY} AND (ended_on IS NULL OR ended_on >= {TODAY})
ORDER BY person_id LIMIT $2
"""  # noqa: S608 - constants
