"""Resources: what people and units offer to those who wish for it."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from models import access, content, db, event, text
from models.access import Action, Rights, Thing
from models.db import TODAY, Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.wish import due
from models.wish.case import is_staff
from models.wish.home import BOXES, Home, home_of
from models.wish.store import rank_of
from models.wish.words import Category, RejectReason, ResourceMove, ResourceState

TITLE_LENGTH_MOST = 64
TEXT_LENGTH_MOST = 1_000
OPEN_MOST = 50
"""So many offers of somebody may be open at a time."""
UNTIL_DEFAULT = due.DEADLINE_DEFAULT
_LEADS = {
    ResourceMove.PUBLISH: (ResourceState.REVIEWING, ResourceState.OPEN),
    ResourceMove.REJECT: (ResourceState.REVIEWING, ResourceState.REJECTED),
    ResourceMove.CLOSE: (ResourceState.OPEN, ResourceState.CLOSED),
}
"""The state in which each move is possible, and where it leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody offers, as they typed it; `unit_id` is the unit that they offer it for."""

    title: str
    text: str
    category: Category
    unit_id: int | None = None
    until_on: date | None = None


async def offer(given: Offer, *, person_id: int, key: str) -> int:
    """Offer something once; gives its key. It lies in the grid where the person lives.

    Raises Refusal: INVALID for what can't be or who lives nowhere, NOT_ALLOWED for another unit
    than one's own, LIMIT_REACHED with OPEN_MOST open offers, and KEY_REUSED.
    """
    clean = replace(
        given,
        title=text.line(given.title, name="标题", field="title", most=TITLE_LENGTH_MOST),
        text=text.lines(given.text, name="内容", field="text", most=TEXT_LENGTH_MOST),
    )
    content.refuse_risky(clean.title, name="标题", field="title")
    content.refuse_risky(clean.text, name="内容", field="text")

    async def act(connection: Connection) -> int:
        held = await access.rights(connection, person_id)
        access.check(held, Action.RESOURCE_OFFER, Thing(owner_id=person_id))
        if clean.unit_id is not None and not is_staff(clean.unit_id, held):
            raise Refusal(Code.NOT_ALLOWED, "只有本单位人员可以代表单位提供资源", "unitId")
        await connection.execute(_LOCK_PERSON, person_id)
        home = await home_of(connection, person_id)
        if home is None:
            raise Refusal(Code.INVALID, "请先登记并确认居住地")
        if await connection.fetchval(_OPEN, person_id) >= OPEN_MOST:
            raise Refusal(Code.LIMIT_REACHED, f"同时提供的资源不能超过 {OPEN_MOST} 项")
        return await _write(connection, clean, home, person_id, at=datetime.now(UTC))

    asked = asdict(given)
    return await once(act, person_id=person_id, operation="resourceOffer", key=key, asked=asked)


async def review(
    resource_id: int, *, ok: bool, reason: RejectReason | None, person_id: int, key: str
) -> int:
    """Publish an offer or reject it; gives its key.

    Raises Refusal: NOT_FOUND for what this person may not see, NOT_ALLOWED without the right or
    for one's own, ILLEGAL_MOVE for what was reviewed before.
    """
    move = ResourceMove.PUBLISH if ok else ResourceMove.REJECT
    if not ok and reason is None:
        raise Refusal(Code.INVALID, "请选择不通过的原因", "reason")
    asked = {"resource": resource_id, "ok": ok, "reason": reason}
    facts = {"reason": reason} if reason and not ok else {}
    return await _move(resource_id, move, asked, facts, person_id=person_id, key=key)


async def close(resource_id: int, *, person_id: int, key: str) -> int:
    """End an offer of one's own; gives its key. Raises Refusal as `review` does."""
    asked = {"resource": resource_id}
    return await _move(resource_id, ResourceMove.CLOSE, asked, {}, person_id=person_id, key=key)


async def _move(  # noqa: PLR0913 - what is asked for, and by whom
    resource_id: int,
    move: ResourceMove,
    asked: dict[str, Any],
    facts: dict[str, Any],
    *,
    person_id: int,
    key: str,
) -> int:
    async def act(connection: Connection) -> int:
        row = await connection.fetchrow(_LOCK, resource_id)
        held = await access.rights(connection, person_id)
        if row is None or not _sees(held, row):
            raise Refusal(Code.NOT_FOUND, "未找到该资源", "resourceId")
        _check(held, row, move)
        await _advance(connection, row, move, actor_id=person_id, facts=facts)
        return resource_id

    operation = "resourceClose" if move is ResourceMove.CLOSE else "resourceReview"
    return await once(act, person_id=person_id, operation=operation, key=key, asked=asked)


