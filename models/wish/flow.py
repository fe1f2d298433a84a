"""The flow of wishes: one table that says which move leads where and who may make it.

The code asks it, docs/wish.md is written from it and the tests try every cell of it. `decide`
is the only judge; it reads no database and no clock.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from models import flow
from models.flow import Flow
from models.wish.case import Ask, Case, Who, parties
from models.wish.effect import after
from models.wish.rules import check
from models.wish.words import Move, Party, State

Rule: TypeAlias = flow.Rule[State, Party]

_OWN = (Party.WISHER, Party.HELPER)
_AT_IT = (State.CLAIMED, State.DELIVERING)

FLOW: dict[Move, Rule] = {
    Move.DRAFT: Rule((State.DRAFT,), (), _OWN),
    Move.SUBMIT: Rule((State.DRAFT,), (State.SUBMITTED,), _OWN),
    Move.CHECK: Rule((State.SUBMITTED,), (State.REVIEWING, State.REJECTED), (Party.SYSTEM,)),
    Move.PUBLISH: Rule((State.REVIEWING,), (State.PUBLISHED,), (Party.REVIEWER,)),
    Move.REJECT: Rule((State.REVIEWING, State.PUBLISHED), (State.REJECTED,), (Party.REVIEWER,)),
    Move.CLAIM: Rule((State.PUBLISHED,), (State.CLAIMED,), (Party.VOLUNTEER,)),
    Move.RELEASE: Rule(_AT_IT, (State.PUBLISHED,), (Party.CLAIMANT, Party.REVIEWER)),
    Move.TIME_OUT: Rule(_AT_IT, (State.PUBLISHED,), (Party.SYSTEM,)),
    Move.DELIVER: Rule((State.CLAIMED,), (State.DELIVERING,), (Party.CLAIMANT,)),
    Move.FULFIL: Rule(_AT_IT, (State.FULFILLED,), (Party.CLAIMANT,)),
    Move.CONFIRM: Rule((State.FULFILLED,), (State.CONFIRMED,), _OWN, not_by_handler=True),
    Move.NOT_YET: Rule((State.FULFILLED,), (State.DELIVERING,), _OWN, not_by_handler=True),
    Move.THANK: Rule((State.CONFIRMED, State.ARCHIVED), (), _OWN, not_by_handler=True),
    Move.WITHDRAW: Rule(
        (State.DRAFT, State.SUBMITTED, State.REVIEWING, State.PUBLISHED, State.CLAIMED),
        (State.WITHDRAWN,),
        _OWN,
    ),
    Move.EXPIRE: Rule(
        (State.SUBMITTED, State.REVIEWING, State.PUBLISHED), (State.EXPIRED,), (Party.SYSTEM,)
    ),
    Move.ARCHIVE: Rule((State.CONFIRMED,), (State.ARCHIVED,), (Party.SYSTEM,)),
}
"""Every move, in the order of life; the first of a new wish is DRAFT, or SUBMIT."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a move makes of a wish, and as what the mover made it."""

    case: Case
    party: Party


def decide(move: Move, ask: Ask, case: Case, who: Who, *, at: datetime) -> Decision:
    """Decide a move: give what becomes of the wish.

    Raises Refusal NOT_ALLOWED for who may never make it here, ILLEGAL_MOVE with the state that
    the wish is in, and what the move's own rules refuse. Who may not see the wish at all is
    turned away before.
    """
    found = parties(case, who)
    has_handled = Party.CLAIMANT in found
    party = _FLOW.party(move, case.state, found, has_handled=has_handled)
    check(move, ask, case, at=at)
    decided = after(move, ask, case, who, at=at)
    leads = FLOW[move].to or (case.state,)
    assert decided.state in leads, "the table knows where a move leads"
    return Decision(decided, party)


def moves(case: Case, found: Set[Party]) -> tuple[Move, ...]:
    """Name the moves that somebody, who is `found` to a wish, could make now."""
    return _FLOW.moves(case.state, found, has_handled=Party.CLAIMANT in found)


_FLOW = Flow(FLOW, State, noun="心愿", judged="认领人不能确认自己实现的心愿")
