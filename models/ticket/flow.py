"""The flow of tickets: one table that says which move leads where and who may make it.

The code asks it, docs/ticket.md is written from it and the tests try every cell of it. `decide`
is the only judge; it reads no database and no clock.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from models import flow
from models.flow import Flow
from models.ticket.case import Ask, Case, Who, parties
from models.ticket.effect import after
from models.ticket.rules import check
from models.ticket.words import OPEN_STATES, Move, Party, State

Rule: TypeAlias = flow.Rule[State, Party]

_ON_THE_WAY = (State.DISPATCHED, State.ACKNOWLEDGED, State.IN_PROGRESS, State.SUSPENDED)
_UNDONE = (State.SUBMITTED, State.ARBITRATION, *_ON_THE_WAY)

FLOW: dict[Move, Rule] = {
    Move.ACCEPT: Rule((State.SUBMITTED,), (State.DISPATCHED,), (Party.DISPATCHER,)),
    Move.REJECT: Rule((State.SUBMITTED,), (State.REJECTED,), (Party.DISPATCHER,)),
    Move.APPEAL: Rule((State.REJECTED,), (State.SUBMITTED,), (Party.REPORTER,)),
    Move.MERGE: Rule((State.SUBMITTED,), (State.MERGED,), (Party.DISPATCHER,)),
    Move.WITHDRAW: Rule((State.SUBMITTED,), (State.WITHDRAWN,), (Party.REPORTER,)),
    Move.SETTLE: Rule((State.SUBMITTED,), (State.RESOLVED,), (Party.WORKER,)),
    Move.RECALL: Rule((State.DISPATCHED,), (State.SUBMITTED,), (Party.DISPATCHER,)),
    Move.ACKNOWLEDGE: Rule((State.DISPATCHED,), (State.ACKNOWLEDGED,), (Party.HANDLER,)),
    Move.RETURN: Rule((State.DISPATCHED,), (State.SUBMITTED, State.ARBITRATION), (Party.HANDLER,)),
    Move.ARBITRATE: Rule((State.ARBITRATION,), (State.DISPATCHED,), (Party.CENTRE,)),
    Move.CONTACT: Rule((State.ACKNOWLEDGED,), (), (Party.HANDLER,)),
    Move.START: Rule((State.ACKNOWLEDGED,), (State.IN_PROGRESS,), (Party.HANDLER,)),
    Move.ASK_EXTENSION: Rule((State.IN_PROGRESS,), (), (Party.HANDLER,)),
    Move.GRANT_EXTENSION: Rule((State.IN_PROGRESS,), (), (Party.DISPATCHER,), not_by_handler=True),
    Move.DENY_EXTENSION: Rule((State.IN_PROGRESS,), (), (Party.DISPATCHER,), not_by_handler=True),
    Move.SUSPEND: Rule((State.IN_PROGRESS,), (State.SUSPENDED,), (Party.HANDLER,)),
    Move.RESUME: Rule((State.SUSPENDED,), (State.IN_PROGRESS,), (Party.HANDLER, Party.DISPATCHER)),
    Move.RESOLVE: Rule((State.IN_PROGRESS,), (State.RESOLVED,), (Party.HANDLER,)),
    Move.VERIFY: Rule(
        (State.RESOLVED,),
        (State.CALLBACK,),
        (Party.CHECKER, Party.DISPATCHER),
        not_by_handler=True,
    ),
    Move.REWORK: Rule(
        (State.RESOLVED,),
        (State.IN_PROGRESS,),
        (Party.CHECKER, Party.DISPATCHER),
        not_by_handler=True,
    ),
    Move.CALL_BACK: Rule(
        (State.CALLBACK,),
        (State.CALLBACK, State.CLOSED),
        (Party.DISPATCHER,),
        not_by_handler=True,
    ),
    Move.RATE: Rule((State.CALLBACK,), (State.CLOSED,), (Party.REPORTER,), not_by_handler=True),
    Move.REOPEN: Rule(
        (State.CLOSED,),
        (State.DISPATCHED, State.SUBMITTED),
        (Party.REPORTER, Party.CENTRE),
    ),
    Move.ASSIGN: Rule(_ON_THE_WAY, (), (Party.HANDLER,)),
    Move.COMMENT: Rule(tuple(State), (), (Party.STAFF, Party.REPORTER)),
    Move.URGE: Rule(_UNDONE, (), (Party.REPORTER,)),
    Move.JOIN: Rule(OPEN_STATES, (), (Party.NEIGHBOUR,)),
}
"""Every move after the first, SUBMIT, in the order of life."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a move makes of a ticket, and as what the mover made it."""

    case: Case
    party: Party


def decide(ask: Ask, case: Case, who: Who, *, at: datetime) -> Decision:
    """Decide a move: give what becomes of the ticket.

    Raises Refusal NOT_ALLOWED for who may never make it here, ILLEGAL_MOVE with the state that
    the ticket is in, and what the move's own rules refuse. Who may not see the ticket at all is
    turned away before.
    """
    found = parties(case, who)
    has_handled = _has_handled(case, who, found)
    party = _FLOW.party(ask.move, case.state, found, has_handled=has_handled)
    check(ask, case, party, at=at)
    decided = after(ask, case, who, at=at)
    assert decided.state in (FLOW[ask.move].to or (case.state,)), (
        "the table knows where a move leads"
    )
    return Decision(decided, party)


def moves(case: Case, who: Who, found: Set[Party] | None = None) -> tuple[Move, ...]:
    """Name the moves that somebody could make now, as far as the table says.

    `found` is what they are to the ticket, if that is known already.
    """
    if found is None:
        found = parties(case, who)
    return _FLOW.moves(case.state, found, has_handled=_has_handled(case, who, found))


def _has_handled(case: Case, who: Who, found: Set[Party]) -> bool:
    return Party.HANDLER in found or who.person_id == case.resolver_id


_FLOW = Flow(FLOW, State, noun="工单", judged="承办人不能核查或评价自己办理的工单")
