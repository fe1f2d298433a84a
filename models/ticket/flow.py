"""The flow of tickets: one table that says which move leads where and who may make it.

The code asks it, docs/ticket.md is written from it and the tests try every cell of it. `decide`
is the only judge; it reads no database and no clock.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.errors import Code, Refusal
from models.ticket.case import Ask, Case, Who, parties
from models.ticket.effect import after
from models.ticket.rules import check
from models.ticket.words import OPEN_STATES, Move, Party, State


class Rule(NamedTuple):
    """Where a move is possible, where it may lead (nowhere: the state stays), and who makes it.

    A move that is `not_by_handler` judges the handling: nobody judges their own.
    """

    states: tuple[State, ...]
    to: tuple[State, ...]
    parties: tuple[Party, ...]
    not_by_handler: bool = False


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
    rule = FLOW[ask.move]
    found = parties(case, who)
    party = next((party for party in rule.parties if party in found), None)
    if party is None:
        raise Refusal(Code.NOT_ALLOWED, f"您没有权限对此工单进行“{ask.move.chinese}”")
    if rule.not_by_handler and _has_handled(case, who, found):
        raise Refusal(Code.NOT_ALLOWED, "承办人不能核查或评价自己办理的工单")
    if case.state not in rule.states:
        raise Refusal(
            Code.ILLEGAL_MOVE, f"工单当前为“{case.state.chinese}”，不能{ask.move.chinese}"
        )
    check(ask, case, party, at=at)
    decided = after(ask, case, who, at=at)
    assert decided.state in (rule.to or (case.state,)), "the table knows where a move leads"
    return Decision(decided, party)


def moves(case: Case, who: Who, found: Set[Party] | None = None) -> tuple[Move, ...]:
    """Name the moves that somebody could make now, as far as the table says.

    `found` is what they are to the ticket, if that is known already.
    """
    if found is None:
        found = parties(case, who)
    has_handled = _has_handled(case, who, found)
    return tuple(
        move
        for move in _MOVES_IN[case.state]
        if not found.isdisjoint(FLOW[move].parties)
        and not (has_handled and FLOW[move].not_by_handler)
    )


def _has_handled(case: Case, who: Who, found: Set[Party]) -> bool:
    return Party.HANDLER in found or who.person_id == case.resolver_id


_MOVES_IN = {
    state: tuple(move for move, rule in FLOW.items() if state in rule.states) for state in State
}
