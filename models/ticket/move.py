"""Moving a ticket: the one way in which anything about it changes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from models import access, area, event, file, text
from models.access import NOBODY
from models.area import Area
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.geo import Point
from models.once import once
from models.ticket import closing, directory, duplicate, reporter, store, telling
from models.ticket.case import Ask, Case, Unit, Who, parties
from models.ticket.flow import Decision, decide
from models.ticket.record import is_visible
from models.ticket.words import Move, Party, State

TEXT_LENGTH_MOST = 1_000
_SAME_OPERATION = {Move.REWORK: Move.VERIFY}
"""Moves that are two answers of one mutation share its idempotency keys."""
_OPENING = frozenset({Move.APPEAL, Move.REOPEN})
"""Moves by which a ticket comes to stand in a grid again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A move as somebody asks for it: things by their keys, texts as typed."""

    move: Move
    text: str | None = None
    is_internal: bool = False
    reason: str | None = None
    unit_id: int | None = None
    into_id: int | None = None
    assignee_id: int | None = None
    point: Point | None = None
    is_anonymous: bool = False
    photo_ids: tuple[int, ...] = ()
    days: int | None = None
    is_contacted: bool = True
    is_solved: bool | None = None
    satisfaction: int | None = None


async def move(ticket_id: int, request: Request, *, person_id: int, key: str) -> int:
    """Move a ticket once; gives its key.

    Raises Refusal: NOT_FOUND for a ticket that this person may not see, NOT_ALLOWED,
    ILLEGAL_MOVE with the state it is in, what the move's own rules say, and KEY_REUSED.
    """
    asked = {"ticket": ticket_id, **asdict(request)}
    clean = _clean(request)

    async def act(connection: Connection) -> int:
        await _act(connection, ticket_id, clean, person_id=person_id)
        return ticket_id

    operation = f"ticket {_SAME_OPERATION.get(request.move, request.move)}"
    return await once(act, person_id=person_id, operation=operation, key=key, asked=asked)


def _clean(request: Request) -> Request:
    file.check_photos(request.photo_ids)
    if request.text is None:
        return request
    written = text.lines(request.text, name="说明", field="text", most=TEXT_LENGTH_MOST)
    return replace(request, text=written)


async def _act(
    connection: Connection, ticket_id: int, request: Request, *, person_id: int
) -> None:
    # Areas before tickets.
    grid = await _grid(connection, ticket_id) if request.move in _OPENING else None
    keys = {ticket_id} if request.into_id is None else {ticket_id, request.into_id}
    cases = await store.lock(connection, keys)
    at = datetime.now(UTC)
    # After the lock: what was taken away while this waited is gone.
    held = await access.rights(connection, person_id)
    found = cases.get(ticket_id)
    near = found is not None and held != NOBODY and _is_near(found, request, at)
    who = await reporter.who(connection, ticket_id, held, is_near=near)
    if found is None or not (is_visible(found, who) or near):
        raise Refusal(Code.NOT_FOUND, "未找到该工单", "ticketId")
    if request.move is Move.JOIN and (who.is_reporter or who.is_joiner):
        raise Refusal(Code.ALREADY_USED, "您已上报过此事")
    asked = await _ask(connection, request, found, who, cases)
    ask = replace(asked, area_code=grid.code if grid else None)
    decision = decide(ask, found, who, at=at)
    await _write(connection, ask, found, decision, who, request)


async def _grid(connection: Connection, ticket_id: int) -> Area | None:
    """Hold the grid in which a ticket that is over would stand if it were opened."""
    place = await store.place(connection, ticket_id)
    return await area.hold_at(connection, *place) if place else None


def _is_near(found: Case, request: Request, at: datetime) -> bool:
    if request.move is not Move.JOIN or request.point is None:
        return False
    return not found.is_over and duplicate.is_similar(found, request.point, at=at)


async def _ask(
    connection: Connection, request: Request, found: Case, who: Who, cases: Mapping[int, Case]
) -> Ask:
    return Ask(
        move=request.move,
        text=request.text,
        is_internal=request.is_internal,
        reason=request.reason,
        unit=await _unit(connection, request, found),
        other=await _other(connection, request, who, cases),
        assignee=await access.rights(connection, request.assignee_id),
        photo_ids=request.photo_ids,
        days=request.days,
        is_contacted=request.is_contacted,
        is_solved=request.is_solved,
        satisfaction=request.satisfaction,
    )


async def _unit(connection: Connection, request: Request, found: Case) -> Unit | None:
    if request.unit_id is not None:
        unit = await directory.named(connection, request.unit_id)
        if unit is None:
            raise Refusal(Code.INVALID, "没有这个单位", "unitId")
        return unit
    if request.move in {Move.ACCEPT, Move.ARBITRATE}:
        return await directory.proposed(connection, found)
    return None


async def _other(
    connection: Connection, request: Request, who: Who, cases: Mapping[int, Case]
) -> Case | None:
    if request.into_id is None or request.into_id not in cases:
        return None
    other = cases[request.into_id]
    seen = await reporter.who(connection, other.id, who.rights, is_near=False)
    # It changes, too: to have reported it, or to read it, is not enough.
    return other if Party.DISPATCHER in parties(other, seen) else None


async def _write(  # noqa: PLR0913, PLR0917 - all sides of one change
    connection: Connection,
    ask: Ask,
    before: Case,
    decision: Decision,
    who: Who,
    request: Request,
) -> None:
    assert who.person_id is not None, "nobody moves nothing"
    changed = decision.case
    await store.save(connection, changed)
    if ask.move is Move.JOIN:
        await reporter.add(
            connection, before.id, person_id=who.person_id, is_anonymous=request.is_anonymous
        )
    await file.attach_photos(
        connection,
        "ticket",
        before.id,
        version=changed.version,
        photo_ids=ask.photo_ids,
        person_id=who.person_id,
    )
    is_hidden = await _is_hidden(connection, decision.party, who, request, before)
    actor_id = None if is_hidden else who.person_id
    facts = _facts(ask, before, decision)
    await _record(connection, before, changed, ask.move, actor_id=actor_id, facts=facts, ask=ask)
    await telling.tell(
        connection,
        ask.move,
        changed,
        decision.party,
        mover_id=who.person_id,
        is_internal=ask.is_internal,
    )
    if ask.other:
        await _take_over(connection, before, ask.other, decision.party, who)
    if changed.state is State.CLOSED and before.state is not State.CLOSED:
        await closing.close(connection, changed, actor_id=who.person_id)


async def _is_hidden(
    connection: Connection, party: Party, who: Who, request: Request, before: Case
) -> bool:
    """Say whether who moves is not to be named: they reported, and stay anonymous."""
    if party is Party.NEIGHBOUR:
        return request.is_anonymous
    if not (who.is_reporter or who.is_joiner):
        return False
    named = await reporter.reporters(connection, before.id)
    return party is Party.REPORTER and named.get(who.person_id or 0, False)


async def _record(  # noqa: PLR0913 - an event has that many sides
    connection: Connection,
    before: Case,
    changed: Case,
    kind: Move,
    *,
    actor_id: int | None,
    facts: Mapping[str, object],
    ask: Ask | None = None,
) -> None:
    await event.record(
        connection,
        topic=Topic.TICKET,
        thing_id=changed.id,
        area_code=changed.area_code,
        also_area_codes=[before.area_code],
        version=changed.version,
        kind=kind,
        actor_id=actor_id,
        facts=facts,
        content={"text": ask.text} if ask and ask.text else None,
    )


async def _take_over(
    connection: Connection, merged: Case, into: Case, party: Party, who: Who
) -> None:
    """Let the reporters of a merged ticket follow the one that it became part of."""
    told = await reporter.reporters(connection, merged.id)
    for person_id, is_anonymous in sorted(told.items()):
        await reporter.add(connection, into.id, person_id=person_id, is_anonymous=is_anonymous)
    grown = replace(into, version=into.version + 1)
    await store.save(connection, grown)
    facts = _placed(into, grown, party) | {"merged": merged.id}
    await _record(connection, into, grown, Move.JOIN, actor_id=who.person_id, facts=facts)


def _placed(before: Case, after: Case, party: Party) -> dict[str, object]:
    return {"from": before.state, "to": after.state, "round": after.round, "by": party}


def _facts(ask: Ask, before: Case, decision: Decision) -> dict[str, object]:
    changed = decision.case
    stated = {
        "unit": changed.unit.id if changed.unit else None,
        "reason": ask.reason,
        "internal": ask.is_internal or None,
        "assignee": changed.assignee_id if ask.move is Move.ASSIGN else None,
        "proposed": ask.unit.id if ask.unit and ask.move is Move.RETURN else None,
        "into": ask.other.id if ask.other else None,
        "days": ask.days,
        "contacted": ask.is_contacted if ask.move is Move.CALL_BACK else None,
        "solved": ask.is_solved,
        "satisfaction": ask.satisfaction,
        "photos": len(ask.photo_ids) or None,
    }
    known = {name: value for name, value in stated.items() if value is not None}
    return _placed(before, changed, decision.party) | known
