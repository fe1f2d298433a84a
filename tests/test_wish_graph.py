"""Wishes as a phone asks for them: in few statements, with codes for what is wrong."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from models import db
from models.wish import Move
from resolvers.node import global_id
from tests import wishes
from tests.areas import GRID, VILLAGE
from tests.graph import ask, execute
from tests.wishes import TEXT, TITLE

BOARD = """query ($filter: WishFilter, $first: Int, $after: String) {
  wishes(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id state title text category beneficiary budgetCents deadlineOn
      point { longitude latitude } area { code name } unit { name } photos { url }
      wisher { name } claimant { name } isMine moves publishedAt
      events { nodes { kind state text actor { name } } } } }
    pageInfo { hasNextPage endCursor } } }"""
COUNTS = "query ($code: String!) { wishCounts(areaCode: $code) { state count } }"
NEAR = """query ($near: PointInput!) { wishesNear(near: $near, categories: [GOODS]) {
  distanceMeters wish { id title } } }"""
SUGGESTED = """query ($id: ID!) { wishSuggestions(wishId: $id) {
  distanceMeters resource { id title suggestions { wish { id } } } } }"""


@pytest.fixture
async def statements(database_url: str) -> AsyncIterator[tuple[dict[str, int], list[str]]]:
    """Give the people, and the statements that the process sends on its one connection."""
    await db.connect(database_url, pool_size=1)
    people = await wishes.cast()
    sent: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        sent.append(query.query)

    async with db.pool().acquire() as connection:
        connection.add_query_logger(note)
    yield people, sent
    await db.close()


async def test_a_page_of_the_board_costs_as_few_statements_as_it_has_lists(
    statements: tuple[dict[str, int], list[str]],
) -> None:
    people, sent = statements
    keys = [await wishes.published(people) for _ in range(4)]
    wanted = {"areaCode": VILLAGE, "states": ["PUBLISHED"], "categories": ["GOODS"]}
    # The first time a connection looks the types of arrays up.
    await ask(BOARD, None, filter=wanted, first=3)
    sent.clear()
    answer = await ask(BOARD, None, filter=wanted, first=3)
    # The board, and the events of its wishes.
    assert len(sent) == 2
    found = [edge["node"] for edge in answer["wishes"]["edges"]]
    assert [one["id"] for one in found] == [global_id("Wish", key) for key in keys[:0:-1]]
    assert (found[0]["title"], found[0]["text"]) == (TITLE, TEXT)
    assert found[0]["area"] == {"code": GRID, "name": "长泾村第一网格"}
    assert (found[0]["wisher"], found[0]["isMine"], found[0]["moves"]) == (None, False, [])
    steps = found[0]["events"]["nodes"]
    assert [one["kind"] for one in steps] == ["SUBMIT", "CHECK", "PUBLISH"]
    assert {(one["text"], one["actor"]) for one in steps} == {(None, None)}
    after = answer["wishes"]["pageInfo"]["endCursor"]
    rest = await ask(BOARD, None, filter=wanted, first=3, after=after)
    assert len(rest["wishes"]["edges"]) == 1
    sent.clear()
    mine = await ask(BOARD, people["wisher"], filter={"mine": True}, first=3)
    assert len(sent) == 2
    assert mine["wishes"]["edges"][0]["node"]["wisher"] == {"name": "wisher"}


async def test_counts_and_what_is_near_are_asked_for_by_anybody(
    statements: tuple[dict[str, int], list[str]],
) -> None:
    people, sent = statements
    key = await wishes.published(people)
    await wishes.submit(people["wisher"])
    await ask(COUNTS, None, code=VILLAGE)
    sent.clear()
    public = await ask(COUNTS, None, code=VILLAGE)
    assert len(sent) == 1
    counted = {one["state"]: one["count"] for one in public["wishCounts"]}
    assert (counted["PUBLISHED"], "REVIEWING" in counted) == (1, False)
    staff = await ask(COUNTS, people["cadre"], code=VILLAGE)
    assert {"state": "REVIEWING", "count": 1} in staff["wishCounts"]
    await ask(NEAR, None, near={"longitude": 120.28, "latitude": 31.91})
    sent.clear()
    near = await ask(NEAR, None, near={"longitude": 120.28, "latitude": 31.91})
    assert len(sent) == 1
    assert near["wishesNear"] == [
        {"distanceMeters": 0.0, "wish": {"id": global_id("Wish", key), "title": TITLE}}
    ]


async def test_what_is_offered_is_suggested_both_ways(
    statements: tuple[dict[str, int], list[str]],
) -> None:
    people, _ = statements
    key = await wishes.published(people)
    offer = """mutation ($input: ResourceOfferInput!) { resourceOffer(input: $input) {
        resource { id state isMine } userErrors { code } } }"""
    given = {"title": "旧收音机", "text": "能用", "category": "GOODS", "idempotencyKey": "o"}
    made = (await ask(offer, people["resident"], input=given))["resourceOffer"]
    assert (made["resource"]["state"], made["resource"]["isMine"]) == ("REVIEWING", True)
    review = """mutation ($input: ResourceReviewInput!) { resourceReview(input: $input) {
        resource { state } userErrors { code path } } }"""
    asked = {"resourceId": made["resource"]["id"], "idempotencyKey": "r"}
    no_reason = await ask(review, people["cadre"], input={**asked, "ok": False})
    assert no_reason["resourceReview"]["userErrors"] == [{"code": "INVALID", "path": ["reason"]}]
    await ask(review, people["cadre"], input={**asked, "idempotencyKey": "r2"})
    gid = global_id("Wish", key)
    answer = await ask(SUGGESTED, None, id=gid)
    assert answer["wishSuggestions"] == [
        {
            "distanceMeters": 0.0,
            "resource": {
                "id": made["resource"]["id"],
                "title": "旧收音机",
                "suggestions": [{"wish": {"id": gid}}],
            },
        }
    ]


async def test_ids_that_are_none_and_who_is_nobody_are_told_so(
    statements: tuple[dict[str, int], list[str]],
) -> None:
    people, _ = statements
    key = await wishes.submit(people["wisher"])
    hidden = global_id("Wish", key)
    for gid in (hidden, global_id("Wish", 12345), global_id("Person", 1), "x"):
        found = await ask("query ($id: ID!) { wish(id: $id) { id } }", people["resident"], id=gid)
        assert found == {"wish": None}
        claim = """mutation ($input: WishClaimInput!) { wishClaim(input: $input) {
            wish { id } userErrors { code path } } }"""
        asked = {"wishId": gid, "idempotencyKey": f"c {gid}"}
        refused = await ask(claim, people["volunteer"], input=asked)
        assert refused["wishClaim"] == {
            "wish": None,
            "userErrors": [{"code": "NOT_FOUND", "path": ["wishId"]}],
        }
        nobody = await execute(claim, None, input=asked)
        assert nobody.errors
    node = await ask("query ($id: ID!) { node(id: $id) { id } }", people["cadre"], id=hidden)
    assert node == {"node": {"id": hidden}}
    await wishes.move(key, Move.PUBLISH, people["cadre"])
    node = await ask("query ($id: ID!) { node(id: $id) { id } }", None, id=hidden)
    assert node == {"node": {"id": hidden}}
