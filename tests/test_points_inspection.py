"""Sheets and hours: submitted by one, decided by another, posted as a whole or not at all."""

from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any

import pytest

from models import db, points
from models.errors import Code, Refusal
from models.points import Item
from models.points.service import worth
from resolvers.node import global_id
from tests import areas
from tests import points as village
from tests.areas import OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask


class Scene:
    """A village with an inspector, a reviewer and two households."""

    programme: int
    inspector: int
    reviewer: int
    tidy: int
    untidy: int


@pytest.fixture
async def scene(database: Database) -> Scene:
    made = Scene()
    made.programme = await village.plant()
    await village.rule(made.programme, "CLEAN", beneficiary="HOUSEHOLD", month_cap=20)
    await village.rule(made.programme, "DIRTY", points_least=-10, points_most=-1)
    await village.rule(made.programme, "PROOF", needs_evidence=True)
    await village.rule(
        made.programme, "HOURS", source="HOURS", points_least=2, points_most=10, day_cap=10
    )
    made.inspector = await village.resident("检查员", household="I")
    await areas.appoint("GRID_WORKER", areas.GRID, person_id=made.inspector)
    await areas.appoint("VILLAGE_CADRE", VILLAGE, person_id=made.inspector)
    made.reviewer = await village.resident("审核员", household="R")
    await areas.appoint("VILLAGE_CADRE", VILLAGE, person_id=made.reviewer)
    made.tidy = await village.resident("整洁户", household="T")
    made.untidy = await village.resident("杂乱户", household="U")
    return made


def item(person: int, code: str = "CLEAN", amount: int = 5, **more: Any) -> Item:  # noqa: ANN401
    return Item(person, code, amount, more.get("note"), more.get("photos", ()))


async def submit(scene: Scene, *items: Item, key: str = "s", actor: int | None = None) -> int:
    return await points.submit(
        actor_id=actor or scene.inspector,
        area_code=VILLAGE,
        natural_village="东浜",
        items=items,
        key=key,
    )


async def review(actor: int, sheet: int, *, accepts: bool = True, key: str = "r") -> int:
    return await points.review(actor_id=actor, sheet_id=sheet, accepts=accepts, key=key)


async def refused(action: Awaitable[object]) -> Code:
    before = await written()
    with pytest.raises(Refusal) as refusal:
        await action
    assert await written() == before
    return refusal.value.code


async def written() -> list[Any]:
    tables = ("transaction", "inspection", "inspection_item", "service")
    counts = [await db.fetch(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 - our own
    states = "SELECT state FROM inspection UNION ALL SELECT state FROM service"
    return [*counts, await db.fetch(states)]


async def test_a_sheet_is_posted_as_a_whole_by_somebody_else(scene: Scene) -> None:
    photos = [await stored_photo(scene.inspector) for _ in range(2)]
    clean = item(scene.tidy, note="门前整洁", photos=tuple(photos))
    sheet = await submit(scene, clean, item(scene.untidy, "DIRTY", -3))
    assert await refused(review(scene.inspector, sheet)) is Code.NOT_ALLOWED
    await review(scene.reviewer, sheet)
    assert (await village.account(scene.tidy))["merit"] == 5
    assert (await village.account(scene.untidy))["merit"] == -3
    assert await refused(review(scene.reviewer, sheet, key="r2")) is Code.ILLEGAL_MOVE
    assert (await points.audit()).findings == ()
    query = """{ pointsInspections { nodes {
        month naturalVillage inspectorName state
        items { personId ruleCode points note photoIds }
    } } }"""
    (seen,) = (await ask(query, scene.reviewer))["pointsInspections"]["nodes"]
    assert (seen["state"], seen["naturalVillage"]) == ("POSTED", "东浜")
    assert seen["items"][0] == {
        "personId": global_id("Person", scene.tidy),
        "ruleCode": "CLEAN",
        "points": 5,
        "note": "门前整洁",
        "photoIds": [global_id("File", key) for key in photos],
    }
    assert (await ask(query, scene.tidy))["pointsInspections"]["nodes"] == []


async def stored_photo(person_id: int) -> int:
    """Write a photo that a person uploaded; gives its key."""
    row = await db.fetch_one(
        """INSERT INTO file (person_id, kind, content_type, bytes, digest, stored_at, expires_at)
        VALUES ($1, 'PHOTO', 'image/jpeg', 1, repeat('a', 64), now(), now()) RETURNING id""",
        person_id,
    )
    assert row
    return int(row["id"])


async def test_photos_prove_a_sheet_only_if_they_are_the_inspectors_own_and_used_once(
    scene: Scene,
) -> None:
    own, foreign = await stored_photo(scene.inspector), await stored_photo(scene.tidy)
    for photos in ((foreign,), (999,)):
        told = submit(scene, item(scene.tidy, "PROOF", photos=photos), key=f"k{photos[0]}")
        assert await refused(told) is Code.NOT_FOUND
    twice = submit(scene, item(scene.tidy, photos=(own, own)), key="twice")
    assert await refused(twice) is Code.INVALID
    blank = submit(scene, item(scene.tidy, "PROOF", note="  "), key="blank")
    assert await refused(blank) is Code.INVALID
    await submit(scene, item(scene.tidy, "PROOF", photos=(own,)), key="good")
    again = submit(scene, item(scene.tidy, "PROOF", photos=(own,)), key="again")
    assert await refused(again) is Code.NOT_FOUND


async def test_who_moved_away_gets_no_points_of_the_village_they_left(scene: Scene) -> None:
    sheet = await submit(scene, item(scene.tidy))
    await db.execute(
        "UPDATE residence SET area_code = $2 WHERE person_id = $1", scene.tidy, areas.OTHER_GRID
    )
    assert await refused(review(scene.reviewer, sheet)) is Code.NOT_FOUND


async def test_one_item_that_can_not_be_posted_holds_the_whole_sheet_back(scene: Scene) -> None:
    many = [item(scene.tidy, amount=20), item(scene.untidy), item(scene.tidy, amount=1)]
    sheet = await submit(scene, *many)
    assert await refused(review(scene.reviewer, sheet)) is Code.LIMIT_REACHED
    await review(scene.reviewer, sheet, accepts=False, key="r2")
    assert await db.fetch("SELECT id FROM transaction") == []


async def test_nobody_inspects_or_reviews_their_own_household(scene: Scene) -> None:
    kin = await village.resident("家人", household="I")
    assert await refused(submit(scene, item(kin))) is Code.NOT_ALLOWED
    assert await refused(submit(scene, item(scene.inspector), key="s1")) is Code.NOT_ALLOWED
    relative = await village.resident("亲戚", household="R")
    sheet = await submit(scene, item(scene.tidy), item(relative), key="s2")
    assert await refused(review(scene.reviewer, sheet)) is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((), Code.INVALID),
        (("CLEAN", 21), Code.INVALID),
        (("DIRTY", 3), Code.INVALID),
        (("PROOF", 3), Code.INVALID),
        (("NONE", 3), Code.NOT_FOUND),
    ],
)
async def test_a_wrong_sheet_is_refused(scene: Scene, wrong: tuple[Any, ...], code: Code) -> None:
    items = [item(scene.tidy, *wrong)] if wrong else []
    assert await refused(submit(scene, *items)) is code


