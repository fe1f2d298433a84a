"""Photos of tickets: one's own, shown once, and only to those who see the words beside them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import db
from models.ticket import Move
from resolvers.node import global_id
from tests import tickets, uploading
from tests.conftest import Database
from tests.graph import ask
from tests.tickets import HERE, Cast
from tests.uploading import start, uploaded

SUBMIT = """mutation($input: TicketSubmitInput!) { ticketSubmit(input: $input) {
    ticket { id } userErrors { code path } } }"""
RESOLVE = """mutation($input: TicketSettleInput!) { ticketSettle(input: $input) {
    ticket { state } userErrors { code path } } }"""
EVENTS = """query($id: ID!) { ticket(id: $id) { events { nodes { kind
    photos { id url width height } } } } }"""


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    uploading.use(tmp_path / "files")
    async with uploading.client() as one:
        yield one


async def report(person_id: int, *photos: str) -> dict[str, Any]:
    given = {
        "category": tickets.CATEGORY,
        "text": tickets.TEXT,
        "point": {"longitude": HERE.longitude, "latitude": HERE.latitude},
        "anonymous": True,
        "photoIds": list(photos),
        "idempotencyKey": tickets.a_key(),
    }
    answer: dict[str, Any] = (await ask(SUBMIT, person_id, input=given))["ticketSubmit"]
    return answer


async def photos(person_id: int, gid: str) -> list[list[dict[str, Any]]]:
    found = (await ask(EVENTS, person_id, id=gid))["ticket"]["events"]["nodes"]
    return [one["photos"] for one in found]


async def test_photos_come_with_what_they_show(people: Cast, http: httpx.AsyncClient) -> None:
    first = await uploaded(http, people["reporter"], uploading.picture())
    second = await uploaded(http, people["reporter"], uploading.picture(color="blue"))
    gid = (await report(people["reporter"], second, first))["ticket"]["id"]
    proof = await uploaded(http, people["worker"], uploading.picture(color="green"))
    given = {"ticketId": gid, "photoIds": [proof], "idempotencyKey": "k"}
    for _ in range(2):
        answer = (await ask(RESOLVE, people["worker"], input=given))["ticketSettle"]
        assert answer == {"ticket": {"state": "RESOLVED"}, "userErrors": []}
    shown = await photos(people["dispatcher"], gid)
    assert [[one["id"] for one in event] for event in shown] == [[second, first], [proof]]
    assert (shown[0][0]["width"], shown[0][0]["height"]) == (64, 48)
    had = await http.get(shown[0][0]["url"])
    assert (had.status_code, had.headers["content-type"]) == (200, "image/jpeg")
    forged = await http.get(shown[0][0]["url"].replace("signature=", "signature=0"))
    assert forged.status_code == 403
    own = await photos(people["reporter"], gid)
    # Addresses are signed anew each time, for a time from then on.
    assert [[one["id"] for one in event] for event in own] == [[second, first], [proof]]


async def test_a_photo_is_not_for_who_sees_no_words(people: Cast, http: httpx.AsyncClient) -> None:
    mine = await uploaded(http, people["reporter"], uploading.picture())
    gid = (await report(people["reporter"], mine))["ticket"]["id"]
    row = await db.fetch_one("SELECT id FROM ticket")
    assert row
    await tickets.move(row["id"], Move.JOIN, people["joiner"], point=HERE)
    assert await photos(people["joiner"], gid) == [[], []]
    node = "query($id: ID!) { node(id: $id) { id } }"
    for name in ("joiner", "dispatcher"):
        assert (await ask(node, people[name], id=mine))["node"] is None
    rows = await db.fetch("SELECT is_public FROM file")
    assert [row["is_public"] for row in rows] == [False]


async def test_only_ones_own_stored_and_unused_photo_is_shown(
    people: Cast, http: httpx.AsyncClient
) -> None:
    others = await uploaded(http, people["joiner"], uploading.picture())
    announced = (await start(people["reporter"], uploading.picture()))["file"]["id"]
    used = await uploaded(http, people["reporter"], uploading.picture())
    await report(people["reporter"], used)
    before = await tickets.whole(1)
    for wrong in (others, announced, used, global_id("File", 12345), "nonsense"):
        answer = await report(people["reporter"], wrong)
        assert answer == {
            "ticket": None,
            "userErrors": [{"code": "NOT_FOUND", "path": ["photoIds"]}],
        }
    assert await tickets.whole(1) == before
    rows = await db.fetch("SELECT id FROM ticket")
    assert [row["id"] for row in rows] == [1]
