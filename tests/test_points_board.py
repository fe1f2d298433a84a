"""Boards: ranked rightly, frozen, on notice, final; names masked, and each line provable."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import db, points
from models.errors import Code, Refusal
from models.points import merkle
from models.points.award import grant
from models.points.reverse import reverse
from resolvers.node import global_id
from tests import areas
from tests import points as village
from tests.areas import VILLAGE
from tests.conftest import Database
from tests.graph import ask

RANKING = """query ($programme: ID!, $first: Int, $after: String) {
  pointsRanking(programmeId: $programme, first: $first, after: $after) {
    nodes { rank name merit isMine } pageInfo { endCursor hasNextPage }
  }
}"""
BOARD = """query ($programme: ID!, $month: String!) {
  pointsBoard(programmeId: $programme, month: $month) {
    id state digest lines ranking { nodes { rank name merit } }
    ownLine { rank merit text proof { digest isLeft } }
  }
}"""


class Scene:
    """A programme of five with merits 9, 7, 7, 3 and 1, and the month in which they earned."""

    programme: int
    cadre: int
    people: list[int]
    month: str

    async def board(self, viewer: int | None) -> Any:  # noqa: ANN401 - JSON
        asked = {"programme": global_id("PointsProgramme", self.programme), "month": self.month}
        return (await ask(BOARD, viewer, **asked))["pointsBoard"]


@pytest.fixture
async def scene(database: Database) -> Scene:
    made = Scene()
    made.programme = await village.plant()
    await village.rule(made.programme)
    made.cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    made.people = [
        await village.resident(name) for name in ("甲一", "乙二", "丙三三", "丁四", "戊")
    ]
    for person, amount in zip(made.people, (9, 7, 7, 3, 1), strict=True):
        await grant(
            actor_id=made.cadre,
            person_id=person,
            rule_code="R1",
            points=amount,
            note=None,
            key=f"{person}",
        )
    row = await db.fetch_one(
        f"SELECT to_char(date_trunc('month', {db.TODAY}) - interval '1 day', 'YYYY-MM') AS month"
    )
    assert row
    made.month = row["month"]
    return made


async def test_the_ranking_is_live_and_equals_share_a_place(scene: Scene) -> None:
    programme = global_id("PointsProgramme", scene.programme)
    page = (await ask(RANKING, scene.people[1], programme=programme, first=3))["pointsRanking"]
    assert page["nodes"] == [
        {"rank": 1, "name": "甲*", "merit": 9, "isMine": False},
        {"rank": 2, "name": "乙二", "merit": 7, "isMine": True},
        {"rank": 2, "name": "丙**", "merit": 7, "isMine": False},
    ]
    after = page["pageInfo"]["endCursor"]
    rest = await ask(RANKING, scene.cadre, programme=programme, first=3, after=None)
    assert rest["pointsRanking"]["nodes"][0]["name"] == "甲一"
    page = (await ask(RANKING, scene.people[1], programme=programme, after=after))["pointsRanking"]
    assert [(one["rank"], one["name"]) for one in page["nodes"]] == [(4, "丁*"), (5, "戊")]


async def test_a_month_is_frozen_published_and_final(scene: Scene) -> None:
    await village.date_back(scene.month)
    assert (await points.freeze_boards(), await points.freeze_boards()) == (1, 0)
    assert await scene.board(scene.people[0]) is None
    frozen = await scene.board(scene.cadre)
    assert (frozen["state"], frozen["lines"]) == ("FROZEN", 5)
    board_id = (await _boards())[0]["id"]
    asked = points.publish(actor_id=scene.people[0], board_id=board_id, key="p")
    assert await refused(asked) is Code.NOT_FOUND
    await points.publish(actor_id=scene.cadre, board_id=board_id, key="p")
    again = points.publish(actor_id=scene.cadre, board_id=board_id, key="p2")
    assert await refused(again) is Code.ILLEGAL_MOVE
    public = await scene.board(scene.people[3])
    assert (public["state"], public["digest"]) == ("PUBLISHED", frozen["digest"])
    assert [(one["rank"], one["name"]) for one in public["ranking"]["nodes"]] == [
        (1, "甲*"),
        (2, "乙*"),
        (2, "丙**"),
        (4, "丁四"),
        (5, "戊"),
    ]
    assert await points.finish_boards() == 0
    await db.execute("UPDATE board SET objections_until = now()")
    assert await points.finish_boards() == 1
    assert (await scene.board(None))["state"] == "FINAL"


async def test_everybody_can_prove_their_own_line(scene: Scene) -> None:
    await village.date_back(scene.month)
    await points.freeze_boards()
    board_id = (await _boards())[0]["id"]
    assert (await scene.board(scene.people[2])) is None
    await points.publish(actor_id=scene.cadre, board_id=board_id, key="p")
    for person in scene.people:
        board = await scene.board(person)
        own = board["ownLine"]
        digest = hashlib.sha256(b"\0" + own["text"].encode()).digest()
        for step in own["proof"]:
            other = bytes.fromhex(step["digest"])
            pair = other + digest if step["isLeft"] else digest + other
            digest = hashlib.sha256(b"\1" + pair).digest()
        assert digest.hex() == board["digest"]
        assert own["text"].startswith(f"{own['rank']}:")
        assert own["text"].endswith(f":{own['merit']}")
    assert (await scene.board(scene.cadre))["ownLine"] is None


async def test_objections_hold_a_board_until_they_are_answered(scene: Scene) -> None:
    await village.date_back(scene.month)
    await points.freeze_boards()
    board_id = (await _boards())[0]["id"]
    who = scene.people[0]
    assert await refused(_object(who, board_id, "k0")) is Code.ILLEGAL_MOVE
    await points.publish(actor_id=scene.cadre, board_id=board_id, key="p")
    stranger = await village.resident()
    assert await refused(_object(stranger, board_id, "k")) is Code.NOT_FOUND
    objection = await _object(who, board_id, "k1")
    assert await refused(_object(who, board_id, "k2")) is Code.ALREADY_USED
    await db.execute("UPDATE board SET objections_until = now()")
    assert await refused(_object(scene.people[1], board_id, "k3")) is Code.TOO_LATE
    assert await points.finish_boards() == 0
    own = points.answer(actor_id=who, objection_id=objection, said="不", key="a")
    assert await refused(own) is Code.NOT_FOUND
    assert await _answer(scene.cadre, objection, "a1") == board_id
    assert await refused(_answer(scene.cadre, objection, "a2")) is Code.ALREADY_USED
    assert await points.finish_boards() == 1


OBJECTIONS = """query ($board: ID!) { pointsObjections(boardId: $board) {
  nodes { id personName text answer }
} }"""
ANSWER = """mutation ($input: PointsObjectionAnswerInput!) {
  pointsObjectionAnswer(input: $input) { boardId userErrors { code } }
}"""


async def test_objections_are_seen_and_answered_by_those_in_charge_and_shown_to_who_objected(
    scene: Scene,
) -> None:
    await village.date_back(scene.month)
    await points.freeze_boards()
    board_id = (await _boards())[0]["id"]
    await points.publish(actor_id=scene.cadre, board_id=board_id, key="p")
    for person in scene.people[:2]:
        await _object(person, board_id, f"o{person}")
    board = global_id("PointsBoard", board_id)
    seen = (await ask(OBJECTIONS, scene.cadre, board=board))["pointsObjections"]["nodes"]
    assert [(one["personName"], one["text"], one["answer"]) for one in seen] == [
        ("甲一", "少记了一次", None),
        ("乙二", "少记了一次", None),
    ]
    given = {"objectionId": seen[0]["id"], "text": "下月更正", "idempotencyKey": "a"}
    answered = (await ask(ANSWER, scene.cadre, input=given))["pointsObjectionAnswer"]
    assert answered == {"boardId": board, "userErrors": []}
    (own,) = (await ask(OBJECTIONS, scene.people[0], board=board))["pointsObjections"]["nodes"]
    assert own["answer"] == "下月更正"
    foreign = await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE)
    for viewer in (foreign, scene.people[4]):
        assert (await ask(OBJECTIONS, viewer, board=board))["pointsObjections"]["nodes"] == []
    assert (await ask(OBJECTIONS, None, board=board))["pointsObjections"] is None


async def test_the_month_that_runs_is_open_and_a_correction_falls_in_it(scene: Scene) -> None:
    # All was earned in the month that runs: that of the month before has nobody on it.
    assert await points.freeze_boards() == 1
    frozen = await scene.board(scene.cadre)
    assert (frozen["lines"], frozen["digest"]) == (0, hashlib.sha256().hexdigest())
    present = await db.fetch_one(f"SELECT to_char({db.TODAY}, 'YYYY-MM') AS month")
    assert present
    scene.month = present["month"]
    assert await scene.board(scene.cadre) is None


MONTH = """query ($programme: ID!, $first: Int, $after: String) {
  pointsMonthRanking(programmeId: $programme, first: $first, after: $after) {
    nodes { rank name merit isMine } pageInfo { endCursor hasNextPage }
  }
}"""


async def test_the_open_month_ranks_what_was_earned_in_it(scene: Scene) -> None:
    first, second = scene.people[:2]
    # What was earned before counts for the live ranking only, and so does a base grant.
    await db.execute("UPDATE account SET merit = merit + 100 WHERE person_id = $1", second)
    programme = global_id("PointsProgramme", scene.programme)
    page = (await ask(MONTH, second, programme=programme, first=2))["pointsMonthRanking"]
    assert page["nodes"] == [
        {"rank": 1, "name": "甲*", "merit": 9, "isMine": False},
        {"rank": 2, "name": "乙二", "merit": 7, "isMine": True},
    ]
    after = page["pageInfo"]["endCursor"]
    rest = await ask(MONTH, scene.cadre, programme=programme, first=2)
    assert rest["pointsMonthRanking"]["nodes"][0]["name"] == "甲一"
    page = (await ask(MONTH, second, programme=programme, after=after))["pointsMonthRanking"]
    assert [(one["rank"], one["merit"]) for one in page["nodes"]] == [(2, 7), (4, 3), (5, 1)]
    row = await db.fetch_one("SELECT min(transaction_id) AS id FROM entry")
    assert row
    await reverse(actor_id=scene.cadre, transaction_id=row["id"], reason="错记", key="r")
    page = (await ask(MONTH, first, programme=programme))["pointsMonthRanking"]
    assert page["nodes"][-1] == {"rank": 5, "name": "甲一", "merit": 0, "isMine": True}


async def test_a_correction_leaves_the_frozen_board_and_counts_in_the_month_that_runs(
    scene: Scene,
) -> None:
    await village.date_back(scene.month)
    await points.freeze_boards()
    before = await scene.board(scene.cadre)
    row = await db.fetch_one(
        """SELECT transaction_id AS id FROM entry JOIN account ON account.id = account_id
        WHERE person_id = $1 LIMIT 1""",
        scene.people[0],
    )
    assert row
    await reverse(actor_id=scene.cadre, transaction_id=row["id"], reason="错记", key="r")
    assert await scene.board(scene.cadre) == before
    merits = await db.fetch(
        """SELECT business_month, amount FROM entry JOIN account ON account.id = account_id
        WHERE person_id = $1 AND asset = 'MERIT' ORDER BY entry.id""",
        scene.people[0],
    )
    assert [row["amount"] for row in merits] == [9, -9]
    assert merits[0]["business_month"] == scene.month < merits[1]["business_month"]
    programme = global_id("PointsProgramme", scene.programme)
    page = (await ask(RANKING, scene.cadre, programme=programme))["pointsRanking"]
    assert [(one["name"], one["rank"]) for one in page["nodes"]][-1] == ("甲一", 5)


async def _object(who: int, board_id: int, key: str) -> int:
    return await points.object_to(actor_id=who, board_id=board_id, said="少记了一次", key=key)


async def _answer(who: int, objection: int, key: str) -> int:
    return await points.answer(actor_id=who, objection_id=objection, said="下月更正", key=key)


async def _boards() -> list[Any]:
    return await db.fetch("SELECT id, state FROM board")


async def refused(action: Any) -> Code:  # noqa: ANN401 - an action
    sql = "SELECT (SELECT array_agg(state) FROM board), (SELECT count(*) FROM objection)"
    before = await db.fetch(sql)
    with pytest.raises(Refusal) as refusal:
        await action
    assert await db.fetch(sql) == before
    return refusal.value.code


@given(lines=st.lists(st.binary(max_size=9), min_size=1, max_size=40), pick=st.integers(0, 39))
def test_every_line_climbs_to_the_root_and_no_other_does(lines: list[bytes], pick: int) -> None:
    index = pick % len(lines)
    leaves = [merkle.leaf(line) for line in lines]
    steps = merkle.proof(leaves, index)
    assert merkle.climbed(lines[index], steps) == merkle.root(leaves)
    assert merkle.climbed(lines[index] + b"!", steps) != merkle.root(leaves)
    assert len(steps) <= (len(lines) - 1).bit_length()
