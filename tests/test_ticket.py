"""Tickets in the graph: a whole life, what each viewer sees, and what is refused."""

import asyncio
import re
from typing import Any

import pytest

from models import db, ticket
from models.errors import Code, Refusal
from models.ticket import Move, State
from resolvers.node import global_id
from tests import tickets
from tests.areas import GRID, OTHER_GRID
from tests.conftest import Database
from tests.graph import ask, execute
from tests.tickets import AT_OTHER_VILLAGE, AT_SEA, CAST, HERE, TEXT, Cast

SUBMIT = """mutation($input: TicketSubmitInput!) { ticketSubmit(input: $input) {
    ticket { id number state version category area { code } place { longitude latitude } text
        reporter { name } isMine isAnonymous source urgency moves dueAt isOverdue
        events { nodes { id version kind state party actor { name } text } } }
    similar { ticketId category submittedAt point { longitude } }
    userErrors { code message path } } }"""
TICKET = """query($id: ID!) { ticket(id: $id) { id number state version round text address
    reporter { name } assignee { name } unit { name } isMine moves isSolved satisfaction
    categoryInfo { name family } mergedInto { number }
    events(first: 50) { nodes { version kind state party actor { name } text isInternal } } } }"""
POINT = {"longitude": HERE.longitude, "latitude": HERE.latitude}


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


async def submitted(person_id: int | None, **more: object) -> dict[str, Any]:
    given = {
        "category": "STREET_LAMP",
        "text": TEXT,
        "point": POINT,
        "idempotencyKey": tickets.a_key(),
        **more,
    }
    answer: dict[str, Any] = (await ask(SUBMIT, person_id, input=given))["ticketSubmit"]
    return answer


async def moved(
    name: str, person_id: int | None, ticket_id: str, fields: str = "state", **more: object
) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    query = (
        f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{"
        f" ticket {{ {fields} }} userErrors {{ code message path }} }} }}"
    )
    given = {"ticketId": ticket_id, "idempotencyKey": tickets.a_key(), **more}
    answer: dict[str, Any] = (await ask(query, person_id, input=given))[name]
    return answer


async def seen(person_id: int | None, ticket_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await ask(TICKET, person_id, id=ticket_id))["ticket"]
    return found


async def test_a_reported_ticket_is_whole(people: Cast) -> None:
    answer = await submitted(people["reporter"])
    found = answer["ticket"]
    assert answer["userErrors"] == []
    assert re.fullmatch(r"\d{8}-\d{6}", found["number"])
    assert found["events"]["nodes"] == [
        {
            "id": found["events"]["nodes"][0]["id"],
            "version": 1,
            "kind": "SUBMIT",
            "state": "SUBMITTED",
            "party": "REPORTER",
            "actor": {"name": "reporter"},
            "text": None,
        }
    ]
    expected = {
        "state": "SUBMITTED",
        "version": 1,
        "category": "STREET_LAMP",
        "area": {"code": GRID},
        "place": POINT,
        "text": TEXT,
        "reporter": {"name": "reporter"},
        "isMine": True,
        "isAnonymous": False,
        "source": "MINI_PROGRAM",
        "urgency": "NORMAL",
        "isOverdue": False,
        "moves": ["WITHDRAW", "COMMENT", "URGE"],
    }
    assert {name: found[name] for name in expected} == expected


async def test_a_worker_on_patrol_is_another_source(people: Cast) -> None:
    assert (await submitted(people["worker"]))["ticket"]["source"] == "GRID_PATROL"


async def test_a_ticket_lives_from_report_to_the_second_round(people: Cast) -> None:
    key = (await submitted(people["reporter"]))["ticket"]["id"]
    lamps = global_id("Unit", people["LAMPS"])
    steps: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("ticketAccept", "dispatcher", {"unitId": lamps}, "DISPATCHED"),
        ("ticketAcknowledge", "officer", {}, "ACKNOWLEDGED"),
        (
            "ticketAssign",
            "officer",
            {"personId": global_id("Person", people["officer"])},
            "ACKNOWLEDGED",
        ),
        ("ticketContact", "officer", {"text": "已电话联系"}, "ACKNOWLEDGED"),
        ("ticketStart", "officer", {}, "IN_PROGRESS"),
        ("ticketAskExtension", "officer", {"days": 2, "text": "等配件"}, "IN_PROGRESS"),
        ("ticketGrantExtension", "dispatcher", {}, "IN_PROGRESS"),
        ("ticketSuspend", "officer", {"reason": "WEATHER"}, "SUSPENDED"),
        ("ticketResume", "officer", {}, "IN_PROGRESS"),
        ("ticketResolve", "officer", {"text": "已换灯泡"}, "RESOLVED"),
        ("ticketVerify", "worker", {"ok": False, "text": "仍不亮"}, "IN_PROGRESS"),
        ("ticketResolve", "officer", {"text": "已换线路"}, "RESOLVED"),
        ("ticketVerify", "worker", {"ok": True}, "CALLBACK"),
        ("ticketCallBack", "dispatcher", {"contacted": False}, "CALLBACK"),
        ("ticketRate", "reporter", {"satisfaction": 4, "text": "谢谢"}, "CLOSED"),
        ("ticketReopen", "reporter", {"text": "又不亮了"}, "DISPATCHED"),
    )
    for name, who, more, state in steps:
        answer = await moved(name, people[who], key, **more)
        assert answer == {"ticket": {"state": state}, "userErrors": []}, name
    found = await seen(people["reporter"], key)
    assert found
    assert (found["version"], found["round"], found["satisfaction"]) == (17, 3, None)
    assert [one["version"] for one in found["events"]["nodes"]] == list(range(1, 18))
    assert [one["state"] for one in found["events"]["nodes"]] == [
        "SUBMITTED",
        *(state for *_, state in steps),
    ]


