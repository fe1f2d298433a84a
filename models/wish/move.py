"""Moving a wish: the one way in which anything about it changes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from models import access, content, db, event, file, points, text
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.wish import store, telling
from models.wish.case import Ask, Case, Who, is_staff
from models.wish.flow import decide
from models.wish.record import is_visible
from models.wish.words import Checked, Move, Party

TEXT_LENGTH_MOST = 1_000
CLAIMS_MOST = 50
"""So many claims of somebody may be active at a time."""
_SAME_OPERATION = {Move.REJECT: Move.PUBLISH, Move.NOT_YET: Move.CONFIRM}
"""Moves that are two answers of one mutation share its idempotency keys."""
SYSTEM = Who(is_system=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A move as somebody asks for it: things by their keys, texts as typed."""

    move: Move
    text: str | None = None
    reason: str | None = None
    unit_id: int | None = None
    photo_ids: tuple[int, ...] = ()


async def move(wish_id: int, request: Request, *, person_id: int, key: str) -> int:
    """Move a wish once; gives its key.

    Raises Refusal: NOT_FOUND for a wish that this person may not see, NOT_ALLOWED, ILLEGAL_MOVE
    with the state it is in, what the move's own rules say, and KEY_REUSED.
    """
    asked = {"wish": wish_id, **asdict(request)}
    clean = _clean(request)

    async def act(connection: Connection) -> int:
        await _act(connection, wish_id, clean, person_id=person_id)
        return wish_id

    operation = f"wish {_SAME_OPERATION.get(request.move, request.move)}"
    return await once(act, person_id=person_id, operation=operation, key=key, asked=asked)


async def check(wish_id: int, verdict: Checked) -> bool:
    """Take what a check has found of a submitted wish; says whether it still waited for it."""
    return await run(wish_id, Move.CHECK, verdict=verdict)


async def run(wish_id: int, kind: Move, *, verdict: Checked | None = None) -> bool:
    """Move a wish by itself; says whether it was time, and nobody had moved it before."""
    async with db.transaction() as connection:
        found = await store.lock(connection, wish_id)
        at = datetime.now(UTC)
        if found is None:
            return False
        try:
            await carry_out(connection, kind, Ask(verdict=verdict), found, SYSTEM, at=at)
        except Refusal:
            # Decided before anything was written: somebody was faster.
            return False
    return True


async def check_at_once(
    connection: Connection, submitted: Case, verdict: Checked | None, *, at: datetime
) -> None:
    """Go on with a wish that was submitted in the same transaction, if it need not wait."""
    if verdict:
        await carry_out(connection, Move.CHECK, Ask(verdict=verdict), submitted, SYSTEM, at=at)


async def who_asks(connection: Connection, person_id: int) -> Who:
    """Say who asks, as their rights are in this transaction."""
    held = await access.rights(connection, person_id)
    is_member = await connection.fetchval(_IS_PARTY_MEMBER, held.person_id)
    return Who(held, is_party_member=bool(is_member))


def _clean(request: Request) -> Request:
    file.check_photos(request.photo_ids)
    if request.text is None:
        return request
    written = text.lines(request.text, name="说明", field="text", most=TEXT_LENGTH_MOST)
    if request.move is not Move.REJECT:
        # Who rejects a wish may name what is wrong with it.
        content.refuse_risky(written, name="说明", field="text")
    return replace(request, text=written)


async def _act(connection: Connection, wish_id: int, request: Request, *, person_id: int) -> None:
    if request.move is Move.CLAIM:
        # People before wishes: of two claims of somebody at once one sees the other.
        await connection.execute(_LOCK_PERSON, person_id)
    found = await store.lock(connection, wish_id)
    at = datetime.now(UTC)
    # After the lock: what was taken away while this waited is gone.
    asking = await who_asks(connection, person_id)
    if found is None or not is_visible(found, asking):
        raise Refusal(Code.NOT_FOUND, "未找到该心愿", "wishId")
    if request.unit_id is not None and not is_staff(request.unit_id, asking.rights):
        raise Refusal(Code.NOT_ALLOWED, "只有本单位人员可以代表单位认领", "unitId")
    if request.move is Move.CLAIM:
        await _check_claims(connection, person_id)
    ask = Ask(
        text=request.text,
        reason=request.reason,
        photo_count=len(request.photo_ids),
        unit_id=request.unit_id,
    )
    changed = await carry_out(connection, request.move, ask, found, asking, at=at)
    await file.attach_photos(
        connection,
        "wish",
        wish_id,
        version=changed.version,
        photo_ids=request.photo_ids,
        person_id=person_id,
    )


async def _check_claims(connection: Connection, person_id: int) -> None:
    if await connection.fetchval(_CLAIMS, person_id) >= CLAIMS_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"同时认领的心愿不能超过 {CLAIMS_MOST} 个")


async def carry_out(  # noqa: PLR0913 - all sides of one change
    connection: Connection, kind: Move, ask: Ask, before: Case, asking: Who, *, at: datetime
) -> Case:
    """Decide a move of a locked wish, write and record it; raises Refusal before it writes."""
    decision = decide(kind, ask, before, asking, at=at)
    changed = decision.case
    await store.save(connection, before, changed, at=at)
    award = await _award(connection, kind, changed)
    await record(
        connection,
        kind,
        before,
        changed,
        decision.party,
        actor_id=asking.person_id,
        ask=ask,
        facts={"award": award} if award else {},
    )
    await telling.tell(connection, kind, before, changed, mover_id=asking.person_id)
    return changed


async def _award(connection: Connection, kind: Move, changed: Case) -> int | None:
    """Reward who made a wish come true, by the rule of their programme; a unit gets nothing."""
    claim = changed.claim
    if kind is not Move.CONFIRM or claim is None or claim.unit_id is not None:
        return None
    earned = points.Earned(claim.person_id, points.Source.WISH, changed.id)
    awards = await points.award_for(connection, [earned], area_code=changed.area_code)
    return awards[0] if awards else None


async def record(  # noqa: PLR0913 - an event has that many sides
    connection: Connection,
    kind: Move,
    before: Case,
    changed: Case,
    party: Party,
    *,
    actor_id: int | None,
    ask: Ask | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write the event of a move."""
    ask = ask or Ask()
    stated = {
        "from": before.state if before.version else None,
        "to": changed.state,
        "by": party,
        "reason": ask.reason,
        "unit": ask.unit_id,
        "photos": ask.photo_count or None,
        "verdict": ask.verdict,
        **(facts or {}),
    }
    await event.record(
        connection,
        topic=Topic.WISH,
        thing_id=changed.id,
        area_code=changed.area_code,
        version=changed.version,
        kind=kind,
        actor_id=actor_id,
        facts={name: value for name, value in stated.items() if value is not None},
        content={"text": ask.text} if ask.text else None,
    )


_IS_PARTY_MEMBER = "SELECT is_party_member FROM person WHERE id = $1"
_LOCK_PERSON = "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE"
_CLAIMS = "SELECT count(*) FROM wish_claim WHERE person_id = $1 AND outcome IS NULL"
