"""How the moves of tickets are tried (rights_cases.py): each in a state in which it is possible.

Who may make a move stands in the table of the flow (models/ticket/flow.py), as what they must be
to the ticket; by which right they are that, in tests/rights_table.py. That every move is tried in
every state, by everybody, is the promise of tests/test_ticket_flow.py.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.access import Action
from models.geo import Point
from models.ticket import FLOW, Move, State, duplicate
from models.ticket.store import rank
from resolvers.node import global_id
from tests import grids
from tests.rights_cases import Target, Try, case
from tests.rights_table import PARTIES

MUTATIONS = {
    move: "ticket" + "".join(word.capitalize() for word in move.split("_")) for move in FLOW
} | {Move.REWORK: "ticketVerify"}
OVER = {State.CLOSED, State.REJECTED, State.WITHDRAWN, State.MERGED}


@case("ticketSubmit", Action.TICKET_SUBMIT, of_oneself=True)
async def _submit(target: Target) -> Try:
    given = {"category": "STREET_LAMP", "text": "路灯不亮", "point": target.place.point}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


def _moves(move: Move) -> None:
    actions = dict.fromkeys(PARTIES[party] for party in FLOW[move].parties)
    # Who reported a ticket does not join it, and finds no neighbour's right there.
    of_people = move is not Move.JOIN

    @case(MUTATIONS[move], *actions, of_people=of_people, move=move)
    async def try_move(target: Target) -> Try:
        key = await _ticket(target, move)
        given = {"ticketId": global_id("Ticket", key), "idempotencyKey": target.key}
        return Try(
            {**given, **await _needed(target, move)},
            target.place.grid,
            target.place.unit_id,
            target.place.village,
            target.owner_id,
        )


async def _needed(target: Target, move: Move) -> dict[str, Any]:
    """Give what else a move asks for."""
    if move is Move.MERGE:
        return {"intoId": global_id("Ticket", await _ticket(target, move))}
    text = {"text": "因为如此"}
    unit = {"unitId": global_id("Unit", target.place.unit_id)}
    # Who handles it is staff, and gives it to themself.
    staff = {"personId": global_id("Person", target.actor_id or target.owner_id)}
    needed: dict[Move, dict[str, Any]] = {
        Move.ACCEPT: unit,
        Move.REJECT: {"reason": "UNCLEAR"},
        Move.APPEAL: text,
        Move.SETTLE: text,
        Move.RETURN: {"reason": "NOT_OUR_DUTY", **text},
        Move.ARBITRATE: unit,
        Move.ASK_EXTENSION: {"days": 5, **text},
        Move.SUSPEND: {"reason": "WEATHER"},
        Move.RESOLVE: text,
        Move.VERIFY: {"ok": True},
        Move.REWORK: {"ok": False},
        Move.CALL_BACK: {"contacted": True, "solved": True},
        Move.RATE: {"satisfaction": 5},
        Move.REOPEN: text,
        Move.ASSIGN: staff,
        Move.COMMENT: text,
        Move.JOIN: {"point": target.place.point},
    }
    return needed.get(move, {})


async def _ticket(target: Target, move: Move) -> int:
    """Write a ticket that the owner reported, in the first state in which the move is possible."""
    state, now = FLOW[move].states[0], datetime.now(UTC)
    due_at = None if state in OVER else now + timedelta(days=9)
    ended_at = now if state in OVER else None
    is_asked = move in {Move.GRANT_EXTENSION, Move.DENY_EXTENSION}
    point = Point(**target.place.point)
    key = await grids.add(
        "ticket",
        number=f"{move[:4]}-{await grids.value(_NEXT)}",
        state=state,
        version=1,
        round=1,
        category="STREET_LAMP",
        urgency="NORMAL",
        source="MINI_PROGRAM",
        area_code=target.place.grid,
        longitude=point.longitude,
        latitude=point.latitude,
        box=duplicate.box(point),
        text="路灯不亮",
        terms=[],
        is_anonymous=False,
        unit_id=target.place.unit_id,
        returns=0,
        is_bound=False,
        is_appealed=False,
        extension="ASKED" if is_asked else None,
        extension_days=5 if is_asked else None,
        calls=0,
        rank=rank(due_at, ended_at),
        submitted_at=now,
        due_at=due_at,
        resolve_due_at=due_at,
        paused_at=now if state is State.SUSPENDED else None,
        ended_at=ended_at,
    )
    await grids.add("ticket_reporter", ticket_id=key, is_first=True, person_id=target.owner_id)
    return key


_NEXT = "SELECT nextval('ticket_number')"

for _move in FLOW:
    _moves(_move)
