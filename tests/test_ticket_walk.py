"""Walks through the flow of tickets: whatever people do, in whatever order, the rules hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.access import Held, Rights
from models.errors import Code, Refusal
from models.geo import Point
from models.role import Role
from models.ticket import (
    FLOW,
    OPEN_STATES,
    Ask,
    Case,
    Extension,
    Move,
    Source,
    State,
    Unit,
    Urgency,
    Who,
    decide,
    moves,
)
from tests.areas import CITY, GRID, TOWN, VILLAGE

BEGAN = datetime(2026, 11, 2, 1, tzinfo=UTC)
LAMPS = Unit(1, "DEPARTMENT", CITY)
TREES = Unit(2, "DEPARTMENT", CITY)
OFFICE = Unit(3, "TOWN", TOWN)
OTHER = Case(99, GRID, "TREE", Urgency.NORMAL, Source.HOTLINE, Point(120.28, 31.91), BEGAN)


def office(person_id: int, role: Role, code: str, unit: int | None = None) -> Who:
    return Who(Rights(person_id, None, (Held(role, code, unit),)), is_near=True)


PEOPLE = {
    "reporter": Who(Rights(1), is_reporter=True),
    "joiner": Who(Rights(2), is_joiner=True),
    "neighbour": Who(Rights(3), is_near=True),
    "nobody": Who(Rights()),
    "officer": office(4, Role.DEPARTMENT_OFFICER, CITY, 1),
    "other officer": office(5, Role.DEPARTMENT_OFFICER, CITY, 2),
    "town": office(6, Role.TOWN_OFFICER, TOWN),
    "worker": office(7, Role.GRID_WORKER, GRID),
    "worker who reported": replace(office(8, Role.GRID_WORKER, GRID), is_reporter=True),
    "cadre": office(9, Role.VILLAGE_CADRE, VILLAGE),
    "dispatcher": office(10, Role.DISPATCHER, CITY),
    "town dispatcher": office(11, Role.DISPATCHER, TOWN),
}
asks = st.builds(
    Ask,
    move=st.sampled_from(sorted(FLOW)),
    text=st.sampled_from([None, "说明"]),
    is_internal=st.booleans(),
    reason=st.just("WEATHER"),
    unit=st.sampled_from([None, LAMPS, TREES, OFFICE]),
    other=st.sampled_from([None, OTHER]),
    assignee=st.sampled_from([who.rights for who in PEOPLE.values()]),
    days=st.integers(0, 21),
    is_contacted=st.booleans(),
    is_solved=st.sampled_from([None, True, False]),
    satisfaction=st.sampled_from([None, 0, 1, 5, 6]),
    area_code=st.just(GRID),
)
steps = st.tuples(asks, st.sampled_from(sorted(PEOPLE)), st.integers(0, 60 * 24 * 8))


def begin() -> Case:
    new = Case(1, GRID, "TREE", Urgency.NORMAL, Source.MINI_PROGRAM, Point(120.28, 31.91), BEGAN)
    return replace(new, due_at=new.due_in(State.SUBMITTED, at=BEGAN))


def held(before: Case, after: Case, ask: Ask, name: str, at: datetime) -> None:
    """Assert what every step keeps."""
    rule = FLOW[ask.move]
    assert before.state in rule.states
    assert after.state in (rule.to or (before.state,))
    assert after.version == before.version + 1
    assert after.round == before.round + (ask.move in {Move.REWORK, Move.REOPEN})
    is_open = after.state in OPEN_STATES
    assert (after.due_at is not None) == is_open
    assert (after.ended_at is None) == is_open
    assert (after.paused_at is not None) == (after.state is State.SUSPENDED)
    assert (after.merged_into_id is not None) == (after.state is State.MERGED)
    if after.state is not State.CLOSED:
        assert (after.is_solved, after.satisfaction) == (None, None)
    if ask.move is Move.CALL_BACK and not ask.is_contacted:
        assert after.satisfaction is None
        assert after.calls == before.calls + 1 <= 3
    if rule.not_by_handler:
        assert PEOPLE[name].person_id != before.resolver_id
    if after.state is State.DISPATCHED:
        assert after.unit
    if before.is_bound:
        assert after.is_bound
        assert ask.move is not Move.RETURN
    assert after.returns - before.returns == (ask.move is Move.RETURN)
    if ask.move is Move.RESUME:
        assert before.paused_at
        assert before.resolve_due_at
        assert after.due_at == before.resolve_due_at + (at - before.paused_at)
    if after.state is not before.state and after.due_at and ask.move is not Move.RESUME:
        assert after.due_at > at


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=60))
def test_whatever_people_do_the_rules_hold(walk: list[tuple[Ask, str, int]]) -> None:
    case, at = begin(), BEGAN
    for ask, name, minutes in walk:
        at += timedelta(minutes=minutes)
        try:
            decided = decide(ask, case, PEOPLE[name], at=at)
        except Refusal:
            continue
        held(case, decided.case, ask, name, at)
        case = decided.case


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.randoms(use_true_random=False), asks), max_size=40))
def test_whoever_keeps_to_what_they_may_gets_far(
    walk: list[tuple[object, Ask]],
) -> None:
    """Choose each move among those that somebody may make: none is NOT_ALLOWED or ILLEGAL."""
    case = begin()
    for chance, ask in walk:
        could = [
            (name, move)
            for name, who in PEOPLE.items()
            for move in moves(case, who)
            if move not in {Move.GRANT_EXTENSION, Move.DENY_EXTENSION}
        ]
        name, move = chance.choice(could)  # type: ignore[attr-defined] # a Random
        try:
            case = decide(replace(ask, move=move), case, PEOPLE[name], at=BEGAN).case
        except Refusal as refused:
            is_about_input = bool(refused.path) or refused.code in {
                Code.LIMIT_REACHED,
                Code.ALREADY_USED,
                Code.INVALID,
                Code.TOO_LATE,
            }
            assert is_about_input, (name, move, refused.message)  # noqa: PT017 - what is left over


def test_time_that_was_granted_or_stood_still_is_added() -> None:
    day = timedelta(days=1)
    case = replace(
        begin(),
        state=State.IN_PROGRESS,
        unit=LAMPS,
        due_at=BEGAN + 3 * day,
        resolve_due_at=BEGAN + 3 * day,
    )
    officer, dispatcher = PEOPLE["officer"], PEOPLE["dispatcher"]
    ask = Ask(Move.ASK_EXTENSION, text="等配件", days=20)
    case = decide(ask, case, officer, at=BEGAN + 2 * day).case
    assert (case.extension, case.due_at) == (Extension.ASKED, BEGAN + 3 * day)
    case = decide(Ask(Move.SUSPEND, reason="WEATHER"), case, officer, at=BEGAN + 2 * day).case
    assert case.due_at == BEGAN + 182 * day
    case = decide(Ask(Move.RESUME), case, dispatcher, at=BEGAN + 12 * day).case
    assert case.due_at == BEGAN + 13 * day
    case = decide(Ask(Move.GRANT_EXTENSION), case, dispatcher, at=BEGAN + 12 * day).case
    assert (case.extension, case.due_at) == (Extension.GRANTED, BEGAN + 33 * day)
    with pytest.raises(Refusal) as refused:
        decide(ask, case, officer, at=BEGAN + 12 * day)
    assert refused.value.code is Code.LIMIT_REACHED


def test_a_contact_gives_time_to_begin() -> None:
    case = replace(begin(), state=State.ACKNOWLEDGED, unit=LAMPS)
    later = BEGAN + timedelta(hours=5)
    case = decide(Ask(Move.CONTACT), case, PEOPLE["officer"], at=later).case
    assert (case.contacted_at, case.due_at) == (later, later + timedelta(days=1))


@pytest.mark.parametrize(
    ("urgency", "minutes"),
    [(Urgency.NORMAL, 24 * 60), (Urgency.URGENT, 20), (Urgency.EMERGENCY, 10)],
)
def test_what_is_urgent_is_acknowledged_sooner(urgency: Urgency, minutes: int) -> None:
    case = replace(begin(), urgency=urgency)
    case = decide(Ask(Move.ACCEPT, unit=LAMPS), case, PEOPLE["dispatcher"], at=BEGAN).case
    assert case.due_at == BEGAN + timedelta(minutes=minutes)
