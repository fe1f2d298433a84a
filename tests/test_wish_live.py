"""Wishes followed live: the whole story by real clients, over reconnects, and the board."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from models import db, wish
from models.wish import Move, State
from resolvers.node import global_id
from tests import points, wishes
from tests.areas import CITY, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.sockets import Client, House, house
from tests.test_ticket_live import item, refused, settled, sign_in

WISH = """subscription ($id: ID!, $after: Int) { wishChanged(id: $id, after: $after) {
    kind position wish { state version title moves isMine isClaimedByMe
        wisher { name } claimant { name } }
    event { version kind state text actor { name } } } }"""
BOARD = """subscription ($code: String!, $after: Int) { wishBoardChanged(areaCode: $code,
    after: $after) { kind position wishId wish { id state title claimant { name } moves }
    event { kind state text actor { name } } } }"""
INBOX = """subscription ($after: Int) { viewerNotified(after: $after) {
    kind position unreadCount notification { title } } }"""
SUBMIT = """mutation ($input: WishSubmitInput!) { wishSubmit(input: $input) {
    wish { id state } userErrors { code message path } } }"""


@pytest.fixture
async def people(database: Database) -> dict[str, int]:
    return await wishes.cast()


@pytest.fixture
async def one(people: dict[str, int]) -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def act(client: Client, name: str, gid: str, **more: object) -> dict[str, Any]:
    """Make a move over a socket, and give the wish after it."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = (
        f"mutation ($input: {kind}!) {{ {name}(input: $input)"
        " { wish { id state version } userErrors { code message path } } }"
    )
    given = {"wishId": gid, "idempotencyKey": wishes.a_key(), **more}
    payload = await answer(client, document, given)
    assert payload["userErrors"] == [], payload
    found: dict[str, Any] = payload["wish"]
    return found


async def answer(client: Client, document: str, given: dict[str, Any]) -> dict[str, Any]:
    """Ask once; items of what is followed are kept for later by the caller's own client."""
    await client.ask("ask", document, input=given)
    message = await client.hear()
    assert (message["type"], message["id"]) == ("next", "ask"), message
    assert "errors" not in message["payload"], message
    assert (await client.hear())["type"] == "complete"
    (payload,) = message["payload"]["data"].values()
    found: dict[str, Any] = payload
    return found


async def reward_wishes(people: dict[str, int]) -> None:
    """Give the village a programme that rewards wishes which came true."""
    programme = await wishes.value(
        """INSERT INTO programme (code, kind, name, owner_area_code, budget_cents,
            cents_per_point, lot_months, year_grant, joiners)
        VALUES ('P1', 'VILLAGE', '长泾村积分', $1, 10000000, 10, 24, 0, 'WHOLE') RETURNING id""",
        VILLAGE,
    )
    await db.execute(
        "INSERT INTO programme_area (area_code, programme_id) VALUES ($1, $2)", VILLAGE, programme
    )
    await db.execute(
        "INSERT INTO account (programme_id, kind) VALUES ($1, 'ISSUANCE'), ($1, 'EXPIRED')",
        programme,
    )
    await points.rule(programme, "W1", source="WISH", points_least=20, points_most=20)


class Story:
    """A wish in the making: who takes part, and how far each has followed it."""

    def __init__(self, one: House, signed: dict[str, dict[str, object]]) -> None:
        self.one = one
        self.signed = signed
        self.gid = ""
        self.seen = 0
        self.board_seen = 0

    def as_(self, name: str) -> AbstractAsyncContextManager[Client]:
        """Connect anew as somebody."""
        return self.one.welcome(self.signed[name])

    async def do(self, name: str, mutation: str, **more: object) -> str:
        """Connect anew, make a move, and leave; gives the state that it leads to."""
        async with self.as_(name) as client:
            return str((await act(client, mutation, self.gid, **more))["state"])

    async def follow(self, count: int) -> list[tuple[str, str, str]]:
        """Come back as the wisher, and read so many steps from where they left."""
        async with self.as_("wisher") as wisher:
            await wisher.ask("1", WISH, id=self.gid, after=self.seen)
            updates = [await item(wisher) for _ in range(count)]
        positions = [update["position"] for update in updates]
        assert positions == sorted(set(positions))
        assert positions[0] > self.seen
        self.seen = positions[-1]
        steps = [update["event"] for update in updates]
        return [(step["kind"], step["state"], step["actor"]["name"]) for step in steps]

    async def board(self, count: int) -> list[dict[str, Any]]:
        """Come back as the volunteer, and read what has happened on the board of the city."""
        async with self.as_("volunteer") as client:
            await client.ask("board", BOARD, code=CITY, after=self.board_seen)
            updates = [await item(client, "board") for _ in range(count)]
        self.board_seen = updates[-1]["position"]
        assert {update["wishId"] for update in updates} == {self.gid}
        return updates


