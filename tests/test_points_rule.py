"""Rules start, get a next version and end, by days; programmes are made, funded and closed."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models import calendar, db
from models.errors import Refusal
from models.points.award import grant
from models.points.year_grant import year_grants
from resolvers.node import global_id
from tests import areas, points
from tests.areas import CITY, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database
from tests.graph import ask

START = """mutation ($input: PointsRuleStartInput!) { pointsRuleStart(input: $input) {
  rule { code version name pointsLeast pointsMost dayCap validFrom validTo }
  userErrors { code path }
} }"""
END = """mutation ($input: PointsRuleEndInput!) { pointsRuleEnd(input: $input) {
  rule { code version pointsMost validFrom validTo } userErrors { code path }
} }"""
CREATE = """mutation ($input: PointsProgrammeCreateInput!) {
  pointsProgrammeCreate(input: $input) { programme { id code name } userErrors { code path } }
}"""
FUND = """mutation ($input: PointsProgrammeFundInput!) {
  pointsProgrammeFund(input: $input) { programme { code } userErrors { code path } }
}"""
CLOSE = """mutation ($input: PointsProgrammeCloseInput!) {
  pointsProgrammeClose(input: $input) { programme { code } userErrors { code path } }
}"""
RULES = """{ pointsProgrammes { nodes { code rules { nodes { code version pointsMost } } } } }"""
TODAY = calendar.today()
DAY = timedelta(days=1)


class Scene:
    """A village's programme without rules, who is in charge of it, and who lives there."""

    programme: int
    cadre: int
    town: int
    volunteer: int

    async def start(self, actor: int | None = None, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        asked = {
            "programmeId": global_id("PointsProgramme", self.programme),
            "code": "RIVER",
            "name": "志愿巡河",
            "source": "RULE",
            "pointsLeast": 1,
            "pointsMost": 10,
            "validFrom": str(TODAY),
            "idempotencyKey": "s",
            **given,
        }
        answer = await ask(START, actor or self.cadre, input=asked)
        return dict(answer["pointsRuleStart"])

    async def end(self, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        asked = {
            "programmeId": global_id("PointsProgramme", self.programme),
            "code": "RIVER",
            "lastOn": str(TODAY),
            "idempotencyKey": "e",
            **given,
        }
        return dict((await ask(END, self.cadre, input=asked))["pointsRuleEnd"])

    async def award(self, points: int, key: str) -> None:
        await grant(
            actor_id=self.cadre,
            person_id=self.volunteer,
            rule_code="RIVER",
            points=points,
            note=None,
            key=key,
        )


@pytest.fixture
async def scene(database: Database) -> Scene:
    made = Scene()
    made.programme = await points.plant()
    made.cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    made.town = await areas.appoint("TOWN_OFFICER", TOWN)
    made.volunteer = await points.resident()
    return made


async def written() -> list[Any]:
    return await db.fetch(
        """SELECT (SELECT count(*) FROM rule), (SELECT count(*) FROM account),
            (SELECT json_agg(programme ORDER BY id)::text FROM programme),
            (SELECT json_agg(programme_area)::text FROM programme_area),
            (SELECT count(*) FROM event)"""
    )


async def test_a_rule_starts_and_its_next_version_takes_its_place(scene: Scene) -> None:
    first = await scene.start(dayCap=20)
    assert first == {
        "rule": {
            "code": "RIVER",
            "version": 1,
            "name": "志愿巡河",
            "pointsLeast": 1,
            "pointsMost": 10,
            "dayCap": 20,
            "validFrom": str(TODAY),
            "validTo": None,
        },
        "userErrors": [],
    }
    assert await scene.start(dayCap=20) == first
    await scene.award(10, "a")
    second = await scene.start(pointsMost=5, idempotencyKey="s2")
    assert second["rule"]["version"] == 2
    with pytest.raises(Refusal, match="分值"):
        await scene.award(10, "b")
    await scene.award(5, "c")
    assert (await points.account(scene.volunteer))["points"] == 15
    kept = await db.fetch("SELECT version, points_most FROM rule ORDER BY version")
    assert [tuple(row) for row in kept] == [(1, 10), (2, 5)]


async def test_a_version_of_a_later_day_leaves_the_one_that_holds(scene: Scene) -> None:
    await scene.start()
    tomorrow = str(TODAY + DAY)
    await scene.start(pointsLeast=2, pointsMost=3, validFrom=tomorrow, idempotencyKey="s2")
    await scene.award(10, "a")
    (shown,) = (await ask(RULES, None))["pointsProgrammes"]["nodes"]
    assert shown["rules"]["nodes"] == [{"code": "RIVER", "version": 1, "pointsMost": 10}]


async def test_a_rule_ends_and_what_was_to_follow_never_begins(scene: Scene) -> None:
    await scene.start()
    tomorrow = str(TODAY + DAY)
    await scene.start(pointsMost=3, validFrom=tomorrow, idempotencyKey="s2")
    ended = await scene.end(lastOn=tomorrow)
    assert ended["rule"] == {
        "code": "RIVER",
        "version": 3,
        "pointsMost": 10,
        "validFrom": str(TODAY),
        "validTo": tomorrow,
    }
    await scene.award(10, "a")
    later = await scene.end(lastOn=str(TODAY + 2 * DAY), idempotencyKey="e2")
    assert later["userErrors"] == [{"code": "INVALID", "path": ["lastOn"]}]
    sooner = await scene.end(idempotencyKey="e3")
    assert sooner["rule"]["validTo"] == str(TODAY)
    # It has begun, so it stands in place of version 2 also on the day after.
    kept = await db.fetch("SELECT version, valid_to FROM rule ORDER BY version")
    assert [row["version"] for row in kept] == [1, 2, 3, 4]
    assert [row["valid_to"] for row in kept] == [None, None, TODAY + DAY, TODAY]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "river"}, "code"),
        ({"code": "R" * 33}, "code"),
        ({"name": ""}, "name"),
        ({"name": "名\u202e"}, "name"),
        ({"pointsLeast": 11}, "pointsLeast"),
        ({"pointsLeast": 0}, "pointsLeast"),
        ({"pointsLeast": -1}, "pointsLeast"),
        ({"pointsMost": 2_000_000_000}, "pointsLeast"),
        ({"pointsLeast": -9, "pointsMost": -1, "source": "TICKET"}, "pointsLeast"),
        ({"dayCap": 0}, "dayCap"),
        ({"monthCap": -5}, "monthCap"),
        ({"pointsLeast": 5, "yearCap": 4}, "yearCap"),
        ({"cooldownDays": -1}, "cooldownDays"),
        ({"validFrom": str(TODAY - DAY)}, "validFrom"),
        ({"validFrom": "2999-01-01"}, "validFrom"),
        ({"validTo": str(TODAY - DAY)}, "validTo"),
    ],
)
async def test_what_no_rule_can_say_is_refused(
    scene: Scene, given: dict[str, Any], path: str
) -> None:
    before = await written()
    answer = await scene.start(**given)
    assert answer == {"rule": None, "userErrors": [{"code": "INVALID", "path": [path]}]}
    assert await written() == before


