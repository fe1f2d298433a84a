"""Tickets in grids that are merged or split: nothing open is left behind, nothing over moves."""

import asyncio
from collections.abc import Awaitable

import pytest

from models import area, db, ticket
from models.errors import Code, Refusal
from models.geo import Point
from models.ticket import Move, State
from resolvers.node import global_id
from tests import grids, tickets
from tests.areas import EMPTY_GRID, GRID, MICRO_GRID, VILLAGE
from tests.conftest import Database
from tests.graph import ask
from tests.grids import part
from tests.tickets import HERE, Cast

NEW, NEXT = VILLAGE + "03", VILLAGE + "04"
EAST = Point(120.2845, 31.9101)
"""In GRID, nearer to the eastern half if it is split."""
TURNS = 4
TIMELINE = """query($id: ID!) { ticket(id: $id) { area { code } moves
    events(first: 50) { nodes { version kind state party actor { name } } } } }"""


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


async def merge(people: Cast) -> None:
    await grids.merge(people["town"], GRID, EMPTY_GRID)


async def split(people: Cast) -> None:
    parts = [part("西网格", MICRO_GRID), part("东网格", point=EAST)]
    await area.split(GRID, actor_id=people["town"], parts=parts, key="split")


async def code_of(key: int) -> str:
    return (await tickets.case(key)).area_code


async def closed(people: Cast, state: State = State.CLOSED, point: Point = HERE) -> int:
    key = await tickets.submit(people["reporter"], point)
    await tickets.put(key, state, people)
    return key


async def test_what_is_open_goes_on_in_the_new_grid_and_what_is_over_stays(
    people: Cast,
) -> None:
    keys = {state: await closed(people, state) for state in State}
    before = {state: await tickets.case(key) for state, key in keys.items()}
    await merge(people)
    for state, key in keys.items():
        found, old = await tickets.case(key), before[state]
        assert (found.state, found.due_at, found.unit) == (state, old.due_at, old.unit)
        is_open = state in ticket.OPEN_STATES
        assert (found.area_code, found.version) == (
            (NEW, old.version + 1) if is_open else (GRID, old.version)
        )
    rows = await db.fetch(
        "SELECT thing_id, facts ->> 'areas' AS areas,"
        " array_agg(outbox.area_code ORDER BY outbox.area_code) AS told"
        " FROM event JOIN outbox ON event_id = event.id WHERE kind = 'REGRID' GROUP BY event.id"
    )
    assert {row["thing_id"] for row in rows} == {keys[state] for state in ticket.OPEN_STATES}
    assert {(row["areas"], *row["told"]) for row in rows} == {(f'["{GRID}", "{NEW}"]', GRID, NEW)}


