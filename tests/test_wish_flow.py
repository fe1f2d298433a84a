"""The flow of wishes: exactly the cells of the table pass, whoever asks, in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import Code, Refusal
from models.wish import (
    BOARD_STATES,
    FLOW,
    OVER_STATES,
    Ask,
    Case,
    Checked,
    Claim,
    Move,
    Outcome,
    Party,
    State,
    Who,
    decide,
    moves,
    parties,
)
from models.wish.due import CLAIM_TIME, CLOCKS, end_of
from models.wish.record import is_visible
from tests import wish_page, wishes
from tests.wishes import CAST

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
SYSTEM = Who(is_system=True)
LATER = NOW + timedelta(days=400)
ASK = Ask(text="因为如此", reason="UNCLEAR", verdict=Checked.REVIEW)
WHO: dict[str, Who] = {name: wishes.person(name) for name in CAST} | {"system": SYSTEM}
BY_ITSELF = {Move.TIME_OUT, Move.EXPIRE, Move.ARCHIVE}


def parties_of(name: str, state: State) -> frozenset[Party]:
    """Say what somebody is: a claimant is one only where there is a claim."""
    if name == "system":
        return frozenset({Party.SYSTEM})
    is_claimed = wishes.case_in(state, at=NOW).claim is not None
    return CAST[name] - (frozenset() if is_claimed else {Party.CLAIMANT})


def is_allowed(move: Move, state: State, found: frozenset[Party]) -> bool:
    rule = FLOW[move]
    judges_own = rule.not_by_handler and Party.CLAIMANT in found
    return state in rule.states and bool(found & set(rule.parties)) and not judges_own


def test_every_move_stands_in_the_table_and_every_state_is_reached() -> None:
    assert set(FLOW) == set(Move)
    assert {State.DRAFT}.union(*(rule.to for rule in FLOW.values())) == set(State)


def test_the_table_is_what_the_domain_says() -> None:
    def led(state: State) -> set[Move]:
        return {move for move, rule in FLOW.items() if state in rule.states and rule.to}

    assert {state: led(state) for state in State} == {
        State.DRAFT: {Move.SUBMIT, Move.WITHDRAW},
        State.SUBMITTED: {Move.CHECK, Move.WITHDRAW, Move.EXPIRE},
        State.REVIEWING: {Move.PUBLISH, Move.REJECT, Move.WITHDRAW, Move.EXPIRE},
        State.PUBLISHED: {Move.CLAIM, Move.REJECT, Move.WITHDRAW, Move.EXPIRE},
        State.CLAIMED: {Move.DELIVER, Move.FULFIL, Move.RELEASE, Move.TIME_OUT, Move.WITHDRAW},
        State.DELIVERING: {Move.FULFIL, Move.RELEASE, Move.TIME_OUT},
        State.FULFILLED: {Move.CONFIRM, Move.NOT_YET},
        State.CONFIRMED: {Move.ARCHIVE},
        State.ARCHIVED: set(),
        State.REJECTED: set(),
        State.WITHDRAWN: set(),
        State.EXPIRED: set(),
    }


@pytest.mark.parametrize("name", CAST)
def test_everybody_is_what_the_cast_says(name: str) -> None:
    for state in State:
        found = parties(wishes.case_in(state, at=NOW), WHO[name])
        assert found == parties_of(name, state), state


@pytest.mark.parametrize("state", State)
def test_exactly_the_cells_of_the_table_pass(state: State) -> None:
    case = wishes.case_in(state, at=NOW)
    for move, name in product(FLOW, WHO):
        found = parties_of(name, state)
        at = LATER if move in BY_ITSELF else NOW
        if is_allowed(move, state, found):
            decided = decide(move, ASK, case, WHO[name], at=at)
            assert decided.party in FLOW[move].parties
            assert decided.case.state in (FLOW[move].to or (state,))
            held(case, decided.case, move)
        else:
            with pytest.raises(Refusal) as refused:
                decide(move, ASK, case, WHO[name], at=at)
            may_ever = is_allowed(move, FLOW[move].states[0], found)
            wanted = Code.ILLEGAL_MOVE if may_ever else Code.NOT_ALLOWED
            assert refused.value.code is wanted, (move, name)


@pytest.mark.parametrize("state", State)
def test_what_one_can_do_is_named_and_nothing_else(state: State) -> None:
    case = wishes.case_in(state, at=NOW)
    for name in WHO:
        found = parties_of(name, state)
        assert moves(case, parties(case, WHO[name])) == tuple(
            move for move in FLOW if is_allowed(move, state, found)
        )


@pytest.mark.parametrize("state", State)
def test_a_wish_is_seen_by_everybody_on_the_board_and_by_few_elsewhere(state: State) -> None:
    case = wishes.case_in(state, at=NOW)
    seeing = {name for name in CAST if is_visible(case, WHO[name])}
    if state in BOARD_STATES:
        assert seeing == set(CAST)
        assert is_visible(case, Who())
    elif state is State.DRAFT:
        assert seeing == {"wisher", "helper"}
    else:
        assert seeing == {"wisher", "helper", "worker", "cadre", "town", "auditor", "admin"}


def held(before: Case, after: Case, move: Move) -> None:
    """Assert what every step keeps."""
    assert after.version == before.version + 1
    assert (after.due_at is not None) == (after.state in CLOCKS)
    assert (after.ended_at is not None) == (after.state in OVER_STATES)
    assert after.checked is Checked.PASSED or after.state not in BOARD_STATES
    is_active = after.claim is not None and after.claim.outcome is None
    assert is_active == (after.state in {State.CLAIMED, State.DELIVERING, State.FULFILLED})
    is_true = after.claim is not None and after.claim.outcome is Outcome.CONFIRMED
    assert is_true == (after.state in {State.CONFIRMED, State.ARCHIVED})
    if after.state in {State.CONFIRMED, State.ARCHIVED, State.FULFILLED}:
        assert after.fulfilled_at
    assert after.is_thanked == (before.is_thanked or move is Move.THANK)


steps = st.tuples(
    st.sampled_from(sorted(FLOW)),
    st.sampled_from(sorted(WHO)),
    st.builds(
        Ask,
        text=st.sampled_from([None, "说明"]),
        reason=st.sampled_from([None, "UNCLEAR"]),
        photo_count=st.integers(0, 1),
        verdict=st.sampled_from([Checked.REVIEW, Checked.PASSED, Checked.RISKY]),
    ),
    st.integers(0, 72),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=60))
def test_whatever_people_do_the_rules_hold(walk: list[tuple[Move, str, Ask, int]]) -> None:
    case, at = replace(wishes.case_in(State.DRAFT, at=NOW), version=1), NOW
    for move, name, ask, hours in walk:
        at += timedelta(hours=hours)
        try:
            decided = decide(move, ask, case, WHO[name], at=at)
        except Refusal:
            continue
        held(case, decided.case, move)
        # What is ended is no claim of the wish any more when it is read again.
        claim = decided.case.claim
        is_kept = claim is not None and claim.outcome in {None, Outcome.CONFIRMED}
        case = decided.case if is_kept else replace(decided.case, claim=None)


def test_a_claim_has_its_time_and_not_yet_begins_it_anew() -> None:
    claimant, wisher = WHO["volunteer"], WHO["wisher"]
    case = wishes.case_in(State.PUBLISHED, at=NOW)
    case = decide(Move.CLAIM, ASK, case, claimant, at=NOW).case
    assert case.due_at == NOW + CLAIM_TIME
    assert case.claim
    assert case.claim == Claim(case.claim.person_id, None, NOW)
    case = decide(Move.FULFIL, ASK, case, claimant, at=NOW + timedelta(days=6)).case
    assert case.due_at is None
    case = decide(Move.NOT_YET, ASK, case, wisher, at=NOW + timedelta(days=9)).case
    assert case.due_at == NOW + timedelta(days=16)
    with pytest.raises(Refusal) as early:
        decide(Move.TIME_OUT, ASK, case, SYSTEM, at=NOW + timedelta(days=15))
    assert early.value.code is Code.ILLEGAL_MOVE
    case = decide(Move.TIME_OUT, ASK, case, SYSTEM, at=NOW + timedelta(days=16)).case
    assert (case.state, case.due_at) == (State.PUBLISHED, end_of(case.deadline_on))
    assert case.claim
    assert case.claim.outcome is Outcome.TIMED_OUT


def test_the_unit_that_claimed_is_served_by_all_its_staff_and_judged_by_none() -> None:
    officer = WHO["officer"]
    case = wishes.case_in(State.PUBLISHED, at=NOW)
    case = decide(Move.CLAIM, replace(ASK, unit_id=1), case, WHO["volunteer"], at=NOW).case
    assert Party.CLAIMANT in parties(case, officer)
    case = replace(case, helper_id=officer.person_id)
    case = decide(Move.FULFIL, ASK, case, officer, at=NOW).case
    with pytest.raises(Refusal, match="认领人不能确认自己实现的心愿") as refused:
        decide(Move.CONFIRM, ASK, case, officer, at=NOW)
    assert refused.value.code is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("move", "state", "name", "change", "ask", "code"),
    [
        (Move.CLAIM, State.PUBLISHED, "volunteer", {"due_at": NOW}, ASK, Code.TOO_LATE),
        (Move.THANK, State.CONFIRMED, "wisher", {"is_thanked": True}, ASK, Code.ALREADY_USED),
        (Move.THANK, State.CONFIRMED, "wisher", {}, Ask(), Code.INVALID),
        (Move.FULFIL, State.CLAIMED, "claimant", {}, Ask(), Code.INVALID),
        (Move.REJECT, State.REVIEWING, "cadre", {}, Ask(), Code.INVALID),
        (Move.EXPIRE, State.PUBLISHED, "system", {}, ASK, Code.ILLEGAL_MOVE),
        (Move.ARCHIVE, State.CONFIRMED, "system", {}, ASK, Code.ILLEGAL_MOVE),
    ],
)
def test_a_limit_of_a_move_holds(  # noqa: PLR0913, PLR0917 - a row of the table above
    move: Move,
    state: State,
    name: str,
    change: dict[str, object],
    ask: Ask,
    code: Code,
) -> None:
    case = replace(wishes.case_in(state, at=NOW), **change)  # type: ignore[arg-type] # by name
    with pytest.raises(Refusal) as refused:
        decide(move, ask, case, WHO[name], at=NOW)
    assert refused.value.code is code


def test_the_page_shows_the_table_as_it_is() -> None:
    assert wish_page.table() in wish_page.PAGE.read_text()
