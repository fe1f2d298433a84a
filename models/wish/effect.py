"""What a move makes of a wish, once it is allowed. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.wish.case import Ask, Case, Claim, Who
from models.wish.due import due
from models.wish.words import Checked, Move, Outcome, State

_Change = dict[str, Any]
"""What a move changes of a Case, by the names of its fields."""


def after(move: Move, ask: Ask, case: Case, who: Who, *, at: datetime) -> Case:
    """Give the wish after the move: its version is one more, its clock that of its state."""
    change = _EFFECTS[move](ask, case, who, at)
    state = change.get("state", case.state)
    if state is not case.state:
        change["due_at"] = due(state, deadline_on=case.deadline_on, at=at)
    return replace(case, **change, version=case.version + 1)


def _stay(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {}


def _submit(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    return {"state": State.SUBMITTED, "submitted_at": at, "checked": Checked.PENDING}


def _check(ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    if ask.verdict is Checked.RISKY:
        return {"state": State.REJECTED, "ended_at": at, "checked": ask.verdict}
    return {"state": State.REVIEWING, "checked": ask.verdict}


def _publish(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    # Somebody in charge has looked at it: that is a check, too.
    return {"state": State.PUBLISHED, "published_at": at, "checked": Checked.PASSED}


def _claim(ask: Ask, _case: Case, who: Who, at: datetime) -> _Change:
    assert who.person_id is not None, "nobody claims nothing"
    return {"state": State.CLAIMED, "claim": Claim(who.person_id, ask.unit_id, at)}


def _free(outcome: Outcome) -> Callable[[Ask, Case, Who, datetime], _Change]:
    def change(_ask: Ask, case: Case, _who: Who, _at: datetime) -> _Change:
        return {"state": State.PUBLISHED, "claim": _ended(case, outcome)}

    return change


def _deliver(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"state": State.DELIVERING}


def _fulfil(_ask: Ask, _case: Case, _who: Who, at: datetime) -> _Change:
    return {"state": State.FULFILLED, "fulfilled_at": at}


def _confirm(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
    claim = _ended(case, Outcome.CONFIRMED)
    return {"state": State.CONFIRMED, "ended_at": at, "claim": claim}


def _not_yet(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"state": State.DELIVERING, "fulfilled_at": None}


def _thank(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"is_thanked": True}


def _over(state: State) -> Callable[[Ask, Case, Who, datetime], _Change]:
    def change(_ask: Ask, case: Case, _who: Who, at: datetime) -> _Change:
        return {"state": state, "ended_at": at, "claim": _ended(case, Outcome.ENDED)}

    return change


def _archive(_ask: Ask, _case: Case, _who: Who, _at: datetime) -> _Change:
    return {"state": State.ARCHIVED}


def _ended(case: Case, outcome: Outcome) -> Claim | None:
    return replace(case.claim, outcome=outcome) if case.claim else None


_EFFECTS: dict[Move, Callable[[Ask, Case, Who, datetime], _Change]] = {
    Move.DRAFT: _stay,
    Move.SUBMIT: _submit,
    Move.CHECK: _check,
    Move.PUBLISH: _publish,
    Move.REJECT: _over(State.REJECTED),
    Move.CLAIM: _claim,
    Move.RELEASE: _free(Outcome.RELEASED),
    Move.TIME_OUT: _free(Outcome.TIMED_OUT),
    Move.DELIVER: _deliver,
    Move.FULFIL: _fulfil,
    Move.CONFIRM: _confirm,
    Move.NOT_YET: _not_yet,
    Move.THANK: _thank,
    Move.WITHDRAW: _over(State.WITHDRAWN),
    Move.EXPIRE: _over(State.EXPIRED),
    Move.ARCHIVE: _archive,
}