async def test_a_twice_returned_ticket_is_decided_and_teaches(people: Cast) -> None:
    key = (await submitted(people["reporter"]))["ticket"]["id"]
    back: dict[str, Any] = {"reason": "NOT_OUR_DUTY", "text": "非道路照明", "unitId": None}
    for state in ("SUBMITTED", "ARBITRATION"):
        # Without a unit it goes where the directory says: to those whose duty is the category.
        await moved("ticketAccept", people["dispatcher"], key)
        answer = await moved("ticketReturn", people["officer"], key, **back)
        assert answer["ticket"] == {"state": state}
    trees = global_id("Unit", people["TREES"])
    refused = await moved("ticketArbitrate", people["town dispatcher"], key, unitId=trees)
    assert refused["userErrors"][0]["code"] == "NOT_ALLOWED"
    await moved("ticketArbitrate", people["dispatcher"], key, unitId=trees)
    refused = await moved("ticketReturn", people["other officer"], key, **back)
    assert refused["userErrors"][0]["code"] == "LIMIT_REACHED"
    again = (await submitted(people["reporter"]))["ticket"]["id"]
    answer = await moved("ticketAccept", people["dispatcher"], again, "unit { name }")
    assert answer["ticket"] == {"unit": {"name": "园林局"}}


async def test_the_directory_falls_back_to_the_town(people: Cast) -> None:
    for category, unit in (("NOISE", "澄江街道办事处"), ("NEIGHBOUR_DISPUTE", "长泾村村委会")):
        key = (await submitted(people["reporter"], category=category))["ticket"]["id"]
        answer = await moved("ticketAccept", people["dispatcher"], key, "unit { name }")
        assert answer["ticket"] == {"unit": {"name": unit}}


async def test_three_calls_without_an_answer_close_it_not_rated(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.CALLBACK, people)
    for state in (State.CALLBACK, State.CALLBACK, State.CLOSED):
        await tickets.move(key, Move.CALL_BACK, people["dispatcher"], is_contacted=False)
        assert (await tickets.case(key)).state is state
    found = await tickets.case(key)
    assert (found.is_solved, found.satisfaction) == (None, None)


