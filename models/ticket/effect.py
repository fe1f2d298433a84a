"""What a move makes of a ticket, once it is allowed. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.ticket import due
from models.ticket.case import Ask, Case, Who
from models.ticket.words import Extension, Move, State

RETURNS_MOST = 2
"""A ticket that was returned so often goes to the centre."""
CALLS_MOST = 3
"""After so many calls without an answer a ticket closes, not rated."""

_Change = dict[str, Any]
"""What a move changes of a Case, by the names of its fields."""


def after(ask: Ask, case: Case, who: Who, *, at: datetime) -> Case:
    """Give the ticket after the move: its version is one more, its clock that of its state."""
    change = _EFFECTS[ask.move](ask, case, who, at)
    state = change.get("state", case.state)
    if state is not case.state and "due_at" not in change:
        change["due_at"] = case.due_in(state, at=at)
    return replace(case, **change, version=case.version + 1)


def _dispatch(ask: Ask, case: Case, _who: Who, _at: datetime) -> _Change:
    is_bound = case.is_bound or ask.move is Move.ARBITRATE
    return _sent(State.DISPATCHED) | {"unit": ask.unit, "is_bound": is_bound}


def _sent(state: State) -> _Change:
    return {"state": state, "assignee_id": None, "contacted_at": None}


def _over(state: State) -> Callable[[Ask, Case, Who, datetime], _Change]:
    def change(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
        return {"state": state, "ended_at": at}

    return change


def _appeal(ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return _opened(ask) | {"state": State.SUBMITTED, "is_appealed": True}


def _opened(ask: Ask) -> _Change:
    """Let a ticket go on in the grid of today: its own may have ended meanwhile."""
    assert ask.area_code, "held before the ticket is opened again"
    return {"ended_at": None, "area_code": ask.area_code}


def _merge(ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    assert ask.other, "checked by the rules"
    return {"state": State.MERGED, "ended_at": at, "merged_into_id": ask.other.id}


def _settle(_ask: Ask, _case: Case, who: Who, at: datetime) -> _Change:
    return {
        "state": State.RESOLVED,
        "resolved_at": at,
        "resolver_id": who.person_id,
        "assignee_id": who.person_id,
        "unit": None,
    }


def _recall(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return _sent(State.SUBMITTED)


def _return(_ask: Ask, case: Case, _who: Who, _at: datetime) -> _Change:
    returns = case.returns + 1
    state = State.ARBITRATION if returns >= RETURNS_MOST else State.SUBMITTED
    return _sent(state) | {"returns": returns}


def _acknowledge(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"state": State.ACKNOWLEDGED}


def _contact(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
    # Contact was made in time or not; what remains is to begin, as soon again.
    return {"contacted_at": at, "due_at": case.due_in(State.ACKNOWLEDGED, at=at)}


def _start(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
    due_at = case.due_in(State.IN_PROGRESS, at=at)
    return {"state": State.IN_PROGRESS, "due_at": due_at, "resolve_due_at": due_at}


def _ask_extension(ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"extension": Extension.ASKED, "extension_days": ask.days}


def _grant_extension(_ask: Ask, case: Case, _who: Who, _at: datetime) -> _Change:
    assert case.extension_days, "asked for with days"
    assert case.resolve_due_at, "a clock runs while it is handled"
    due_at = due.extended(case.resolve_due_at, days=case.extension_days)
    return {"extension": Extension.GRANTED, "due_at": due_at, "resolve_due_at": due_at}


def _deny_extension(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"extension": Extension.DENIED}


def _suspend(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    return {"state": State.SUSPENDED, "paused_at": at}


def _resume(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
    assert case.paused_at, "suspended at some time"
    assert case.resolve_due_at, "a clock ran before"
    due_at = due.after_pause(case.resolve_due_at, paused_at=case.paused_at, at=at)
    return {
        "state": State.IN_PROGRESS,
        "paused_at": None,
        "due_at": due_at,
        "resolve_due_at": due_at,
    }


def _resolve(_ask: Ask, _case: Case, who: Who, at: datetime) -> _Change:
    return {"state": State.RESOLVED, "resolved_at": at, "resolver_id": who.person_id}


def _verify(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"state": State.CALLBACK, "calls": 0}


def _rework(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
    due_at = case.due_in(State.IN_PROGRESS, at=at)
    return _next_round(case) | {
        "state": State.IN_PROGRESS,
        "due_at": due_at,
        "resolve_due_at": due_at,
    }


def _next_round(case: Case) -> _Change:
    return {
        "round": case.round + 1,
        "resolver_id": None,
        "resolved_at": None,
        "resolve_due_at": None,
        "extension": None,
        "extension_days": None,
    }


def _call_back(ask: Ask, case: Case, who: Who, at: datetime) -> _Change:
    calls = case.calls + 1
    if ask.is_contacted:
        return _rate(ask, case, who, at) | {"calls": calls}
    if calls >= CALLS_MOST:
        return {"state": State.CLOSED, "ended_at": at, "calls": calls}
    return {"calls": calls}


def _rate(ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    return {
        "state": State.CLOSED,
        "ended_at": at,
        "is_solved": ask.is_solved,
        "satisfaction": ask.satisfaction,
    }


def _reopen(ask: Ask, case: Case, _who: Who, _at: datetime) -> _Change:
    # What was resolved on the spot never had a unit: it is dispatched anew.
    state = State.DISPATCHED if case.unit else State.SUBMITTED
    return (
        _next_round(case) | _opened(ask) | _sent(state) | {"is_solved": None, "satisfaction": None}
    )


def _assign(ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    assert ask.assignee, "checked by the rules"
    return {"assignee_id": ask.assignee.person_id}


def _urge(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    return {"urged_at": at}


def _say(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {}


_EFFECTS: dict[Move, Callable[[Ask, Case, Who, datetime], _Change]] = {
    Move.ACCEPT: _dispatch,
    Move.REJECT: _over(State.REJECTED),
    Move.APPEAL: _appeal,
    Move.MERGE: _merge,
    Move.WITHDRAW: _over(State.WITHDRAWN),
    Move.SETTLE: _settle,
    Move.RECALL: _recall,
    Move.ACKNOWLEDGE: _acknowledge,
    Move.RETURN: _return,
    Move.ARBITRATE: _dispatch,
    Move.CONTACT: _contact,
    Move.START: _start,
    Move.ASK_EXTENSION: _ask_extension,
    Move.GRANT_EXTENSION: _grant_extension,
    Move.DENY_EXTENSION: _deny_extension,
    Move.SUSPEND: _suspend,
    Move.RESUME: _resume,
    Move.RESOLVE: _resolve,
    Move.VERIFY: _verify,
    Move.REWORK: _rework,
    Move.CALL_BACK: _call_back,
    Move.RATE: _rate,
    Move.REOPEN: _reopen,
    Move.ASSIGN: _assign,
    Move.COMMENT: _say,
    Move.URGE: _urge,
    Move.JOIN: _say,
}
