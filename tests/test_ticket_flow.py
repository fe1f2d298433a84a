"""The flow of tickets: exactly the cells of the table pass, whoever asks, in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models import db, ticket
from models.errors import Code, Refusal
from models.ticket import FLOW, OPEN_STATES, Move, Party, Request, State
from models.ticket.due import CLOCKS
from tests import ticket_page, tickets
from tests.conftest import Database
from tests.tickets import CAST, HERE, Cast


def is_allowed(move: Move, state: State, parties: frozenset[Party]) -> bool:
    rule = FLOW[move]
    is_own = rule.not_by_handler and Party.HANDLER in parties
    return state in rule.states and bool(parties & set(rule.parties)) and not is_own


def test_every_move_after_the_first_stands_in_the_table() -> None:
    assert set(FLOW) == set(Move) - {Move.SUBMIT, Move.REGRID}
    assert [state for state in State if state in CLOCKS] == list(OPEN_STATES)


def test_the_table_is_what_the_domain_says() -> None:
    def moves(state: State) -> set[Move]:
        return {move for move, rule in FLOW.items() if state in rule.states and rule.to}

    assert {state: moves(state) for state in State} == {
        State.SUBMITTED: {Move.ACCEPT, Move.REJECT, Move.MERGE, Move.WITHDRAW, Move.SETTLE},
        State.DISPATCHED: {Move.ACKNOWLEDGE, Move.RETURN, Move.RECALL},
        State.ACKNOWLEDGED: {Move.START},
        State.IN_PROGRESS: {Move.SUSPEND, Move.RESOLVE},
        State.SUSPENDED: {Move.RESUME},
        State.ARBITRATION: {Move.ARBITRATE},
        State.RESOLVED: {Move.VERIFY, Move.REWORK},
        State.CALLBACK: {Move.RATE, Move.CALL_BACK},
        State.CLOSED: {Move.REOPEN},
        State.REJECTED: {Move.APPEAL},
        State.WITHDRAWN: set(),
        State.MERGED: set(),
    }


def test_from_every_state_the_end_is_within_reach() -> None:
    reached = {State.CLOSED, State.REJECTED, State.WITHDRAWN, State.MERGED}
    while more := {
        state
        for rule in FLOW.values()
        for state in rule.states
        if reached & set(rule.to) and state not in reached
    }:
        reached |= more
    assert reached == set(State)


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


@pytest.mark.parametrize("state", State)
async def test_exactly_the_cells_of_the_table_pass(people: Cast, state: State) -> None:
    key = await tickets.submit(people["reporter"])
    other = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.JOIN, people["joiner"], point=HERE)
    passed = set()
    for move in FLOW:
        await tickets.put(key, state, people, move=move)
        before = await tickets.whole(key)
        request = tickets.request(move, people, into=other)
        allowed = [name for name in CAST if may(name, move, state)]
        for name in CAST.keys() - set(allowed):
            code = await refusal(key, request, people[name])
            assert code is expected_code(move, name, CAST[name]), (move, name)
        assert await tickets.whole(key) == before, move
        for name in allowed:
            assert await refusal(key, request, people[name]) is None, (move, name)
            assert (await tickets.case(key)).state in (FLOW[move].to or (state,))
            await restore(key, people, state=state, move=move)
            passed.add(move)
    assert passed == {move for move, rule in FLOW.items() if state in rule.states}


def may(name: str, move: Move, state: State) -> bool:
    """Say whether somebody of the cast passes; everybody but who is banned is near."""
    if move is not Move.JOIN:
        return is_allowed(move, state, CAST[name])
    near = frozenset({Party.NEIGHBOUR})
    return name not in {"reporter", "joiner", "banned"} and is_allowed(move, state, near)


def expected_code(move: Move, name: str, parties: frozenset[Party]) -> Code:
    """Give why a cell is refused; who is nothing to a ticket is not told that there is one."""
    rule = FLOW[move]
    if move is Move.JOIN and name in {"reporter", "joiner"}:
        return Code.ALREADY_USED
    if not parties:
        return Code.NOT_FOUND
    is_own = rule.not_by_handler and Party.HANDLER in parties
    may_ever = bool(parties & set(rule.parties)) and not is_own
    return Code.ILLEGAL_MOVE if may_ever else Code.NOT_ALLOWED


async def refusal(key: int, request: Request, person_id: int) -> Code | None:
    """Try a move, and give why it was refused."""
    try:
        await ticket.move(key, request, person_id=person_id, key=tickets.a_key())
    except Refusal as refused:
        return refused.code
    return None


async def restore(key: int, people: Cast, *, state: State, move: Move) -> None:
    await db.execute(
        "DELETE FROM ticket_reporter WHERE NOT is_first AND person_id <> $1", people["joiner"]
    )
    await tickets.put(key, state, people, move=move)


async def test_a_village_or_town_handles_by_its_own_people(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    for unit, name in (("COMMITTEE", "cadre"), ("OFFICE", "town")):
        await tickets.put(key, State.SUBMITTED, people)
        await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people[unit])
        for stranger in ("officer", "cadre of another village"):
            with pytest.raises(Refusal) as refused:
                await tickets.move(key, Move.ACKNOWLEDGE, people[stranger])
            assert refused.value.code is Code.NOT_FOUND
        await tickets.move(key, Move.ACKNOWLEDGE, people[name])


async def test_nobody_judges_what_they_handled(people: Cast) -> None:
    key = await tickets.submit(people["worker"])
    await tickets.move(key, Move.SETTLE, people["worker"], text="已换灯泡")
    for move, more in ((Move.VERIFY, {}), (Move.REWORK, {}), (Move.RATE, {"satisfaction": 5})):
        if move is Move.RATE:
            await tickets.move(key, Move.VERIFY, people["cadre"])
        before = await tickets.whole(key)
        with pytest.raises(Refusal, match="承办人不能核查或评价自己办理的工单") as refused:
            await tickets.move(key, move, people["worker"], **more)
        assert refused.value.code is Code.NOT_ALLOWED
        assert await tickets.whole(key) == before


async def test_a_dispatcher_merges_into_nothing_that_they_only_reported(people: Cast) -> None:
    elsewhere = people["dispatcher elsewhere"]
    theirs = await tickets.submit(people["reporter"], tickets.AT_OTHER_VILLAGE)
    reported = await tickets.submit(elsewhere)
    before = await tickets.whole(theirs), await tickets.whole(reported)
    with pytest.raises(Refusal) as refused:
        await tickets.move(theirs, Move.MERGE, elsewhere, into_id=reported)
    assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("intoId",))
    assert (await tickets.whole(theirs), await tickets.whole(reported)) == before


async def test_who_lost_their_office_moves_nothing_more(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.DISPATCHED, people)
    await db.execute(
        "UPDATE appointment SET ended_on = '2021-01-01' WHERE person_id = $1", people["officer"]
    )
    before = await tickets.whole(key)
    with pytest.raises(Refusal) as refused:
        await tickets.move(key, Move.ACKNOWLEDGE, people["officer"])
    assert refused.value.code is Code.NOT_FOUND
    assert await tickets.whole(key) == before


@pytest.mark.parametrize(
    ("move", "state", "change", "code"),
    [
        (Move.APPEAL, State.REJECTED, {"is_appealed": True}, Code.LIMIT_REACHED),
        (Move.RETURN, State.DISPATCHED, {"is_bound": True}, Code.LIMIT_REACHED),
        (Move.CONTACT, State.ACKNOWLEDGED, {"contacted_at": 0}, Code.ALREADY_USED),
        (Move.ASK_EXTENSION, State.IN_PROGRESS, {"due_at": 23}, Code.TOO_LATE),
        (Move.ASK_EXTENSION, State.IN_PROGRESS, {"extension": "DENIED"}, Code.LIMIT_REACHED),
        (Move.GRANT_EXTENSION, State.IN_PROGRESS, {"extension": None}, Code.ILLEGAL_MOVE),
        (Move.URGE, State.IN_PROGRESS, {"urged_at": -23}, Code.LIMIT_REACHED),
        (Move.REOPEN, State.CLOSED, {"ended_at": -14 * 24 - 1}, Code.TOO_LATE),
    ],
)
async def test_a_limit_of_a_move_holds(
    people: Cast, move: Move, state: State, change: dict[str, object], code: Code
) -> None:
    who = {
        Move.APPEAL: "reporter",
        Move.URGE: "reporter",
        Move.REOPEN: "reporter",
        Move.GRANT_EXTENSION: "dispatcher",
    }.get(move, "officer")
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, state, people, move=move)
    await change_row(key, change)
    before = await tickets.whole(key)
    with pytest.raises(Refusal) as refused:
        await ticket.move(
            key, tickets.request(move, people), person_id=people[who], key=tickets.a_key()
        )
    assert refused.value.code is code
    assert await tickets.whole(key) == before


async def test_the_centre_reopens_at_any_time(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.CLOSED, people)
    await change_row(key, {"ended_at": -24 * 365})
    await tickets.move(key, Move.REOPEN, people["dispatcher"], text="上级要求")
    found = await tickets.case(key)
    assert (found.state, found.round, found.ended_at) == (State.DISPATCHED, 2, None)


async def change_row(key: int, change: dict[str, object]) -> None:
    """Change columns; a number is a time, in hours from now."""
    now = datetime.now(UTC)
    for column, value in change.items():
        is_hours = isinstance(value, int) and not isinstance(value, bool)
        given = now + timedelta(hours=int(str(value))) if is_hours else value
        await db.execute(f"UPDATE ticket SET {column} = $2 WHERE id = $1", key, given)  # noqa: S608 - a test's words


@pytest.mark.parametrize(
    ("move", "change", "path"),
    [
        (Move.RETURN, {"text": None}, "text"),
        (Move.RESOLVE, {"text": None}, "text"),
        (Move.ASK_EXTENSION, {"days": 21}, "days"),
        (Move.ASK_EXTENSION, {"days": 0}, "days"),
        (Move.ASSIGN, {"assignee_id": -1}, "personId"),
        (Move.ACCEPT, {"unit_id": -1}, "unitId"),
        (Move.RATE, {"satisfaction": 6}, "satisfaction"),
        (Move.RATE, {"satisfaction": 0}, "satisfaction"),
        (Move.CALL_BACK, {"is_contacted": False}, "contacted"),
        (Move.CALL_BACK, {"is_solved": None, "satisfaction": None}, "solved"),
        (Move.COMMENT, {"text": None}, "text"),
        (Move.COMMENT, {"text": " \n\t "}, "text"),
        (Move.COMMENT, {"text": "\u200b"}, "text"),
        (Move.COMMENT, {"text": "a\0b"}, "text"),
        (Move.COMMENT, {"text": "好" * 1001}, "text"),
        (Move.COMMENT, {"photo_ids": (1, 1)}, "photoIds"),
        (Move.COMMENT, {"photo_ids": (12345,)}, "photoIds"),
        (Move.COMMENT, {"photo_ids": tuple(range(1, 11))}, "photoIds"),
        (Move.MERGE, {"into_id": 0}, "intoId"),
    ],
)
async def test_bad_input_of_a_move_changes_nothing(
    people: Cast, move: Move, change: dict[str, object], path: str
) -> None:
    who = {Move.ACCEPT: "dispatcher", Move.CALL_BACK: "dispatcher", Move.MERGE: "dispatcher"}
    who |= {Move.RATE: "reporter"}
    key = await tickets.submit(people["reporter"])
    other = await tickets.submit(people["reporter"])
    await tickets.put(key, FLOW[move].states[0], people, move=move)
    before = await tickets.whole(key)
    request = replace(tickets.request(move, people, into=other), **change)  # type: ignore[arg-type] # by name
    with pytest.raises(Refusal) as refused:
        await ticket.move(
            key, request, person_id=people[who.get(move, "officer")], key=tickets.a_key()
        )
    assert refused.value.path == (path,)
    assert refused.value.code in {Code.INVALID, Code.NOT_FOUND}
    assert await tickets.whole(key) == before


def test_the_page_shows_the_table_as_it_is() -> None:
    assert ticket_page.table() in ticket_page.PAGE.read_text()