@pytest.mark.parametrize("name", CAST)
async def test_each_of_the_cast_sees_a_ticket_or_not(people: Cast, name: str) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.JOIN, people["joiner"], point=HERE)
    await tickets.put(key, State.DISPATCHED, people)
    found = await ticket.find(key, person_id=people[name])
    assert (found is not None) == bool(CAST[name]), name
    gid = global_id("Ticket", key)
    node = (await ask("query($id: ID!) { node(id: $id) { id } }", people[name], id=gid))["node"]
    assert (node is not None) == bool(CAST[name])
    if not CAST[name]:
        before = await tickets.whole(key)
        answer = await moved("ticketComment", people[name], gid, text="你好")
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]
        assert await tickets.whole(key) == before


async def test_nobody_sees_a_ticket_without_signing_in(people: Cast) -> None:
    key = global_id("Ticket", await tickets.submit(people["reporter"]))
    assert await seen(None, key) is None
    result = await execute(
        '{ ticketSimilar(category: "TREE", point: {longitude: 1, latitude: 1}) { category } }'
    )
    assert result.errors


async def test_who_is_anonymous_is_known_to_nobody_but_themself(people: Cast) -> None:
    key = (await submitted(people["reporter"], anonymous=True))["ticket"]["id"]
    await moved("ticketComment", people["reporter"], key, text="请尽快")
    await moved(
        "ticketAccept", people["dispatcher"], key, unitId=global_id("Unit", people["LAMPS"])
    )
    for name in ("officer", "dispatcher", "worker", "auditor", "admin"):
        found = await seen(people[name], key)
        assert found
        assert (found["reporter"], found["text"]) == (None, TEXT)
        assert {str(one["actor"]) for one in found["events"]["nodes"][:2]} == {"None"}
    own = await seen(people["reporter"], key)
    assert own
    assert (own["reporter"], own["isMine"]) == ({"name": "reporter"}, True)
    rows = await db.fetch("SELECT person_id FROM ticket_reporter")
    assert [row["person_id"] for row in rows] == [None]
    rows = await db.fetch("SELECT actor_id FROM event WHERE actor_id = $1", people["reporter"])
    assert rows == []


async def test_who_joins_sees_the_state_and_no_words_of_others(people: Cast) -> None:
    first = (await submitted(people["reporter"], address="老街3号"))["ticket"]["id"]
    second = await submitted(people["joiner"])
    assert [one["ticketId"] for one in second["similar"]] == [first]
    assert set(second["similar"][0]) == {"ticketId", "category", "submittedAt", "point"}
    far = await moved(
        "ticketJoin", people["resident"], first, point={"longitude": 120.29, "latitude": 31.91}
    )
    assert far["userErrors"][0]["code"] == "NOT_FOUND"
    await moved("ticketJoin", people["resident"], first, point=POINT, text="我家门口也是")
    again = await moved("ticketJoin", people["resident"], first, point=POINT)
    assert again["userErrors"][0]["code"] == "ALREADY_USED"
    await moved("ticketComment", people["reporter"], first, text="我的电话是138")
    await moved("ticketComment", people["dispatcher"], first, text="已知悉")
    await moved("ticketComment", people["dispatcher"], first, text="内部", internal=True)
    found = await seen(people["resident"], first)
    assert found
    assert (found["text"], found["address"], found["reporter"]) == (None, None, None)
    assert [(one["text"], one["actor"]) for one in found["events"]["nodes"]] == [
        (None, None),
        (None, None),
        (None, None),
        ("已知悉", {"name": "dispatcher"}),
    ]


async def test_what_is_internal_is_seen_by_staff_only(people: Cast) -> None:
    key = (await submitted(people["reporter"]))["ticket"]["id"]
    await moved("ticketComment", people["worker"], key, text="此人常投诉", internal=True)
    refused = await moved("ticketComment", people["reporter"], key, text="内部", internal=True)
    assert refused["userErrors"][0]["code"] == "NOT_ALLOWED"
    texts = {}
    for name in ("reporter", "dispatcher"):
        found = await seen(people[name], key)
        assert found
        texts[name] = [one["text"] for one in found["events"]["nodes"]]
    assert texts == {"reporter": [None], "dispatcher": [None, "此人常投诉"]}