async def test_a_sheet_stays_within_its_village_and_its_inspectors(scene: Scene) -> None:
    foreign = await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE)
    assert await refused(submit(scene, item(scene.tidy), actor=foreign)) is Code.NOT_FOUND
    sheet = await submit(scene, item(scene.tidy), key="s1")
    assert await refused(review(foreign, sheet)) is Code.NOT_FOUND


async def record(person: int, minutes: int = 150, *, key: str = "s", days: int = 0) -> int:
    row = await db.fetch_one(f"SELECT {db.TODAY} AS day")
    assert row
    day: date = row["day"] - timedelta(days=days)
    return await points.record_service(
        actor_id=person, rule_code="HOURS", served_on=day, minutes=minutes, what="巡河", key=key
    )


async def decide(actor: int, service: int, *, confirms: bool = True, key: str = "c") -> int:
    return await points.decide_service(
        actor_id=actor, service_id=service, confirms=confirms, key=key
    )


async def test_confirmed_hours_are_rewarded_once(scene: Scene) -> None:
    service = await record(scene.tidy)
    await decide(scene.reviewer, service)
    assert await village.account(scene.tidy) == {"merit": 4, "points": 4, "held": 0, "debt": 0}
    assert await refused(decide(scene.reviewer, service, key="c2")) is Code.ILLEGAL_MOVE
    query = "{ pointsServices { nodes { personName minutes what state } } }"
    for viewer in (scene.tidy, scene.reviewer):
        assert (await ask(query, viewer))["pointsServices"]["nodes"] == [
            {"personName": "整洁户", "minutes": 150, "what": "巡河", "state": "CONFIRMED"}
        ]
    assert (await ask(query, scene.untidy))["pointsServices"]["nodes"] == []


async def test_hours_are_confirmed_by_somebody_else_in_charge_within_the_caps(
    scene: Scene,
) -> None:
    own = await record(scene.reviewer)
    assert await refused(decide(scene.reviewer, own)) is Code.NOT_ALLOWED
    other = await record(scene.tidy, 600, key="s2")
    assert await refused(decide(scene.untidy, other)) is Code.NOT_FOUND
    await decide(scene.reviewer, other, key="c3")
    third = await record(scene.tidy, 60, key="s3")
    assert await refused(decide(scene.reviewer, third, key="c4")) is Code.LIMIT_REACHED
    await decide(scene.reviewer, third, confirms=False, key="c5")
    assert (await village.account(scene.tidy))["points"] == 10


@pytest.mark.parametrize(
    ("minutes", "days", "code"),
    [
        (59, 0, Code.INVALID),
        (961, 0, Code.INVALID),
        (60, -1, Code.INVALID),
        (60, 32, Code.TOO_LATE),
    ],
)
async def test_impossible_hours_are_refused(
    scene: Scene, minutes: int, days: int, code: Code
) -> None:
    assert await refused(record(scene.tidy, minutes, days=days)) is code


def test_hours_are_worth_the_least_points_each_up_to_the_most() -> None:
    from models.points.award import rule_from_row

    facts = {
        "id": 1, "programme_id": 1, "code": "H", "version": 1, "name": "x", "source": "HOURS",
        "points_least": 2, "points_most": 10, "beneficiary": "PERSON", "needs_evidence": False,
        "reviewer_role": None, "day_cap": None, "month_cap": None, "year_cap": None,
        "cooldown_days": 0, "valid_from": date(2020, 1, 1), "valid_to": None,
    }  # fmt: skip
    rule = rule_from_row(facts)
    assert [worth(rule, minutes) for minutes in (60, 119, 120, 300, 960)] == [2, 2, 4, 10, 10]