def _sees(held: Rights, row: Any) -> bool:  # noqa: ANN401 - _LOCK
    return (
        row["state"] == ResourceState.OPEN
        or _is_own(held, row)
        or held.may(Action.WISH_READ, Thing(area_code=row["area_code"]))
    )


def _is_own(held: Rights, row: Any) -> bool:  # noqa: ANN401 - _LOCK
    is_theirs = held.person_id is not None and held.person_id == row["person_id"]
    return is_theirs or is_staff(row["unit_id"], held)


def _check(held: Rights, row: Any, move: ResourceMove) -> None:  # noqa: ANN401 - _LOCK
    may_review = held.may(Action.WISH_REVIEW, Thing(area_code=row["area_code"]))
    is_own = _is_own(held, row)
    if not (is_own if move is ResourceMove.CLOSE else may_review and not is_own):
        raise Refusal(Code.NOT_ALLOWED, f"您没有权限对此资源进行“{move.chinese}”")
    if row["state"] != _LEADS[move][0]:
        state = ResourceState(row["state"]).chinese
        raise Refusal(Code.ILLEGAL_MOVE, f"资源当前为“{state}”，不能{move.chinese}")


async def _write(
    connection: Connection, clean: Offer, home: Home, person_id: int, *, at: datetime
) -> int:
    key: int = await connection.fetchval(
        _INSERT,
        clean.category,
        clean.title,
        clean.text,
        home.area_code,
        *home.point,
        BOXES.of(home.point),
        person_id,
        clean.unit_id,
        _until(clean.until_on, at=at),
        rank_of(at, is_over=False),
        at,
    )
    facts = {"to": ResourceState.REVIEWING, "category": clean.category}
    await _record(
        connection, key, home.area_code, ResourceMove.OFFER, 1, actor_id=person_id, facts=facts
    )
    return key


def _until(given: date | None, *, at: datetime) -> date:
    today = due.day_of(at)
    if given is None:
        return today + UNTIL_DEFAULT
    if not today <= given <= today + due.DEADLINE_MOST:
        raise Refusal(Code.INVALID, "截止日期须在今天起一年以内", "untilOn")
    return given


async def _advance(
    connection: Connection,
    row: Any,  # noqa: ANN401 - _LOCK
    move: ResourceMove,
    *,
    actor_id: int | None,
    facts: dict[str, Any],
) -> None:
    state = _LEADS[move][1]
    ended_at = datetime.now(UTC) if state is not ResourceState.OPEN else None
    rank = rank_of(row["offered_at"], is_over=ended_at is not None)
    await connection.execute(_SAVE, row["id"], state, ended_at, rank)
    await _record(
        connection,
        row["id"],
        row["area_code"],
        move,
        row["version"] + 1,
        actor_id=actor_id,
        facts={"from": row["state"], "to": state, **facts},
    )


async def _record(  # noqa: PLR0913 - an event has that many sides
    connection: Connection,
    key: int,
    area_code: str,
    move: ResourceMove,
    version: int,
    *,
    actor_id: int | None,
    facts: dict[str, Any],
) -> None:
    await event.record(
        connection,
        topic=Topic.RESOURCE,
        thing_id=key,
        area_code=area_code,
        version=version,
        kind=move,
        actor_id=actor_id,
        facts=facts,
    )


async def close_due() -> int:
    """Close some offers whose last day has passed; gives how many."""
    async with db.transaction() as connection:
        rows = await connection.fetch(_DUE, BATCH)
        for row in rows:
            await _advance(connection, row, ResourceMove.CLOSE, actor_id=None, facts={})
    return len(rows)


BATCH = 50
_LOCK_PERSON = "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE"
_OPEN = "SELECT count(*) FROM resource WHERE person_id = $1 AND ended_at IS NULL"
_COLUMNS = "id, version, state, area_code, person_id, unit_id, offered_at"
_LOCK = f"SELECT {_COLUMNS} FROM resource WHERE id = $1 FOR UPDATE"  # noqa: S608 - constants
_DUE = f"""
SELECT {_COLUMNS} FROM resource WHERE ended_at IS NULL AND until_on < {TODAY} AND state = 'OPEN'
ORDER BY until_on, id LIMIT $1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants
_INSERT = """
INSERT INTO resource (category, title, text, area_code, longitude, latitude, box, person_id,
    unit_id, until_on, rank, offered_at, state, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'REVIEWING', 1)
RETURNING id
"""
_SAVE = """
UPDATE resource SET state = $2, ended_at = $3, rank = $4, version = version + 1 WHERE id = $1
"""
