"""A person of one village sees and moves nothing of another's tickets, and is told nothing."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from models import db, ticket
from models.ticket import FLOW, Move, State
from resolvers.node import global_id
from resolvers.schema import schema
from tests import tickets
from tests.areas import GRID, OTHER_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import execute
from tests.tickets import AT_OTHER_VILLAGE, HERE, Cast

SECRET, ADDRESS = "张家的狗咬了我家孩子", "滨江路66号"
STRANGERS = ("cadre", "worker", "resident")
ABSENT = 12_345
SINGLE = {
    "ID": ABSENT,
    "String": "说明",
    "Int": 3,
    "Boolean": True,
    "Float": 1.5,
    "DateTime": "2026-11-25T00:00:00Z",
}


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


async def theirs(people: Cast) -> int:
    """Give a ticket of the other village, with words and names that nobody of here may read."""
    key = await tickets.submit(
        people["reporter"], AT_OTHER_VILLAGE, text=SECRET, address=ADDRESS, category="HELP"
    )
    await tickets.move(key, Move.COMMENT, people["dispatcher"], text=f"已核实：{SECRET}")
    return key


def mutations() -> Iterator[tuple[str, GraphQLInputObjectType]]:
    """Give every mutation that takes a ticket, with its input."""
    kind = schema._schema.mutation_type
    assert kind
    for name, found in kind.fields.items():
        given = get_named_type(found.args["input"].type)
        if isinstance(given, GraphQLInputObjectType) and "ticketId" in given.fields:
            yield name, given


def value(kind: GraphQLInputType) -> Any:  # noqa: ANN401 - JSON
    """Give a value that an input takes."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type)
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        # The only one is a point, which must not be near.
        return {"longitude": HERE.longitude, "latitude": HERE.latitude}
    return SINGLE[kind.name]


def test_every_move_has_a_mutation_that_takes_a_ticket() -> None:
    # REWORK is an answer of ticketVerify.
    assert len(list(mutations())) == len(set(FLOW) - {Move.REWORK})


@pytest.mark.parametrize("name", STRANGERS)
async def test_a_mutation_says_the_same_of_another_villages_ticket_as_of_none(
    people: Cast, name: str
) -> None:
    key = await theirs(people)
    before = await tickets.whole(key)
    for mutation, given in mutations():
        said = []
        for one in (key, ABSENT):
            wanted = {field: value(found.type) for field, found in given.fields.items()}
            wanted |= {
                "ticketId": global_id("Ticket", one),
                "idempotencyKey": tickets.a_key(),
                "photoIds": [],
            }
            known = {field: wanted[field] for field in given.fields}
            result = await execute(
                f"mutation($input: {given.name}!) {{ {mutation}(input: $input)"
                " { ticket { id } userErrors { code message path } } }",
                people[name],
                input=known,
            )
            said.append(orjson.dumps([result.data, [str(error) for error in result.errors or []]]))
        assert said[0] == said[1], mutation
        found_code = orjson.loads(said[0])[0][mutation]["userErrors"][0]["code"]
        assert found_code == "NOT_FOUND", mutation
    assert await tickets.whole(key) == before


