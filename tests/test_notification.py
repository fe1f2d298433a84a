"""The inbox: who is told of what, in the transaction of the change, and what was read."""

from typing import Any

import pytest

from models import db, notification, ticket
from models.errors import Invalid, Refusal
from models.ticket import Move, State
from resolvers.node import global_id
from tests import tickets
from tests.conftest import Database
from tests.graph import ask, execute
from tests.tickets import HERE, Cast

INBOX = """query($first: Int, $after: String) { viewer { unreadCount
    notifications(first: $first, after: $after) {
        nodes { id title thingId at readAt } pageInfo { hasNextPage endCursor } } } }"""
READ = """mutation($input: NotificationReadInput!) { notificationRead(input: $input) {
    unreadCount userErrors { code path } } }"""


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


async def titles(person_id: int) -> list[str]:
    """Give somebody's inbox, oldest first, without the numbers of tickets."""
    page = await notification.notifications(person_id, first=100, after=None)
    return ["".join(c for c in one.title if not c.isdigit() and c != "-") for one in page.items][
        ::-1
    ]


async def test_everybody_concerned_is_told_and_nobody_else(people: Cast) -> None:
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    steps: tuple[tuple[Move, str, dict[str, Any]], ...] = (
        (Move.JOIN, "joiner", {"point": HERE}),
        (Move.ACCEPT, "dispatcher", {"unit_id": people["LAMPS"]}),
        (Move.ACKNOWLEDGE, "officer", {}),
        (Move.START, "officer", {}),
        (Move.COMMENT, "worker", {"text": "内部", "is_internal": True}),
        (Move.COMMENT, "reporter", {"text": "在吗"}),
        (Move.COMMENT, "worker", {"text": "在的"}),
        (Move.URGE, "reporter", {}),
        (Move.RESOLVE, "officer", {"text": "已修"}),
        (Move.VERIFY, "worker", {}),
        (Move.RATE, "reporter", {"satisfaction": 5, "is_solved": True}),
    )
    for move, name, more in steps:
        await tickets.move(key, move, people[name], **more)
    common = [
        "您上报的工单已受理",
        "您上报的工单已开始办理",
        "您上报的工单有新留言",
        "您上报的工单已办结，等待核查",
        "您上报的工单已核查通过，请评价",
    ]
    assert await titles(people["reporter"]) == common
    assert await titles(people["joiner"]) == [*common, "您上报的工单已结案"]
    assert await titles(people["officer"]) == [
        "新工单待签收",
        "工单的上报人有新留言",
        "工单被催办",
    ]
    for name in ("worker", "dispatcher", "other officer", "resident"):
        assert await titles(people[name]) == []


async def test_whom_a_ticket_was_given_to_is_told_instead_of_the_unit(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["COMMITTEE"])
    await tickets.move(key, Move.ASSIGN, people["cadre"], assignee_id=people["worker"])
    await tickets.move(key, Move.URGE, people["reporter"])
    assert await titles(people["cadre"]) == ["新工单待签收"]
    assert await titles(people["worker"]) == ["工单已指派给您", "工单被催办"]