async def test_the_reporters_of_a_merged_ticket_follow_the_other(people: Cast) -> None:
    first = (await submitted(people["joiner"]))["ticket"]["id"]
    second = (await submitted(people["reporter"], anonymous=True))["ticket"]["id"]
    assert await seen(people["reporter"], first) is None
    offered = await ask(
        "query($id: ID!) { ticket(id: $id) { nearDuplicates { ticketId category } } }",
        people["dispatcher"],
        id=second,
    )
    assert offered["ticket"]["nearDuplicates"] == [{"ticketId": first, "category": "STREET_LAMP"}]
    answer = await moved("ticketMerge", people["dispatcher"], second, intoId=first)
    assert answer["ticket"] == {"state": "MERGED"}
    own = await seen(people["reporter"], second)
    other = await seen(people["reporter"], first)
    assert own
    assert other
    assert own["mergedInto"] == {"number": other["number"]}
    assert (other["isMine"], other["text"], other["version"]) == (False, None, 2)
    for into in (first, second):
        refused = await moved("ticketMerge", people["dispatcher"], first, intoId=into)
        assert refused["userErrors"][0]["code"] in {"INVALID", "ILLEGAL_MOVE"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n\t "}, "text"),
        ({"text": "\u200b\u2060"}, "text"),
        ({"text": "路灯\u200b坏了"}, "text"),
        ({"text": "路灯\0坏了"}, "text"),
        ({"text": "路灯\x1b[31m坏了"}, "text"),
        ({"text": "灯" * 1001}, "text"),
        ({"address": "路" * 129}, "address"),
        ({"category": "NO_SUCH"}, "category"),
        ({"category": ""}, "category"),
        ({"point": {"longitude": AT_SEA.longitude, "latitude": AT_SEA.latitude}}, "point"),
        ({"point": {"longitude": 181.0, "latitude": 0.0}}, "point"),
        ({"point": {"longitude": 0.0, "latitude": 0.0, "system": "BD_09"}}, "point"),
        ({"photoIds": [global_id("File", key) for key in range(1, 11)]}, "photoIds"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey"),
    ],
)
async def test_bad_input_of_a_report_is_refused(
    people: Cast, change: dict[str, object], path: str
) -> None:
    answer = await submitted(people["reporter"], **change)
    assert answer["ticket"] is None
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID", [path])
    ]
    assert await counts() == [0, 0, 0, 0]


async def counts() -> list[int]:
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM ticket_reporter),"
        " (SELECT count(*) FROM event), (SELECT count(*) FROM content)"
    )
    assert row
    return list(row)