async def test_those_who_staff_the_new_grid_handle_it_to_its_end(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    newcomer = people["worker of the next grid"]
    assert await ticket.find(key, person_id=newcomer) is None
    await merge(people)
    gid = global_id("Ticket", key)
    seen = (await ask(TIMELINE, newcomer, id=gid))["ticket"]
    assert (seen["area"], "SETTLE" in seen["moves"]) == ({"code": NEW}, True)
    listed = await ticket.tickets(ticket.Filter(), person_id=newcomer, first=9, after=None)
    assert [one.id for one in listed.items] == [key]
    await tickets.move(key, Move.SETTLE, newcomer, text="已换灯泡")
    # Who settled it does not check it; the other worker of what is one grid now does.
    with pytest.raises(Refusal):
        await tickets.move(key, Move.VERIFY, newcomer)
    await tickets.move(key, Move.VERIFY, people["worker"])
    await tickets.move(key, Move.RATE, people["reporter"], satisfaction=5)
    for stranger in ("worker of another village", "cadre of another village"):
        assert await ticket.find(key, person_id=people[stranger]) is None
    own = (await ask(TIMELINE, people["reporter"], id=gid))["ticket"]["events"]["nodes"]
    assert [(one["version"], one["kind"]) for one in own] == [
        (1, "SUBMIT"),
        (2, "REGRID"),
        (3, "SETTLE"),
        (4, "VERIFY"),
        (5, "RATE"),
    ]
    assert own[1] == {
        "version": 2,
        "kind": "REGRID",
        "state": "SUBMITTED",
        "party": "STAFF",
        "actor": {"name": "town"},
    }


async def test_who_was_assigned_keeps_a_ticket_through_a_merge(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["COMMITTEE"])
    await tickets.move(key, Move.ASSIGN, people["cadre"], assignee_id=people["worker"])
    await merge(people)
    await tickets.move(key, Move.ACKNOWLEDGE, people["worker"])
    assert (await tickets.case(key)).state is State.ACKNOWLEDGED


async def test_a_split_sends_each_ticket_where_its_place_lies(people: Cast) -> None:
    west = await tickets.submit(people["reporter"])
    east = await tickets.submit(people["reporter"], EAST)
    over = await closed(people, point=EAST)
    await split(people)
    assert [await code_of(key) for key in (west, east, over)] == [NEW, NEXT, GRID]


async def test_what_is_opened_again_goes_on_in_the_grid_of_today(people: Cast) -> None:
    in_west, in_east = await closed(people), await closed(people, point=EAST)
    rejected = await closed(people, State.REJECTED, EAST)
    await split(people)
    # And once more: what followed is followed in its turn.
    await grids.merge(people["town"], NEXT, EMPTY_GRID, key="merge")
    last = VILLAGE + "05"
    await tickets.move(in_west, Move.REOPEN, people["reporter"], text="又坏了")
    await tickets.move(in_east, Move.REOPEN, people["dispatcher"], text="又坏了")
    await tickets.move(rejected, Move.APPEAL, people["reporter"], text="请再看看")
    assert [await code_of(key) for key in (in_west, in_east, rejected)] == [NEW, last, last]
    rows = await db.fetch(
        "SELECT array_agg(outbox.area_code ORDER BY outbox.id) FROM event"
        " JOIN outbox ON event_id = event.id WHERE kind IN ('REOPEN', 'APPEAL')"
        " GROUP BY event.id ORDER BY event.id"
    )
    assert [row[0] for row in rows] == [[NEW, GRID], [last, GRID], [last, GRID]]
    assert await ticket.find(in_east, person_id=people["worker of the next grid"])


async def test_a_ticket_that_is_opened_again_where_nothing_changed_stays(people: Cast) -> None:
    key = await closed(people)
    await tickets.move(key, Move.REOPEN, people["reporter"], text="又坏了")
    assert await code_of(key) == GRID


async def test_a_report_waits_for_a_merge_and_lands_in_the_new_grid(people: Cast) -> None:
    await split(people)
    async with db.transaction() as connection:
        # A merge that is not committed yet.
        await connection.execute("SELECT FROM area WHERE code = $1 FOR NO KEY UPDATE", NEW)
        waiting = asyncio.create_task(tickets.submit(people["reporter"]))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        await connection.execute("UPDATE area SET valid_to = now()::date WHERE code = $1", NEW)
        await connection.execute(
            "INSERT INTO area_successor (area_code, successor_code) VALUES ($1, $2)", NEW, NEXT
        )
    assert await code_of(await waiting) == NEXT


async def unless_refused(acting: Awaitable[object]) -> object:
    try:
        return await acting
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize("turn", range(TURNS))
async def test_whatever_happens_at_once_nothing_open_stays_in_what_ended(
    people: Cast, turn: int
) -> None:
    over = [await closed(people) for _ in range(3)]
    moving = [await closed(people, State.DISPATCHED) for _ in range(3)]
    rated = [await closed(people, State.CALLBACK) for _ in range(3)]
    acts: list[Awaitable[object]] = []
    for number in range(3):
        acts += [
            tickets.submit(people["reporter"]),
            tickets.move(over[number], Move.REOPEN, people["reporter"], text="又坏了"),
            tickets.move(moving[number], Move.ACKNOWLEDGE, people["officer"]),
            tickets.move(rated[number], Move.RATE, people["reporter"], satisfaction=1),
        ]
    # The merge comes in at another place each time.
    acts.insert(turn * len(acts) // TURNS, merge(people))
    answers = await asyncio.gather(*map(unless_refused, acts))
    assert not [one for one in answers if isinstance(one, Code)]
    rows = await db.fetch("SELECT area_code, ended_at IS NULL AS is_open FROM ticket")
    assert {row["area_code"] for row in rows if row["is_open"]} == {NEW}
    assert len([row for row in rows if row["is_open"]]) == 9
    versions = await db.fetch(
        "SELECT thing_id FROM event WHERE topic = 'ticket' AND kind = 'REGRID'"
        " GROUP BY thing_id HAVING count(*) > 1"
    )
    assert versions == []