async def test_a_refused_move_tells_nobody(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    with pytest.raises(Refusal):
        await tickets.move(key, Move.START, people["dispatcher"])
    assert await titles(people["reporter"]) == []


async def test_each_notification_is_pushed_by_an_event_that_names_no_ticket(people: Cast) -> None:
    key = await tickets.submit(people["reporter"], is_anonymous=True)
    await tickets.move(key, Move.REJECT, people["dispatcher"], reason="UNCLEAR")
    rows = await db.fetch("SELECT * FROM event WHERE topic = 'notification'")
    (told,) = (await notification.notifications(people["reporter"], first=1, after=None)).items
    assert [(row["thing_id"], row["version"], row["facts"], row["actor_id"]) for row in rows] == [
        (people["reporter"], told.id, f'{{"notification": {told.id}}}', None)
    ]


async def told(people: Cast, count: int) -> list[str]:
    """Tell the reporter of so many comments; gives the ids, newest first."""
    key = await tickets.submit(people["reporter"])
    for _ in range(count):
        await tickets.move(key, Move.COMMENT, people["dispatcher"], text="正在查")
    found = await ask(INBOX, people["reporter"], first=count)
    return [one["id"] for one in found["viewer"]["notifications"]["nodes"]]


async def test_the_inbox_shows_the_newest_first_in_pages(people: Cast) -> None:
    ids = await told(people, 5)
    page = (await ask(INBOX, people["reporter"], first=3))["viewer"]
    assert page["unreadCount"] == 5
    shown = page["notifications"]
    assert [one["id"] for one in shown["nodes"]] == ids[:3]
    assert shown["pageInfo"]["hasNextPage"]
    rest = (await ask(INBOX, people["reporter"], first=3, after=shown["pageInfo"]["endCursor"]))[
        "viewer"
    ]["notifications"]
    assert [one["id"] for one in rest["nodes"]] == ids[3:]
    assert not rest["pageInfo"]["hasNextPage"]
    thing = await ask(
        "query($id: ID!) { node(id: $id) { ... on Ticket { text } } }",
        people["reporter"],
        id=shown["nodes"][0]["thingId"],
    )
    assert thing["node"] == {"text": tickets.TEXT}
    with pytest.raises(Invalid):
        await notification.notifications(
            people["joiner"], first=3, after=shown["pageInfo"]["endCursor"]
        )


async def test_what_was_read_is_read_once(people: Cast) -> None:
    ids = await told(people, 3)
    for _ in range(2):
        answer = await ask(READ, people["reporter"], input={"notificationIds": ids[:1]})
        assert answer["notificationRead"] == {"unreadCount": 2, "userErrors": []}
    first = (await ask(INBOX, people["reporter"]))["viewer"]["notifications"]["nodes"]
    assert [one["readAt"] is None for one in first] == [False, True, True]
    answer = await ask(READ, people["reporter"], input={})
    assert answer["notificationRead"]["unreadCount"] == 0
    again = (await ask(INBOX, people["reporter"]))["viewer"]["notifications"]["nodes"]
    assert again[0] == first[0]


async def test_nobody_reads_or_marks_anothers_inbox(people: Cast) -> None:
    ids = await told(people, 1)
    for keys in (ids, ["nonsense"], [global_id("Ticket", 1)]):
        answer = await ask(READ, people["joiner"], input={"notificationIds": keys})
        assert answer["notificationRead"] == {
            "unreadCount": None,
            "userErrors": [{"code": "NOT_FOUND", "path": ["notificationIds"]}],
        }
    many = [global_id("Notification", key) for key in range(1, 102)]
    answer = await ask(READ, people["joiner"], input={"notificationIds": many})
    assert answer["notificationRead"]["userErrors"][0]["code"] == "INVALID"
    assert await notification.unread(people["reporter"]) == 1
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await ask(query, people["joiner"], id=ids[0]))["node"] is None
    assert (await ask(query, people["reporter"], id=ids[0]))["node"] == {"id": ids[0]}
    assert (await execute(READ, None, input={})).errors


async def test_the_reporter_of_a_merged_ticket_hears_of_the_other(people: Cast) -> None:
    first = await tickets.submit(people["joiner"])
    second = await tickets.submit(people["reporter"])
    await tickets.move(second, Move.MERGE, people["dispatcher"], into_id=first)
    await tickets.put(first, State.DISPATCHED, people)
    await tickets.move(first, Move.ACKNOWLEDGE, people["officer"])
    await tickets.move(first, Move.START, people["officer"])
    assert await titles(people["reporter"]) == [
        "您上报的工单已并案处理",
        "您上报的工单已开始办理",
    ]
    assert (await tickets.case(first)).state is State.IN_PROGRESS
    assert await ticket.find(first, person_id=people["reporter"])
