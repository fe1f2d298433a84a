"""How the mutations of points, the inbox and messages are tried (rights_cases.py)."""

from datetime import UTC, datetime

from models import points
from models.access import Action
from models.catalogue import Edition, registry
from models.event import Topic
from models.hours import CITY_ZONE
from models.message import TEMPLATES, Field, Template, Value
from resolvers.node import global_id
from tests import grids, rights_city
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