async def test_the_whole_story_of_a_wish_is_seen_live_over_reconnects(
    one: House, people: dict[str, int]
) -> None:
    await reward_wishes(people)
    names = ("wisher", "volunteer", "cadre")
    story = Story(one, {name: await sign_in(one, people[name]) for name in names})
    await it_is_made_and_hidden(story)
    await it_is_published_and_claimed(story)
    await it_is_not_there_yet(story)
    await it_comes_true(story)
    assert (await points.account(people["volunteer"]))["points"] == 20
    async with story.as_("volunteer") as volunteer:
        await volunteer.ask("inbox", INBOX)
        assert (await item(volunteer, "inbox"))["unreadCount"] == 3


async def it_is_made_and_hidden(story: Story) -> None:
    given = {"title": wishes.TITLE, "text": wishes.TEXT, "category": "GOODS"}
    contact = {"contactPhone": wishes.PHONE, "contactAddress": wishes.ADDRESS}
    async with story.as_("wisher") as wisher:
        more = {"budgetCents": 12000, "idempotencyKey": "story"}
        made = await answer(wisher, SUBMIT, {**given, **contact, **more})
        story.gid = made["wish"]["id"]
        assert made["wish"]["state"] == "REVIEWING"
        await settled(story.one)
        await wisher.ask("1", WISH, id=story.gid)
        first = await item(wisher)
        assert (first["kind"], first["wish"]["state"]) == ("CURRENT", "REVIEWING")
        story.seen = first["position"]
    async with story.as_("volunteer") as volunteer:
        await volunteer.ask("1", WISH, id=story.gid)
        assert await refused(volunteer) == "FORBIDDEN"
        await volunteer.ask("board", BOARD, code=VILLAGE)
        board = await item(volunteer, "board")
        assert (board["kind"], board["wishId"], board["wish"]) == ("CURRENT", None, None)
        story.board_seen = board["position"]


async def it_is_published_and_claimed(story: Story) -> None:
    assert await story.do("cadre", "wishReview", ok=True) == "PUBLISHED"
    (news,) = await story.board(1)
    assert (news["event"]["kind"], news["event"]["actor"]) == ("PUBLISH", None)
    assert (news["wish"]["title"], news["wish"]["moves"]) == (wishes.TITLE, [])
    assert await story.do("volunteer", "wishClaim", text="我来") == "CLAIMED"
    document = """mutation ($input: WishContactInput!) { wishContact(input: $input) {
        contact { phone address } userErrors { code } } }"""
    async with story.as_("volunteer") as volunteer:
        reached = await answer(volunteer, document, {"wishId": story.gid})
    assert reached["contact"] == {"phone": wishes.PHONE, "address": wishes.ADDRESS}
    async with story.as_("cadre") as cadre:
        refusal = await answer(cadre, document, {"wishId": story.gid})
    assert (refusal["contact"], refusal["userErrors"]) == (None, [{"code": "NOT_ALLOWED"}])
    assert await story.follow(2) == [
        ("PUBLISH", "PUBLISHED", "cadre"),
        ("CLAIM", "CLAIMED", "volunteer"),
    ]


