"""Homes: registering, confirming, moving, and who sees and decides what."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models import db
from models.errors import Invalid
from resolvers.node import global_id, key_of
from tests import areas, homes
from tests.areas import GRID, MICRO_GRID, OTHER_GRID, VILLAGE
from tests.conftest import Database
from tests.graph import ask, execute
from tests.homes import (
    FAR_MICRO_GRID,
    IDENTITY_NUMBER,
    NEXT_MICRO_GRID,
    everything,
    live,
    roster_row,
    somebody,
    value,
)

REGISTER = """mutation ($input: PersonRegisterInput!) { personRegister(input: $input) {
  residence { id state area { code } registeredName registeredAddressMasked household { code } }
  userErrors { code path } } }"""
DECIDE = """mutation ($input: %sInput!) { %s(input: $input) {
  residence { id state startedOn reason area { code } household { code head { name }
    members { name } } person { name } } userErrors { code path } } }"""
PENDING = """query ($area: String!, $first: Int, $after: String) {
  residencesPending(areaCode: $area, first: $first, after: $after) {
    nodes { id registeredName registeredAddressMasked person { name phoneMasked } }
    pageInfo { hasNextPage endCursor } } }"""
VIEWER = """{ viewer { name phoneMasked household { code members { name } }
  residence { state startedOn area { code name } household { code addressMasked } }
  pendingResidence { registeredName area { code } household { code } }
  residences(first: 10) { nodes { state startedOn endedOn reason area { code } } } } }"""
Answer = dict[str, Any]


@pytest.fixture(autouse=True)
async def tree(database: Database) -> None:
    await homes.plant()


async def register(person: int, key: str = "k", **given: Any) -> Answer:  # noqa: ANN401
    said = {"name": "王小明", "address": "长泾路7号301室", "idempotencyKey": key, **given}
    if "point" not in given:
        said.setdefault("microGridCode", MICRO_GRID)
    answer = await ask(REGISTER, person, input=said)
    payload: Answer = answer["personRegister"]
    return payload


async def decide(
    person: int,
    residence: str,
    how: str = "Confirm",
    key: str = "k",
    **given: Any,  # noqa: ANN401
) -> Answer:
    name = f"ResidenceConfirm Residence{how}".split()[1]
    query = DECIDE % (name, name[0].lower() + name[1:])
    said = {"residenceId": residence, "idempotencyKey": key, **given}
    payload: Answer = (await ask(query, person, input=said))["residence" + how]
    return payload


async def registered(person: int, **given: Any) -> str:  # noqa: ANN401
    payload = await register(person, **given)
    assert payload["userErrors"] == []
    key: str = payload["residence"]["id"]
    return key


def codes(payload: Answer) -> list[tuple[str, list[str]]]:
    assert all(payload[name] is None for name in payload if name != "userErrors")
    return [(error["code"], error["path"]) for error in payload["userErrors"]]


async def today() -> date:
    day: date = await value(f"SELECT {db.TODAY}")
    return day


# Registering


async def test_who_registers_waits_for_confirmation_and_reads_what_they_said() -> None:
    me = await somebody("微信用户")
    payload = await register(me, identityNumber=IDENTITY_NUMBER.lower())
    assert payload["userErrors"] == []
    assert payload["residence"] == {
        "id": payload["residence"]["id"],
        "state": "PENDING",
        "area": {"code": MICRO_GRID},
        "registeredName": "王小明",
        "registeredAddressMasked": "长泾路*号*室",
        "household": None,
    }
    viewer = (await ask(VIEWER, me))["viewer"]
    assert (viewer["name"], viewer["residence"], viewer["household"]) == ("微信用户", None, None)
    assert viewer["pendingResidence"]["registeredName"] == "王小明"
    assert await value("SELECT kind FROM event WHERE topic = 'person'") == "RESIDENCE_REGISTERED"
    assert await value("SELECT version FROM person WHERE id = $1", me) == 2


async def test_a_point_is_registered_in_the_nearest_micro_grid_of_its_grid() -> None:
    payload = await register(await somebody(), point={"longitude": 120.2814, "latitude": 31.910})
    assert payload["residence"]["area"] == {"code": NEXT_MICRO_GRID}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"microGridCode": GRID}, "NOT_FOUND", "microGridCode"),
    ({"microGridCode": "32028100100101ab"}, "NOT_FOUND", "microGridCode"),
    ({"microGridCode": None}, "INVALID", "microGridCode"),
    ({"point": {"longitude": 100.0, "latitude": 20.0}}, "NOT_FOUND", "point"),
    ({"householdCode": "H404"}, "NOT_FOUND", "householdCode"),
    ({"householdCode": "FAR"}, "NOT_FOUND", "householdCode"),
    ({"name": "  "}, "INVALID", "name"),
    ({"name": "王\u200b明"}, "INVALID", "name"),
    ({"name": "王\0"}, "INVALID", "name"),
    ({"name": "王" * 65}, "INVALID", "name"),
    ({"address": "x" * 201}, "INVALID", "address"),
    ({"address": "a\u202eb"}, "INVALID", "address"),
    ({"identityNumber": "320281199001011234"}, "INVALID", "identityNumber"),
    ({"identityNumber": "320281199013011233"}, "INVALID", "identityNumber"),
    ({"identityNumber": "32028119900101123"}, "INVALID", "identityNumber"),
    ({"key": ""}, "INVALID", "idempotencyKey"),
]


async def test_a_wrong_registration_is_refused_and_changes_nothing() -> None:
    await live(await roster_row("李四"), FAR_MICRO_GRID, "FAR")
    me = await somebody()
    before = await everything()
    for number, (given, code, path) in enumerate(WRONG):
        assert codes(await register(me, **{"key": f"k{number}", **given})) == [(code, [path])]
    assert await everything() == before


async def test_one_registration_waits_at_a_time() -> None:
    me = await somebody()
    answers = await asyncio.gather(*(register(me, key=str(number)) for number in range(5)))
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1, 1, 1, 1]
    assert await value("SELECT count(*) FROM residence") == 1


async def test_a_registration_sent_twice_is_one() -> None:
    me = await somebody()
    first, again = [await register(me, key="same") for _ in range(2)]
    assert first == again
    assert codes(await register(me, key="same", name="别名")) == [
        ("KEY_REUSED", ["idempotencyKey"])
    ]


async def test_who_registered_takes_it_back_and_registers_anew() -> None:
    me, other = await somebody(), await somebody("赵六")
    key = await registered(me)
    before = await everything()
    assert codes(await decide(other, key, "Withdraw")) == [("NOT_FOUND", ["residenceId"])]
    assert await everything() == before
    payload = await decide(me, key, "Withdraw")
    assert payload["residence"]["state"] == "WITHDRAWN"
    assert codes(await decide(me, key, "Withdraw", key="k2")) == [
        ("ILLEGAL_MOVE", ["residenceId"])
    ]
    assert await value("SELECT count(*) FROM residence WHERE address IS NOT NULL") == 0
    assert (await register(me, key="k2"))["userErrors"] == []


# Deciding


async def test_the_first_one_confirmed_is_the_head_of_a_new_household() -> None:
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    me = await somebody("微信用户")
    payload = await decide(liaison, await registered(me))
    code = payload["residence"]["household"]["code"]
    assert code.startswith(f"{MICRO_GRID}-")
    assert payload["residence"] == {
        "id": payload["residence"]["id"],
        "state": "CONFIRMED",
        "startedOn": (await today()).isoformat(),
        "reason": None,
        "area": {"code": MICRO_GRID},
        "household": {
            "code": code,
            "head": {"name": "王小明"},
            "members": [{"name": "王小明"}],
        },
        "person": {"name": "王小明"},
    }
    viewer = (await ask(VIEWER, me))["viewer"]
    assert viewer["household"] == {"code": code, "members": [{"name": "王小明"}]}
    assert viewer["residence"]["household"]["addressMasked"] == "长泾路*号*室"
    assert viewer["pendingResidence"] is None


async def test_who_is_confirmed_joins_the_household_they_named_or_the_decider_does() -> None:
    head = await roster_row("李四")
    await live(head, MICRO_GRID, "H1")
    await live(await roster_row("孙七"), MICRO_GRID, "H2")
    worker = await areas.appoint("GRID_WORKER", GRID)
    named = await registered(await somebody(), householdCode="H1")
    household = (await decide(worker, named, key="1"))["residence"]["household"]
    assert (household["code"], household["head"]["name"]) == ("H1", "李四")
    assert [one["name"] for one in household["members"]] == ["李四", "王小明"]
    chosen = await registered(await somebody("周八"), householdCode="H1")
    payload = await decide(worker, chosen, key="2", householdCode="H2")
    assert payload["residence"]["household"]["code"] == "H2"


async def test_moving_ends_the_old_home_and_keeps_its_history() -> None:
    me, mate = await somebody(), await roster_row("妻子")
    old = await live(me, MICRO_GRID, "OLD")
    await live(mate, MICRO_GRID, "OLD")
    worker = await areas.appoint("GRID_WORKER", OTHER_GRID)
    payload = await decide(worker, await registered(me, microGridCode=FAR_MICRO_GRID))
    assert payload["userErrors"] == []
    day = await today()
    viewer = (await ask(VIEWER, me))["viewer"]
    assert viewer["residence"]["area"]["code"] == FAR_MICRO_GRID
    assert viewer["residences"]["nodes"] == [
        {
            "state": "CONFIRMED",
            "startedOn": day.isoformat(),
            "endedOn": None,
            "reason": None,
            "area": {"code": FAR_MICRO_GRID},
        },
        {
            "state": "ENDED",
            "startedOn": "2021-01-01",
            "endedOn": (day - timedelta(days=1)).isoformat(),
            "reason": None,
            "area": {"code": MICRO_GRID},
        },
    ]
    assert await value("SELECT head_id FROM household WHERE id = $1", old) == mate
    # Those who watch the old place are told, too.
    told = await db.fetch(
        "SELECT outbox.area_code FROM outbox JOIN event ON event.id = event_id"
        " WHERE kind = 'RESIDENCE_CONFIRMED' ORDER BY outbox.id"
    )
    assert [row[0] for row in told] == [FAR_MICRO_GRID, MICRO_GRID]


async def test_a_refusal_has_a_reason_that_the_person_reads() -> None:
    liaison, me = await areas.appoint("LIAISON", MICRO_GRID), await somebody()
    key = await registered(me)
    assert codes(await decide(liaison, key, "Refuse", key="0", reason=" ")) == [
        ("INVALID", ["reason"])
    ]
    payload = await decide(liaison, key, "Refuse", reason="查无此户")
    assert payload["residence"]["state"] == "REFUSED"
    (only,) = (await ask(VIEWER, me))["viewer"]["residences"]["nodes"]
    assert (only["state"], only["reason"]) == ("REFUSED", "查无此户")
    assert codes(await decide(liaison, key, "Confirm", key="2")) == [
        ("ILLEGAL_MOVE", ["residenceId"])
    ]


async def test_of_two_who_decide_at_once_one_is_late() -> None:
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    worker = await areas.appoint("GRID_WORKER", GRID, name="李工")
    key = await registered(await somebody())
    answers = await asyncio.gather(
        decide(liaison, key), decide(worker, key, "Refuse", reason="查无此户")
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]
    assert await value("SELECT count(*) FROM event WHERE kind LIKE 'RESIDENCE_%'") == 2


OTHERS: list[tuple[str | None, str | None, str]] = [
    (None, None, "NOT_FOUND"),
    ("LIAISON", NEXT_MICRO_GRID, "NOT_FOUND"),
    ("GRID_WORKER", OTHER_GRID, "NOT_FOUND"),
    ("AUDITOR", areas.CITY, "NOT_FOUND"),
    ("GRID_LEAD", GRID, "NOT_ALLOWED"),
    ("VILLAGE_CADRE", VILLAGE, "NOT_ALLOWED"),
    ("ADMIN", areas.CITY, "NOT_ALLOWED"),
]


async def test_nobody_else_decides() -> None:
    key = await registered(await somebody())
    for role, area_code, code in OTHERS:
        decider = await areas.appoint(role, area_code or "") if role else await somebody("赵六")
        before = await everything()
        for how, more in (("Confirm", {}), ("Refuse", {"reason": "查无此户"})):
            assert codes(await decide(decider, key, how, **more)) == [(code, ["residenceId"])]
        assert await everything() == before


async def test_nobody_decides_for_themself_or_their_own_household() -> None:
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    await live(liaison, MICRO_GRID, "OWN")
    await live(await somebody("邻居"), MICRO_GRID, "H2")
    mine = await registered(liaison, microGridCode=NEXT_MICRO_GRID)
    ours = await registered(await somebody("儿子"), householdCode="OWN")
    wife = await somebody("妻子")
    await live(wife, MICRO_GRID, "OWN")
    leaving = await registered(wife, householdCode="H2")
    chosen = await registered(await somebody("女儿"))
    before = await everything()
    for number, (key, more) in enumerate(
        ((mine, {}), (ours, {}), (leaving, {}), (chosen, {"householdCode": "OWN"}))
    ):
        assert codes(await decide(liaison, key, key=str(number), **more)) == [
            ("NOT_ALLOWED", ["residenceId"])
        ]
    assert await everything() == before


async def test_the_identity_number_brings_what_a_roster_knew() -> None:
    old = await roster_row("王小明", identity_number=IDENTITY_NUMBER, is_party_member=True)
    await live(old, FAR_MICRO_GRID, "FAR")
    me = await somebody("微信用户")
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    payload = await decide(liaison, await registered(me, identityNumber=IDENTITY_NUMBER))
    assert payload["userErrors"] == []
    row = await db.fetch_one(
        "SELECT claimed_by_id, identity_number_index, version FROM person WHERE id = $1", old
    )
    assert row
    assert tuple(row) == (me, None, 2)
    assert await value("SELECT is_party_member FROM person WHERE id = $1", me)
    assert await value("SELECT state FROM residence WHERE person_id = $1", old) == "ENDED"
    assert await value("SELECT head_id FROM household WHERE code = 'FAR'") is None


async def test_the_identity_number_of_another_is_a_conflict() -> None:
    await somebody("李四", identity_number=IDENTITY_NUMBER)
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    key = await registered(await somebody(), identityNumber=IDENTITY_NUMBER)
    before = await everything()
    assert codes(await decide(liaison, key)) == [("CONFLICT", ["residenceId"])]
    assert await everything() == before


# What is seen


async def test_those_who_decide_see_what_waits_page_by_page() -> None:
    worker = await areas.appoint("GRID_WORKER", GRID)
    for number in range(3):
        await registered(await somebody(f"用户{number}"), name=f"居民{number}")
    await registered(await somebody("用户3"), name="居民3", microGridCode=NEXT_MICRO_GRID)
    await registered(await somebody("用户4"), name="居民4", microGridCode=FAR_MICRO_GRID)
    seen, after = [], None
    while True:
        page = (await ask(PENDING, worker, area=GRID, first=3, after=after))["residencesPending"]
        seen += [node["registeredName"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["居民0", "居民1", "居民2", "居民3"]
    first = (await ask(PENDING, worker, area=MICRO_GRID, first=1))["residencesPending"]["nodes"][0]
    assert first["registeredAddressMasked"] == "长泾路*号*室"
    assert first["person"] == {"name": "用户0", "phoneMasked": None}


async def test_nothing_waits_for_those_who_do_not_decide_there() -> None:
    await registered(await somebody())
    for role, at, area in (
        ("GRID_WORKER", GRID, VILLAGE),
        ("GRID_WORKER", OTHER_GRID, GRID),
        ("ADMIN", areas.CITY, GRID),
        ("GRID_WORKER", GRID, "3202810010010199"),
    ):
        page = (await ask(PENDING, await areas.appoint(role, at), area=area))["residencesPending"]
        assert page == {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


HOUSEHOLD = """query ($id: ID, $code: String, $person: ID!) {
  household(id: $id, code: $code) { id code addressMasked head { name }
    members { name phoneMasked isPartyMember residence { startedOn } } }
  person: node(id: $person) { ... on Person { name phoneMasked isPartyMember
    residence { area { code } household { code } } } } }"""


async def test_a_household_and_its_people_are_seen_by_themselves_and_those_in_charge() -> None:
    head = await somebody("李四", phone=homes.PHONE, is_party_member=True)
    mate = await somebody("李小四")
    key = await live(head, MICRO_GRID, "H1")
    await live(mate, MICRO_GRID, "H1")
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    for viewer, is_party_member in ((head, True), (mate, None), (liaison, None), (cadre, True)):
        answer = await ask(HOUSEHOLD, viewer, code="H1", person=homes.person_id(head))
        assert answer["person"] == {
            "name": "李四",
            "phoneMasked": "138****0001",
            "isPartyMember": is_party_member,
            "residence": {"area": {"code": MICRO_GRID}, "household": {"code": "H1"}},
        }
        household = answer["household"]
        assert key_of(household["id"], "Household") == key
        assert (household["addressMasked"], household["head"]) == (
            "长泾路*号*幢*室",
            {"name": "李四"},
        )
        assert [(one["name"], one["isPartyMember"]) for one in household["members"]] == [
            ("李四", is_party_member),
            ("李小四", {head: None, mate: False, liaison: None, cadre: False}[viewer]),
        ]


async def test_nobody_else_sees_a_household_or_its_people() -> None:
    head = await somebody("李四")
    key = await live(head)
    outsiders = [
        None,
        await somebody("赵六"),
        await areas.appoint("GRID_WORKER", OTHER_GRID),
        await areas.appoint("LIAISON", NEXT_MICRO_GRID),
        await areas.appoint("AUDITOR", areas.CITY),
        await areas.appoint("DISPATCHER", areas.CITY),
    ]
    for viewer in outsiders:
        for code, household_id in (("H1", None), (None, global_id("Household", key))):
            answer = await ask(
                HOUSEHOLD, viewer, code=code, id=household_id, person=homes.person_id(head)
            )
            assert answer == {"household": None, "person": None}


async def test_who_moved_away_does_not_see_the_old_household() -> None:
    me, mate = await somebody(), await somebody("室友")
    await live(me, MICRO_GRID, "OLD")
    await live(mate, MICRO_GRID, "OLD")
    worker = await areas.appoint("GRID_WORKER", OTHER_GRID)
    await decide(worker, await registered(me, microGridCode=FAR_MICRO_GRID))
    answer = await ask(HOUSEHOLD, me, code="OLD", person=homes.person_id(mate))
    assert answer == {"household": None, "person": None}


async def test_those_in_charge_find_somebody_by_a_number_in_full() -> None:
    head = await somebody("李四", phone=homes.PHONE, identity_number=IDENTITY_NUMBER)
    await live(head)
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    outsider = await areas.appoint("LIAISON", FAR_MICRO_GRID)
    search = """query ($phone: String, $card: String) {
      personSearch(phone: $phone, identityNumber: $card) { name phoneMasked } }"""
    found = {"personSearch": {"name": "李四", "phoneMasked": "138****0001"}}
    for asked in ({"phone": f"+86{homes.PHONE}"}, {"card": IDENTITY_NUMBER}):
        assert await ask(search, liaison, **asked) == found
        assert await ask(search, outsider, **asked) == {"personSearch": None}
    assert await ask(search, liaison, phone=homes.OTHER_PHONE) == {"personSearch": None}
    for wrong in ({}, {"phone": homes.PHONE, "card": IDENTITY_NUMBER}, {"phone": "110"}):
        result = await execute(search, liaison, **wrong)
        assert result.errors
        assert isinstance(result.errors[0].original_error, Invalid)
