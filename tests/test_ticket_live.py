"""Tickets followed live: by those who may see them, without a gap, to the end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from models import db, event, person
from models.ticket import Move, State
from resolvers.node import global_id
from tests import grids, tickets
from tests.areas import CITY, EMPTY_GRID, GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database
from tests.events import count, until
from tests.sockets import Client, House, house
from tests.tickets import AT_OTHER_VILLAGE, HERE, Cast

TICKET = """subscription ($id: ID!, $after: Int) { ticketChanged(id: $id, after: $after) {
    kind position ticket { state version text moves isMine reporter { name } }
    event { version kind state text actor { name } } } }"""
AREA = """subscription ($code: String!, $after: Int) { areaTicketsChanged(areaCode: $code,
    after: $after) { kind position ticket { number state reporter { name } area { code } }
    event { kind version text } } }"""
INBOX = """subscription ($after: Int) { viewerNotified(after: $after) {
    kind position unreadCount notification { title readAt } } }"""


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


@pytest.fixture
async def one(people: Cast) -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def item(client: Client, key: str = "1") -> dict[str, Any]:
    message = await client.hear()
    assert (message["type"], message["id"]) == ("next", key), message
    assert "errors" not in message["payload"], message
    (update,) = message["payload"]["data"].values()
    found: dict[str, Any] = update
    return found


async def refused(client: Client) -> str:
    message = await client.hear()
    assert message["type"] == "error", message
    return str(message["payload"][0]["extensions"]["code"])


async def settled(one: House) -> None:
    """Wait until all that happened has been handed out."""

    async def is_settled() -> bool:
        return await count("outbox") == 0 and one.hub.position == await event.last_position()

    await until(is_settled)


async def sign_in(one: House, person_id: int) -> dict[str, object]:
    """Start a session, and give what a socket says of it."""
    async with db.transaction() as connection:
        session = await person.start_session(
            connection, person_id, device="", now=datetime.now(UTC)
        )
    token, _ = one.tokens.issue(person_id, session.session_id)
    return {"token": token}


async def test_a_reporter_follows_a_ticket_to_its_end(one: House, people: Cast) -> None:
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    await settled(one)
    async with one.welcome(await sign_in(one, people["reporter"])) as client:
        await client.ask("1", TICKET, id=global_id("Ticket", key))
        first = await item(client)
        assert (first["kind"], first["event"]) == ("CURRENT", None)
        assert first["ticket"] == {
            "state": "SUBMITTED",
            "version": 1,
            "text": tickets.TEXT,
            "moves": ["WITHDRAW", "COMMENT", "URGE"],
            "isMine": True,
            "reporter": {"name": "reporter"},
        }
        steps: tuple[tuple[Move, str, dict[str, Any], str], ...] = (
            (Move.ACCEPT, "dispatcher", {"unit_id": people["LAMPS"]}, "DISPATCHED"),
            (Move.ACKNOWLEDGE, "officer", {"text": "收到"}, "ACKNOWLEDGED"),
            (Move.START, "officer", {}, "IN_PROGRESS"),
            (Move.RESOLVE, "officer", {"text": "已修"}, "RESOLVED"),
            (Move.VERIFY, "worker", {}, "CALLBACK"),
            (Move.RATE, "reporter", {"satisfaction": 5, "is_solved": True}, "CLOSED"),
        )
        positions = [first["position"]]
        for version, (move, name, more, state) in enumerate(steps, 2):
            await tickets.move(key, move, people[name], **more)
            update = await item(client)
            actor = None if name == "reporter" else {"name": name}
            assert update["event"] == {
                "version": version,
                "kind": move,
                "state": state,
                "text": more.get("text"),
                "actor": actor,
            }
            assert (update["ticket"]["state"], update["ticket"]["version"]) == (state, version)
            positions.append(update["position"])
        assert positions == sorted(set(positions))
    async with one.welcome(await sign_in(one, people["reporter"])) as client:
        await client.ask("1", TICKET, id=global_id("Ticket", key), after=positions[2])
        assert [(await item(client))["event"]["version"] for _ in range(4)] == [4, 5, 6, 7]


@pytest.mark.parametrize("name", ["resident", "other officer", "cadre of another village", None])
async def test_who_may_not_see_a_ticket_can_not_follow_it(
    one: House, people: Cast, name: str | None
) -> None:
    key = await tickets.submit(people["reporter"])
    await settled(one)
    async with one.welcome(await sign_in(one, people[name]) if name else {}) as client:
        said = set()
        for gid in (global_id("Ticket", key), global_id("Ticket", 12345), "nonsense"):
            await client.ask("1", TICKET, id=gid)
            message = await client.hear()
            (error,) = message["payload"]
            assert (message["type"], error["extensions"]["code"]) == ("error", "FORBIDDEN")
            said.add(error["message"])
        assert len(said) == 1
        await client.ask("1", AREA, code=VILLAGE)
        assert await refused(client) == "FORBIDDEN"


async def test_who_loses_their_office_follows_no_more(one: House, people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.DISPATCHED, people)
    await settled(one)
    async with one.welcome(await sign_in(one, people["officer"])) as client:
        await client.ask("1", TICKET, id=global_id("Ticket", key))
        assert "ACKNOWLEDGE" in (await item(client))["ticket"]["moves"]
        (row,) = await db.fetch(
            "SELECT id FROM appointment WHERE person_id = $1", people["officer"]
        )
        await person.relieve(row["id"], actor_id=people["admin"], key="k")
        assert await refused(client) == "FORBIDDEN"


async def test_a_ticket_that_leaves_what_one_may_see_ends_the_stream(
    one: House, people: Cast
) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.SUBMITTED, people)
    await settled(one)
    async with one.welcome(await sign_in(one, people["officer"])) as client:
        await client.ask("1", TICKET, id=global_id("Ticket", key))
        await item(client)
        await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["TREES"])
        assert await refused(client) == "FORBIDDEN"


async def test_what_is_internal_moves_the_ticket_and_says_nothing(
    one: House, people: Cast
) -> None:
    key = await tickets.submit(people["reporter"])
    await settled(one)
    async with (
        one.welcome(await sign_in(one, people["reporter"])) as own,
        one.welcome(await sign_in(one, people["worker"])) as staff,
    ):
        for client in (own, staff):
            await client.ask("1", TICKET, id=global_id("Ticket", key))
            await item(client)
        await tickets.move(key, Move.COMMENT, people["dispatcher"], text="内部", is_internal=True)
        told = await item(own)
        assert (told["ticket"]["version"], told["event"]) == (2, None)
        assert (await item(staff))["event"]["text"] == "内部"


async def test_an_area_is_followed_without_a_gap_and_without_its_neighbours(
    one: House, people: Cast
) -> None:
    async with one.welcome(await sign_in(one, people["cadre"])) as client:
        await client.ask("1", AREA, code=VILLAGE)
        first = await item(client)
        assert (first["kind"], first["ticket"], first["event"]) == ("CURRENT", None, None)
        await tickets.submit(people["reporter"], AT_OTHER_VILLAGE)
        key = await tickets.submit(people["reporter"])
        await tickets.submit(people["joiner"], AT_OTHER_VILLAGE)
        await tickets.move(key, Move.JOIN, people["joiner"], point=HERE)
        seen = [await item(client) for _ in range(2)]
        assert [one["event"]["kind"] for one in seen] == ["SUBMIT", "JOIN"]
        assert {one["ticket"]["area"]["code"][:12] for one in seen} == {VILLAGE}
        await client.ask("2", AREA, code=VILLAGE, after=first["position"])
        again = [await item(client, "2") for _ in range(2)]
        assert [one["position"] for one in again] == [one["position"] for one in seen]
        for code in (OTHER_VILLAGE, TOWN, CITY):
            await client.ask("3", AREA, code=code)
            assert await refused(client) == "FORBIDDEN"


async def test_a_ticket_whose_grid_is_merged_is_told_once_to_each_who_follows_it(
    one: House, people: Cast
) -> None:
    key = await tickets.submit(people["reporter"])
    await settled(one)
    async with (
        one.welcome(await sign_in(one, people["cadre"])) as village,
        one.welcome(await sign_in(one, people["reporter"])) as own,
    ):
        await village.ask("1", AREA, code=VILLAGE)
        await own.ask("1", TICKET, id=global_id("Ticket", key))
        for client in (village, own):
            await item(client)
        await grids.merge(people["town"], GRID, EMPTY_GRID)
        moved = await item(village)
        assert (moved["event"]["kind"], moved["ticket"]["area"]) == (
            "REGRID",
            {"code": VILLAGE + "03"},
        )
        assert (await item(own))["event"]["kind"] == "REGRID"
        await tickets.move(key, Move.SETTLE, people["worker of the next grid"], text="已修")
        for client in (village, own):
            assert (await item(client))["event"]["kind"] == "SETTLE"


async def test_those_of_the_same_office_share_each_item(one: House, people: Cast) -> None:
    before = one.measure("wangge_subscription_items_total")
    async with (
        one.welcome(await sign_in(one, people["dispatcher"])) as a,
        one.welcome(await sign_in(one, people["dispatcher"])) as b,
        one.welcome(await sign_in(one, people["auditor"])) as c,
    ):
        for client in (a, b, c):
            await client.ask("1", AREA, code=CITY)
            await item(client)
        made = one.measure("wangge_subscription_items_total")
        await tickets.submit(people["reporter"])
        shown = [(await item(client))["ticket"]["reporter"] for client in (a, b, c)]
        assert shown == [{"name": "reporter"}, {"name": "reporter"}, None]
        assert one.measure("wangge_subscription_items_total") == made + 2
        assert made > before


async def test_one_is_notified_of_what_concerns_one(one: House, people: Cast) -> None:
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    await settled(one)
    async with (
        one.welcome(await sign_in(one, people["reporter"])) as client,
        one.welcome(await sign_in(one, people["resident"])) as other,
        one.welcome() as nobody,
    ):
        for who in (client, other):
            await who.ask("1", INBOX)
            first = await item(who)
            assert (first["kind"], first["unreadCount"]) == ("CURRENT", 0)
        await nobody.ask("1", INBOX)
        assert await refused(nobody) == "FORBIDDEN"
        await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["LAMPS"])
        told = await item(client)
        assert told["notification"]["title"].endswith("已受理")
        assert (told["kind"], told["unreadCount"]) == ("CHANGE", 1)
        await tickets.move(
            await tickets.submit(people["resident"]),
            Move.REJECT,
            people["dispatcher"],
            reason="UNCLEAR",
        )
        assert (await item(other))["notification"]["title"].endswith("未予受理")