async def it_is_not_there_yet(story: Story) -> None:
    assert await story.do("volunteer", "wishDeliver") == "DELIVERING"
    assert await story.do("volunteer", "wishFulfil", text="已送到") == "FULFILLED"
    not_yet = await story.do("wisher", "wishConfirm", ok=False, text="还没收到")
    assert not_yet == "DELIVERING"
    assert await story.follow(3) == [
        ("DELIVER", "DELIVERING", "volunteer"),
        ("FULFIL", "FULFILLED", "volunteer"),
        ("NOT_YET", "DELIVERING", "wisher"),
    ]


async def it_comes_true(story: Story) -> None:
    assert await story.do("volunteer", "wishFulfil", text="这次真的到了") == "FULFILLED"
    assert await story.do("wisher", "wishConfirm") == "CONFIRMED"
    assert await story.do("wisher", "wishThank", text="谢谢") == "CONFIRMED"
    assert await story.follow(3) == [
        ("FULFIL", "FULFILLED", "volunteer"),
        ("CONFIRM", "CONFIRMED", "wisher"),
        ("THANK", "CONFIRMED", "wisher"),
    ]
    steps = [update["event"] for update in await story.board(7)]
    kinds = ["CLAIM", "DELIVER", "FULFIL", "NOT_YET", "FULFIL", "CONFIRM", "THANK"]
    assert [step["kind"] for step in steps] == kinds
    # The board says how it stands, not who wrote what.
    assert [(step["text"], step["actor"]) for step in steps] == [(None, None)] * 7


async def test_the_board_is_without_a_gap_and_without_what_is_not_on_it(
    one: House, people: dict[str, int]
) -> None:
    async with one.welcome() as client, one.welcome() as elsewhere:
        await client.ask("1", BOARD, code=VILLAGE)
        await item(client)
        await elsewhere.ask("1", BOARD, code=OTHER_VILLAGE)
        start = await item(elsewhere)
        rejected = await wishes.submit(people["wisher"])
        await wishes.move(rejected, Move.REJECT, people["cadre"])
        key = await wishes.published(people)
        await wishes.move(key, Move.WITHDRAW, people["wisher"])
        shown = await item(client)
        gone = await item(client)
        # By the time of the first item the wish may have left already: then it says so at once.
        assert shown["event"] is None or shown["event"]["kind"] == "PUBLISH"
        assert (gone["wishId"], gone["wish"], gone["event"]) == (
            global_id("Wish", key),
            None,
            None,
        )
        await settled(one)
        other = await wishes.published(people)
        await db.execute(
            "UPDATE wish SET area_code = $2 WHERE id = $1", other, OTHER_VILLAGE + "01"
        )
        await wishes.move(other, Move.CLAIM, people["volunteer"])
        far = await item(elsewhere)
        assert (far["event"]["kind"], far["position"] > start["position"]) == ("CLAIM", True)


async def test_all_who_watch_a_board_share_each_item(one: House, people: dict[str, int]) -> None:
    signed = await sign_in(one, people["wisher"])
    async with one.welcome() as a, one.welcome() as b, one.welcome(signed) as c:
        for client in (a, b, c):
            await client.ask("1", BOARD, code=CITY)
            await item(client)
        made = one.measure("wangge_subscription_items_total")
        await wishes.published(people)
        shown = [await item(client) for client in (a, b, c)]
        assert shown[0] == shown[1] == shown[2]
        assert one.measure("wangge_subscription_items_total") == made + 1


async def test_who_may_not_see_a_wish_can_not_follow_it(
    one: House, people: dict[str, int]
) -> None:
    key = await wishes.submit(people["wisher"])
    await settled(one)
    for payload in ({}, await sign_in(one, people["volunteer"])):
        async with one.welcome(payload) as client:
            for gid in (global_id("Wish", key), global_id("Wish", 12345), "nonsense"):
                await client.ask("1", WISH, id=gid)
                assert await refused(client) == "FORBIDDEN"
    assert await wish.find(key, person_id=people["wisher"])
    assert (await wishes.case(key)).state is State.REVIEWING