async def test_only_those_in_charge_of_the_owner_make_rules(scene: Scene) -> None:
    before = await written()
    foreign = await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE)
    for actor in (foreign, scene.volunteer):
        answer = await scene.start(actor, idempotencyKey=f"{actor}")
        assert answer["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["programmeId"]}]
    absent = await scene.start(programmeId="x", idempotencyKey="absent")
    assert absent["userErrors"][0]["code"] == "NOT_FOUND"
    unknown = await scene.end()
    assert unknown["userErrors"] == [{"code": "NOT_FOUND", "path": ["code"]}]
    assert await written() == before
    assert (await scene.start(scene.town, idempotencyKey="town"))["userErrors"] == []


async def test_a_rule_that_is_over_ends_no_more(scene: Scene) -> None:
    await points.rule(scene.programme, "RIVER", valid_to=date(2021, 1, 1))
    before = await written()
    assert (await scene.end())["userErrors"] == [{"code": "TOO_LATE", "path": ["code"]}]
    assert await written() == before


async def test_versions_that_start_at_once_have_numbers_without_gaps(scene: Scene) -> None:
    await asyncio.gather(*(scene.start(idempotencyKey=f"k{number}") for number in range(5)))
    rows = await db.fetch("SELECT version FROM rule ORDER BY version")
    assert [row["version"] for row in rows] == list(range(1, 6))


def founding(**given: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "code": "T1",
        "kind": "TOWN",
        "name": "澄江街道积分",
        "areaCode": TOWN,
        "villageCodes": [OTHER_VILLAGE],
        "budgetCents": 5_000_000_00,
        "centsPerPoint": 10,
        "lotMonths": 24,
        "yearGrant": 300,
        "joiners": "BY_MONTH",
        "idempotencyKey": "c",
        **given,
    }


async def create(actor: int, **given: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = await ask(CREATE, actor, input=founding(**given))
    return dict(answer["pointsProgrammeCreate"])


async def test_a_programme_is_made_and_can_give_points_at_once(scene: Scene) -> None:
    made = await create(scene.town)
    assert made["userErrors"] == []
    assert (made["programme"]["code"], made["programme"]["name"]) == ("T1", "澄江街道积分")
    assert await create(scene.town) == made
    kinds = await db.fetch(
        """SELECT account.kind FROM account JOIN programme ON programme.id = programme_id
        WHERE code = 'T1' ORDER BY account.kind"""
    )
    assert [row["kind"] for row in kinds] == ["EXPIRED", "ISSUANCE"]
    started = await scene.start(
        scene.town, programmeId=made["programme"]["id"], idempotencyKey="t"
    )
    assert started["userErrors"] == []


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"code": "P1"}, "CONFLICT", "code"),
        ({"code": "t"}, "INVALID", "code"),
        ({"name": " "}, "INVALID", "name"),
        ({"areaCode": "320281999", "villageCodes": []}, "NOT_ALLOWED", "areaCode"),
        ({"areaCode": VILLAGE}, "INVALID", "areaCode"),
        ({"villageCodes": []}, "INVALID", "villageCodes"),
        ({"villageCodes": ["320281001999"]}, "NOT_FOUND", "villageCodes"),
        ({"villageCodes": [OTHER_VILLAGE, VILLAGE]}, "CONFLICT", "villageCodes"),
        ({"kind": "VILLAGE", "areaCode": OTHER_VILLAGE}, "INVALID", "villageCodes"),
        ({"budgetCents": -1}, "INVALID", "budgetCents"),
        ({"budgetCents": 2**50}, "INVALID", "budgetCents"),
        ({"centsPerPoint": 0}, "INVALID", "centsPerPoint"),
        ({"lotMonths": 0}, "INVALID", "lotMonths"),
        ({"yearGrant": -300}, "INVALID", "yearGrant"),
    ],
)
async def test_a_programme_that_can_not_be_is_refused(
    scene: Scene, given: dict[str, Any], code: str, path: str
) -> None:
    before = await written()
    answer = await create(scene.town, **given)
    assert answer == {"programme": None, "userErrors": [{"code": code, "path": [path]}]}
    assert await written() == before


