"""How the mutations of points, the inbox and messages are tried (rights_cases.py)."""

from datetime import UTC, datetime

from models import db, points
from models.access import Action
from models.catalogue import Edition, registry
from models.event import Topic
from models.hours import CITY_ZONE
from models.message import TEMPLATES, Field, Template, Value
from resolvers.node import global_id
from tests import grids, rights_city
from tests import points as village
from tests.rights_cases import Target, Try, case

TEMPLATE = Template(
    "TRIED", (Topic.STATION,), "template", "pages/index", (Field("thing1", Value.TITLE),)
)
TODAY = datetime.now(UTC).astimezone(CITY_ZONE).date()


# Awards


@case("pointsGrant", Action.POINTS_GRANT, never_oneself=True)
async def _grant(target: Target) -> Try:
    given = {"personId": global_id("Person", target.owner_id), "ruleCode": "R1", "points": 1}
    return Try({**given, "idempotencyKey": target.key}, target.place.micro_grid)


@case("pointsReverse", Action.POINTS_REVERSE, never_oneself=True)
async def _reverse(target: Target) -> Try:
    award = await points.grant(
        actor_id=await rights_city.administrator(),
        person_id=target.owner_id,
        rule_code="R1",
        points=1,
        note=None,
        key=target.key,
    )
    given = {"transactionId": global_id("PointsTransaction", award), "reason": "误登"}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


# Rules and programmes


@case("pointsRuleStart", Action.POINTS_RULE)
async def _rule_start(target: Target) -> Try:
    given = {"code": f"S{target.number}", "name": "新规", "source": "RULE", "pointsLeast": 1}
    more = {"pointsMost": 2, "validFrom": TODAY.isoformat(), "idempotencyKey": target.key}
    programme = global_id("PointsProgramme", target.place.programme_id)
    return Try({"programmeId": programme, **given, **more}, target.place.village)


@case("pointsRuleEnd", Action.POINTS_RULE)
async def _rule_end(target: Target) -> Try:
    code = f"E{target.number}"
    await village.rule(target.place.programme_id, code)
    programme = global_id("PointsProgramme", target.place.programme_id)
    given = {"programmeId": programme, "code": code, "lastOn": TODAY.isoformat()}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


@case("pointsProgrammeCreate", Action.POINTS_PROGRAMME)
async def _create(target: Target) -> Try:
    code = target.place.town + "900"
    if not await grids.value("SELECT count(*) FROM area WHERE code = $1", code):
        await grids.add_area(code, "VILLAGE", "VILLAGE", 100)
    # What was made there before is over, so that the village is free for the next.
    await db.execute("UPDATE programme SET closed_at = now() WHERE owner_area_code = $1", code)
    facts = {"kind": "VILLAGE", "name": "新积分", "areaCode": code, "budgetCents": 100}
    more = {"centsPerPoint": 10, "lotMonths": 12, "yearGrant": 0, "joiners": "WHOLE"}
    given = {"code": f"N{target.number}", **facts, **more}
    return Try({**given, "idempotencyKey": target.key}, code)


@case("pointsProgrammeFund", Action.POINTS_PROGRAMME)
async def _fund(target: Target) -> Try:
    return await _programme(target, budgetCents=target.number)


@case("pointsProgrammeClose", Action.POINTS_PROGRAMME)
async def _close(target: Target) -> Try:
    return await _programme(target)


async def _programme(target: Target, **facts: object) -> Try:
    made = await grids.add(
        "programme",
        code=f"P{target.number}",
        kind="VILLAGE",
        name="积分",
        owner_area_code=target.place.village,
        cents_per_point=10,
        lot_months=12,
        joiners="WHOLE",
    )
    given = {"programmeId": global_id("PointsProgramme", made), **facts}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


# Boards


@case("pointsBoardPublish", Action.POINTS_PUBLISH)
async def _publish(target: Target) -> Try:
    given = {"boardId": global_id("PointsBoard", await _board(target, "FROZEN"))}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


@case("pointsObject", Action.POINTS_OBJECT, of_oneself=True)
async def _object(target: Target) -> Try:
    board = await _board(target, "PUBLISHED")
    account = await rights_city.fund(target.owner_id, target.place.programme_id)
    await grids.add("board_line", board_id=board, account_id=account, place=1, rank=1, merit=9)
    given = {"boardId": global_id("PointsBoard", board), "text": "少计了一次"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("pointsObjectionAnswer", Action.POINTS_PUBLISH, never_oneself=True)
async def _answer(target: Target) -> Try:
    objection = await grids.add(
        "objection",
        board_id=await _board(target, "PUBLISHED"),
        person_id=target.owner_id,
        content_id=await grids.add("content", body='"少计了一次"'),
    )
    given = {"objectionId": global_id("PointsObjection", objection), "text": "已核实"}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


async def _board(target: Target, state: str) -> int:
    """Write a board of the place's programme, of a month that no other has."""
    return await grids.add(
        "board",
        programme_id=target.place.programme_id,
        month=f"{target.number:07}",
        state=state,
        digest=b"",
        lines=1,
        objections_until=None if state == "FROZEN" else datetime(2100, 1, 1, tzinfo=UTC),
    )


# Sheets of inspection


@case("pointsInspect", Action.POINTS_INSPECT, never_oneself=True)
async def _inspect(target: Target) -> Try:
    seen = {"personId": global_id("Person", target.owner_id), "ruleCode": "R1", "points": 1}
    given = {"areaCode": target.place.village, "naturalVillage": "东头", "items": [seen]}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


@case("pointsInspectionReview", Action.POINTS_REVIEW, never_oneself=True)
async def _review(target: Target) -> Try:
    sheet = await grids.add(
        "inspection",
        programme_id=target.place.programme_id,
        area_code=target.place.village,
        month="2026-01",
        natural_village="东头",
        inspector_id=target.owner_id,
        state="SUBMITTED",
    )
    given = {"inspectionId": global_id("PointsInspection", sheet), "accepts": True}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


# Hours of service


@case("pointsServiceRecord", Action.POINTS_SERVE, of_oneself=True)
async def _record(target: Target) -> Try:
    given = {"ruleCode": "H1", "servedOn": TODAY.isoformat(), "minutes": 60, "what": "巡河"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("pointsServiceConfirm", Action.POINTS_CONFIRM, never_oneself=True)
@case("pointsServiceRefuse", Action.POINTS_CONFIRM, never_oneself=True)
async def _confirm(target: Target) -> Try:
    service = await grids.add(
        "service",
        person_id=target.owner_id,
        area_code=target.place.micro_grid,
        rule_code="H1",
        served_on=TODAY,
        minutes=60,
        content_id=await grids.add("content", body='"巡河"'),
        state="SUBMITTED",
    )
    given = {"serviceId": global_id("PointsService", service)}
    return Try({**given, "idempotencyKey": target.key}, target.place.micro_grid)


# The inbox


@case("notificationRead", Action.NOTIFICATION_READ, of_people=True)
async def _read(target: Target) -> Try:
    told = await grids.add(
        "notification", person_id=target.owner_id, topic="ticket", thing_id=1, title="已办结"
    )
    given = {"notificationIds": [global_id("Notification", told)]}
    return Try(given, owner_id=target.owner_id)


@case("messageConsent", Action.MESSAGE_CONSENT, of_oneself=True)
async def _consent(target: Target) -> Try:
    registry.use({TEMPLATES.name: (Edition(registry.FIRST_DAY, None, (TEMPLATE,), 1),)})
    given = {"templates": [TEMPLATE.code], "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)