async def test_what_is_merged_must_be_seen_at_both_ends(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    far = await tickets.submit(people["reporter"], AT_OTHER_VILLAGE)
    before = await tickets.whole(key), await tickets.whole(far)
    answers = []
    for into in (key, ABSENT):
        result = await execute(
            "mutation($input: TicketMergeInput!) { ticketMerge(input: $input)"
            " { ticket { id } userErrors { code message path } } }",
            people["dispatcher elsewhere"],
            input={
                "ticketId": global_id("Ticket", far),
                "intoId": global_id("Ticket", into),
                "idempotencyKey": tickets.a_key(),
            },
        )
        answers.append(result.data)
    assert answers[0] == answers[1]
    assert answers[0]
    (error,) = answers[0]["ticketMerge"]["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["intoId"])
    assert (await tickets.whole(key), await tickets.whole(far)) == before


LOOK = """query($ticket: ID!, $event: ID!, $unit: ID!, $area: String!, $number: String!,
    $point: PointInput!) {
    ticket(id: $ticket) { number text }
    ofEvent: node(id: $event) { id }
    asNode: node(id: $ticket) { id ... on Ticket { text } }
    all: tickets { nodes { number text address } }
    there: tickets(filter: {areaCode: $area}) { nodes { number text } }
    byNumber: tickets(filter: {text: $number}) { nodes { number text } }
    byText: tickets(filter: {text: "张家的狗"}) { nodes { number text } }
    byUnit: tickets(filter: {unitId: $unit}) { nodes { number text } }
    ticketFigures(areaCode: $area) { received }
    ticketSimilar(category: "HELP", point: $point) { category point { longitude } }
    viewer { unreadCount notifications { nodes { title } } }
}"""


@pytest.mark.parametrize("name", ["cadre", "worker", "resident", "other officer"])
async def test_no_query_shows_anything_of_another_village(people: Cast, name: str) -> None:
    key = await theirs(people)
    await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["LAMPS"])
    row = await db.fetch_one("SELECT number FROM ticket WHERE id = $1", key)
    event = await db.fetch_one("SELECT max(id) AS id FROM event")
    assert row
    assert event
    result = await execute(
        LOOK,
        people[name],
        ticket=global_id("Ticket", key),
        event=global_id("TicketEvent", event["id"]),
        unit=global_id("Unit", people["LAMPS"]),
        area=OTHER_VILLAGE,
        number=row["number"],
        point={"longitude": AT_OTHER_VILLAGE.longitude, "latitude": AT_OTHER_VILLAGE.latitude},
    )
    assert result.errors is None
    assert result.data
    seen = dict(result.data)
    # What stands at a place may be the same as what one reports: what, where and when, no more.
    assert seen.pop("ticketSimilar") == [
        {"category": "HELP", "point": {"longitude": AT_OTHER_VILLAGE.longitude}}
    ]
    none: dict[str, list[object]] = {"nodes": []}
    assert seen == {
        "ticket": None,
        "ofEvent": None,
        "asNode": None,
        "all": none,
        "there": none,
        "byNumber": none,
        "byText": none,
        "byUnit": none,
        "ticketFigures": None,
        "viewer": {"unreadCount": 0, "notifications": none},
    }


async def test_who_staffs_both_villages_counts_and_lists_both(people: Cast) -> None:
    keys = {
        VILLAGE: await tickets.submit(people["reporter"]),
        OTHER_VILLAGE: await theirs(people),
    }
    for name, codes in (
        ("cadre", {VILLAGE}),
        ("cadre of another village", {OTHER_VILLAGE}),
        ("town", {VILLAGE, OTHER_VILLAGE}),
    ):
        page = await ticket.tickets(ticket.Filter(), person_id=people[name], first=9, after=None)
        assert {one.id for one in page.items} == {keys[code] for code in codes}
        for code in keys:
            counted = await ticket.figures(ticket.Filter(area_code=code), person_id=people[name])
            assert (counted.received if counted else 0) == (code in codes)


async def test_those_a_ticket_is_assigned_to_find_it_among_theirs(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.submit(people["reporter"])
    await tickets.put(key, State.IN_PROGRESS, people)
    await tickets.move(key, Move.ASSIGN, people["officer"], assignee_id=people["officer"])
    wanted = ticket.Filter(is_assigned_to_me=True)
    for name, keys in (("officer", [key]), ("worker", []), ("dispatcher", [])):
        page = await ticket.tickets(wanted, person_id=people[name], first=9, after=None)
        assert [one.id for one in page.items] == keys


def recounted(found: list[ticket.Case]) -> ticket.Figures:
    return ticket.Figures(
        received=len(found),
        open=sum(one.state in ticket.OPEN_STATES for one in found),
        overdue=0,
        closed=ticket.Rate(sum(one.state is State.CLOSED for one in found), len(found)),
        solved=ticket.Rate(
            sum(one.is_solved is True for one in found),
            sum(one.is_solved is not None for one in found),
        ),
        satisfied=ticket.Rate(
            sum((one.satisfaction or 0) >= 4 for one in found),
            sum(one.satisfaction is not None for one in found),
        ),
    )


async def test_figures_are_those_of_each_moment(people: Cast) -> None:
    """Rate, call, give up and open again: after each step the figures are what counting gives."""
    keys = [await tickets.submit(people["reporter"]) for _ in range(5)]
    steps: list[tuple[Move, str, dict[str, Any]]] = [
        (Move.RATE, "reporter", {"satisfaction": 5, "is_solved": True}),
        (Move.RATE, "reporter", {"satisfaction": 3, "is_solved": True}),
        (Move.RATE, "reporter", {"satisfaction": 4}),
        (Move.CALL_BACK, "dispatcher", {"is_solved": False}),
        (Move.CALL_BACK, "dispatcher", {"is_contacted": False}),
    ]
    for key in keys:
        await tickets.put(key, State.CALLBACK, people)
    for key, (move, name, more) in zip(keys, steps, strict=True):
        for _ in range(3 if more.get("is_contacted") is False else 1):
            await tickets.move(key, move, people[name], **more)
        await check_figures(people, keys)
    assert await figures(people) == ticket.Figures(
        received=5,
        open=0,
        overdue=0,
        closed=ticket.Rate(5, 5),
        solved=ticket.Rate(2, 3),
        satisfied=ticket.Rate(2, 3),
    )
    for key in keys:
        await tickets.move(key, Move.REOPEN, people["dispatcher"], text="重办")
        await check_figures(people, keys)


async def figures(people: Cast) -> ticket.Figures | None:
    return await ticket.figures(ticket.Filter(area_code=GRID), person_id=people["dispatcher"])


async def check_figures(people: Cast, keys: list[int]) -> None:
    assert await figures(people) == recounted([await tickets.case(key) for key in keys])
    other = ticket.Filter(area_code=OTHER_GRID)
    assert await ticket.figures(other, person_id=people["dispatcher"]) == recounted([])
