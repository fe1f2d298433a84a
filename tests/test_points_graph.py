"""Points in the graph: what their owner, those in charge and others see of them."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from models import cipher, db
from resolvers.node import global_id
from tests import areas, points
from tests.areas import MICRO_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask

GRANT = """mutation ($input: PointsGrantInput!) {
  pointsGrant(input: $input) { transaction { id } userErrors { code path } }
}"""
REVERSE = """mutation ($input: PointsReverseInput!) {
  pointsReverse(input: $input) { transaction { id } userErrors { code path } }
}"""
ACCOUNTS = """query ($person: ID) { pointsAccounts(personId: $person) {
  id merit points held available debt version
  programme { code kind area { name } yearGrant rules { nodes { code pointsMost } } }
  recent { transactionId kind asset amount ruleCode ruleName note businessDay }
} }"""
ENTRIES = """query ($account: ID!, $first: Int, $after: String) {
  pointsEntries(accountId: $account, first: $first, after: $after) {
    nodes { amount asset } pageInfo { hasNextPage endCursor }
  }
}"""
FIGURES = """{ pointsProgrammes { nodes { figures {
  members merit outstanding issued owed liabilityCents usedPercent alarm
} } } }"""


class Village:
    """A programme, who is in charge, and who lives there."""

    def __init__(self, programme: int, cadre: int, volunteer: int) -> None:
        self.programme, self.cadre, self.volunteer = programme, cadre, volunteer

    async def give(self, points: int = 5, *, key: str = "k", **more: Any) -> dict[str, Any]:  # noqa: ANN401
        given = {
            "personId": global_id("Person", self.volunteer),
            "ruleCode": "R1",
            "points": points,
            "note": "巡河两小时",
            "idempotencyKey": key,
            **more,
        }
        answer: dict[str, Any] = (await ask(GRANT, self.cadre, input=given))["pointsGrant"]
        return answer


@pytest.fixture
async def village(database: Database) -> Village:
    programme = await points.plant()
    await points.rule(programme)
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    return Village(programme, cadre, await points.resident())


async def test_an_award_is_seen_at_once_with_its_reason(village: Village) -> None:
    answer = await village.give()
    (account,) = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"]
    recent = account.pop("recent")
    assert account.pop("id")
    assert account == {
        "merit": 5,
        "points": 5,
        "held": 0,
        "available": 5,
        "debt": 0,
        "version": 2,
        "programme": {
            "code": "P1",
            "kind": "VILLAGE",
            "area": {"name": "长泾村"},
            "yearGrant": 300,
            "rules": {"nodes": [{"code": "R1", "pointsMost": 20}]},
        },
    }
    assert [(entry["asset"], entry["amount"]) for entry in recent] == [("POINT", 5), ("MERIT", 5)]
    assert recent[0]["transactionId"] == answer["transaction"]["id"]
    assert (recent[0]["ruleName"], recent[0]["note"]) == ("志愿巡河", "巡河两小时")


async def test_a_reversal_by_the_id_of_the_entry(village: Village) -> None:
    await village.give()
    (account,) = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"]
    given = {
        "transactionId": account["recent"][0]["transactionId"],
        "reason": "错记",
        "idempotencyKey": "r",
    }
    answer = (await ask(REVERSE, village.cadre, input=given))["pointsReverse"]
    assert answer["userErrors"] == []
    (account,) = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"]
    assert (account["merit"], account["points"]) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"personId": "Person:1"}, "NOT_FOUND"),
        ({"points": 2_147_483_647}, "INVALID"),
        ({"points": -5}, "INVALID"),
        ({"note": "\u202e反"}, "INVALID"),
        ({"note": "长" * 201}, "INVALID"),
        ({"ruleCode": "NONE"}, "NOT_FOUND"),
        ({"idempotencyKey": ""}, "INVALID"),
    ],
)
async def test_what_can_not_be_awarded_is_said_in_the_payload(
    village: Village, changed: dict[str, Any], code: str
) -> None:
    answer = await village.give(**changed)
    assert (answer["transaction"], answer["userErrors"][0]["code"]) == (None, code)
    assert await db.fetch("SELECT id FROM transaction") == []


async def test_accounts_are_seen_by_their_owner_and_those_in_charge_only(
    village: Village,
) -> None:
    await village.give()
    person = global_id("Person", village.volunteer)
    foreign = await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE)
    neighbour = await points.resident("邻居")
    (own,) = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"]
    entries = {"account": own["id"]}
    for viewer, sees in (
        (village.volunteer, True),
        (village.cadre, True),
        (foreign, False),
        (neighbour, False),
        (None, False),
    ):
        found = (await ask(ACCOUNTS, viewer, person=person))["pointsAccounts"]
        assert [one["id"] for one in found] == ([own["id"]] if sees else [])
        page = (await ask(ENTRIES, viewer, **entries))["pointsEntries"]
        assert (page is not None) == sees
        node = await ask("query ($id: ID!) { node(id: $id) { id } }", viewer, id=own["id"])
        assert (node["node"] is not None) == sees


async def test_entries_are_paged_newest_first(village: Village) -> None:
    for number in range(3):
        await village.give(number + 1, key=f"k{number}")
    (account,) = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"]
    seen: list[int] = []
    after = None
    while True:
        page = (
            await ask(ENTRIES, village.volunteer, account=account["id"], first=4, after=after)
        )["pointsEntries"]
        seen += [entry["amount"] for entry in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [3, 3, 2, 2, 1, 1]


async def test_figures_stand_against_the_budget_for_those_in_charge(village: Village) -> None:
    await village.give(20)
    await db.execute("UPDATE programme SET budget_cents = 250")
    (node,) = (await ask(FIGURES, village.cadre))["pointsProgrammes"]["nodes"]
    assert node["figures"] == {
        "members": 1,
        "merit": 20,
        "outstanding": 20,
        "issued": 20,
        "owed": 0,
        "liabilityCents": 200,
        "usedPercent": 80,
        "alarm": "NOTICE",
    }
    for viewer in (village.volunteer, None):
        (node,) = (await ask(FIGURES, viewer))["pointsProgrammes"]["nodes"]
        assert node["figures"] is None


async def test_an_auditor_lets_the_ledger_prove_itself(village: Village) -> None:
    await village.give()
    auditor = await areas.appoint("AUDITOR", areas.CITY)
    query = "{ pointsAudit { isClean transactions entries findings { row } } }"
    assert (await ask(query, auditor))["pointsAudit"] == {
        "isClean": True,
        "transactions": 1,
        "entries": 4,
        "findings": [],
    }
    for viewer in (village.cadre, None):
        assert (await ask(query, viewer))["pointsAudit"] is None


async def test_points_that_expire_soon_are_shown_by_their_day(village: Village) -> None:
    query = "{ pointsExpiring(withinDays: 30) { programmeName remaining } }"
    await village.give()
    assert (await ask(query, village.volunteer))["pointsExpiring"] == []
    await db.execute(f"UPDATE lot SET expires_on = {db.TODAY} + 30")  # noqa: S608 - our own
    assert (await ask(query, village.volunteer))["pointsExpiring"] == [
        {"programmeName": "长泾村积分", "remaining": 5}
    ]


async def test_whoever_watches_an_account_learns_of_every_change(village: Village) -> None:
    await village.give()
    await village.give(3, key="k2")
    rows = await db.fetch(
        """SELECT event.thing_id = account.id, event.version, event.kind, outbox.area_code
        FROM event JOIN outbox ON outbox.event_id = event.id, account
        WHERE topic = 'points' AND account.kind = 'PERSON' ORDER BY event.id"""
    )
    assert [tuple(row) for row in rows] == [
        (True, 2, "AWARD", VILLAGE),
        (True, 3, "AWARD", VILLAGE),
    ]


async def test_the_viewer_with_balance_and_entries_costs_one_statement(
    village: Village,
) -> None:
    await village.give()
    sent: list[str] = []
    query = """{ viewer { name ...More } }
        fragment More on Viewer { pointsAccounts {
            points programme { name } recent { amount asset ruleName at }
        } }"""
    expected = (await ask(ACCOUNTS, village.volunteer))["pointsAccounts"][0]
    async with AsyncExitStack() as stack:
        for _ in range(db.POOL_SIZE):
            held = await stack.enter_async_context(db.pool().acquire())
            held.add_query_logger(lambda one: sent.append(one.query))
    # A connection learns of types by its first statement.
    await ask(query, village.volunteer)
    sent.clear()
    viewer = (await ask(query, village.volunteer))["viewer"]
    assert len(sent) == 1
    (account,) = viewer["pointsAccounts"]
    assert (viewer["name"], account["points"]) == ("李四", expected["points"])
    assert [(one["asset"], one["amount"]) for one in account["recent"]] == [
        (one["asset"], one["amount"]) for one in expected["recent"]
    ]
    assert (await ask("{ viewer { name } }", village.volunteer))["viewer"] == {"name": "李四"}


FIELDS = (
    "id",
    "name",
    "roles",
    "phoneMasked",
    "isPartyMember",
    "appointments { role startedOn area { name } }",
    "residence { startedOn household { code } }",
    "pendingResidence { state area { name } }",
    "household { code }",
    "unreadCount",
    "pointsAccounts { points recent { amount } }",
)


async def test_the_viewer_shows_the_same_in_a_field_whatever_else_is_asked_for(
    village: Village,
) -> None:
    await village.give()
    me = await points.resident("王五", household="H1")
    await areas.appoint("VOLUNTEER", MICRO_GRID, person_id=me)
    sealed = cipher.seal("13800000000", place=f"person.phone:{me}")
    await db.execute(
        "UPDATE person SET phone = $2, is_party_member = true WHERE id = $1", me, sealed
    )
    await db.execute(
        "INSERT INTO residence (person_id, area_code, state) VALUES ($1, $2, 'PENDING')",
        me,
        MICRO_GRID,
    )
    village.volunteer = me
    await village.give(key="another")
    whole = (await ask(f"{{ viewer {{ {' '.join(FIELDS)} }} }}", me))["viewer"]
    assert [name for name, value in whole.items() if not value] == ["unreadCount"]
    for field in FIELDS:
        (alone,) = (await ask(f"{{ viewer {{ {field} }} }}", me))["viewer"].items()
        assert alone == (field.split()[0], whole[field.split()[0]])