async def test_who_is_banned_reports_nothing(people: Cast) -> None:
    answer = await submitted(people["banned"])
    assert answer["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert await counts() == [0, 0, 0, 0]


async def test_a_report_that_is_sent_again_is_one_ticket(people: Cast) -> None:
    given = {"person_id": people["reporter"], "idempotencyKey": "once"}
    key = given.pop("idempotencyKey")
    first = await submitted(people["reporter"], idempotencyKey=key)
    answers = await asyncio.gather(
        *(submitted(people["reporter"], idempotencyKey=key) for _ in range(5))
    )
    assert {one["ticket"]["id"] for one in answers} == {first["ticket"]["id"]}
    other = await submitted(people["reporter"], idempotencyKey=key, text="另一件事")
    assert other["userErrors"][0]["code"] == "KEY_REUSED"
    assert (await counts())[0] == 1


async def test_the_two_answers_of_a_check_share_their_key(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.RESOLVED, people)
    gid = global_id("Ticket", key)
    first = await moved("ticketVerify", people["worker"], gid, ok=True, idempotencyKey="k")
    assert first["ticket"] == {"state": "CALLBACK"}
    other = await moved("ticketVerify", people["worker"], gid, ok=False, idempotencyKey="k")
    assert other["userErrors"][0]["code"] == "KEY_REUSED"


async def test_of_two_moves_at_once_one_wins_and_the_other_is_told_the_state(
    people: Cast,
) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.put(key, State.DISPATCHED, people)
    before = (await tickets.case(key)).version
    gid = global_id("Ticket", key)
    answers = await asyncio.gather(
        moved("ticketAcknowledge", people["officer"], gid),
        moved("ticketReturn", people["officer"], gid, reason="NOT_OUR_DUTY", text="不属本单位"),
        moved("ticketRecall", people["dispatcher"], gid),
    )
    winners = [one for one in answers if one["ticket"]]
    losers = [one["userErrors"][0] for one in answers if not one["ticket"]]
    found = await tickets.case(key)
    assert len(winners) == 1
    assert {error["code"] for error in losers} == {"ILLEGAL_MOVE"}
    assert all(f"“{found.state.chinese}”" in error["message"] for error in losers)
    assert found.version == before + 1


async def test_numbers_are_unique_however_many_report_at_once(people: Cast) -> None:
    keys = await asyncio.gather(*(tickets.submit(people["reporter"]) for _ in range(20)))
    rows = await db.fetch("SELECT DISTINCT number FROM ticket WHERE id = ANY($1)", list(keys))
    assert len(rows) == 20


async def test_near_duplicates_are_near_in_category_place_and_time(people: Cast) -> None:
    first = await tickets.submit(people["reporter"])
    await tickets.submit(people["reporter"], category="TREE")
    await tickets.submit(people["reporter"], AT_OTHER_VILLAGE)
    near = await tickets.submit(
        people["reporter"], HERE._replace(latitude=HERE.latitude + 0.00089)
    )
    await tickets.submit(people["reporter"], HERE._replace(latitude=HERE.latitude + 0.00091))
    assert [one.id for one in await ticket.similar("STREET_LAMP", HERE)] == [first, near]
    await db.execute(
        "UPDATE ticket SET submitted_at = now() - interval '73 hours' WHERE id = $1", first
    )
    await tickets.put(near, State.CLOSED, people)
    assert await ticket.similar("STREET_LAMP", HERE) == ()


async def test_a_point_in_another_village_is_that_villages(people: Cast) -> None:
    key = await tickets.submit(people["reporter"], AT_OTHER_VILLAGE)
    assert (await tickets.case(key)).area_code == OTHER_GRID
    assert await ticket.find(key, person_id=people["worker"]) is None
    assert await ticket.find(key, person_id=people["worker of another village"])


async def test_a_ticket_and_its_timeline_are_two_statements(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await tickets.submit(people["reporter"])
    for _ in range(9):
        await tickets.move(key, Move.COMMENT, people["dispatcher"], text="正在查")
    asked: list[str] = []
    fetch = db.fetch

    async def counted(sql: str, *args: object) -> list[Any]:
        asked.append(sql)
        return await fetch(sql, *args)

    monkeypatch.setattr(db, "fetch", counted)
    found = await ask(
        "query($id: ID!) { ticket(id: $id) { number text reporter { name } unit { name }"
        " events(first: 10) { nodes { version kind state text actor { name } } } } }",
        people["dispatcher"],
        id=global_id("Ticket", key),
    )
    assert len(found["ticket"]["events"]["nodes"]) == 10
    assert len(asked) == 2


async def test_the_unit_of_a_ticket_is_the_unit_that_everybody_sees(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["LAMPS"])
    shown = "id code kind name areaCode duties closedAt version area { name } parent { id }"
    found = await ask(
        f"query($id: ID!, $unit: ID!) {{ ticket(id: $id) {{ unit {{ {shown} }} }}"
        f" unit(id: $unit) {{ {shown} }} }}",
        people["reporter"],
        id=global_id("Ticket", key),
        unit=global_id("Unit", people["LAMPS"]),
    )
    assert found["ticket"]["unit"] == found["unit"]
    assert found["unit"]["duties"] == ["STREET_LAMP"]


async def test_a_move_on_no_ticket_is_not_found(people: Cast) -> None:
    for gid in ("nonsense", global_id("Ticket", 12345), global_id("Station", 1)):
        answer = await moved("ticketAcknowledge", people["officer"], gid)
        assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
            ("NOT_FOUND", ["ticketId"])
        ]


async def test_a_refusal_is_the_answer_of_its_key(people: Cast) -> None:
    key = await tickets.submit(people["reporter"])
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await ticket.move(
                key,
                ticket.Request(move=Move.START),
                person_id=people["worker"],
                key="the same",
            )
        assert refused.value.code is Code.NOT_ALLOWED