async def test_couriers_have_one_programme_which_only_the_city_makes(scene: Scene) -> None:
    bees = {"kind": "COURIER", "areaCode": CITY, "villageCodes": None}
    refused = await create(scene.town, **bees)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["areaCode"]}]
    admin = await areas.appoint("ADMIN", CITY)
    made = await asyncio.gather(
        *(create(admin, **bees, code=f"B{n}", idempotencyKey=f"b{n}") for n in range(4))
    )
    assert sorted(len(one["userErrors"]) for one in made) == [0, 1, 1, 1]


async def test_a_budget_is_set_by_those_above_and_told(scene: Scene) -> None:
    given = {
        "programmeId": global_id("PointsProgramme", scene.programme),
        "budgetCents": 77_00,
        "idempotencyKey": "f",
    }
    refused = (await ask(FUND, scene.cadre, input=given))["pointsProgrammeFund"]
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["programmeId"]}]
    await ask(FUND, scene.town, input=given)
    row = await db.fetch_one("SELECT budget_cents FROM programme")
    assert row
    assert row["budget_cents"] == 77_00
    told = await db.fetch_one("SELECT kind, facts FROM event WHERE topic = 'programme'")
    assert told
    assert (told["kind"], told["facts"]) == (
        "FUNDED",
        '{"before": 10000000, "budgetCents": 7700}',
    )


async def test_a_closed_programme_gives_nothing_and_frees_its_village(scene: Scene) -> None:
    await scene.start()
    await scene.award(7, "a")
    given = {
        "programmeId": global_id("PointsProgramme", scene.programme),
        "idempotencyKey": "x",
    }
    refused = (await ask(CLOSE, scene.cadre, input=given))["pointsProgrammeClose"]
    assert refused["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert len(await year_grants()) == 1
    closed = (await ask(CLOSE, scene.town, input=given))["pointsProgrammeClose"]
    assert closed["userErrors"] == []
    assert await year_grants() == []
    before = await written()
    with pytest.raises(Refusal, match="未找到"):
        await scene.award(7, "b")
    again = {**given, "idempotencyKey": "y"}
    answer = (await ask(CLOSE, scene.town, input=again))["pointsProgrammeClose"]
    assert answer["userErrors"] == [{"code": "ILLEGAL_MOVE", "path": ["programmeId"]}]
    late = await scene.start(idempotencyKey="late")
    assert late["userErrors"] == [{"code": "ILLEGAL_MOVE", "path": ["programmeId"]}]
    assert await written() == before
    assert (await points.account(scene.volunteer))["points"] == 7
    made = await create(scene.town, code="P2", kind="VILLAGE", areaCode=VILLAGE, villageCodes=None)
    assert made["userErrors"] == []
