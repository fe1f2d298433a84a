"""How the mutations of resources are tried (rights_cases.py)."""

from datetime import UTC, date, datetime

from models.access import Action
from models.geo import Point
from models.wish.home import BOXES
from resolvers.node import global_id
from tests import grids
from tests.rights_cases import Target, Try, case


@case("resourceOffer", Action.RESOURCE_OFFER, of_oneself=True)
async def _offer(target: Target) -> Try:
    given = {"title": "轮椅一台", "text": "可借用", "category": "GOODS"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("resourceReview", Action.WISH_REVIEW, never_oneself=True)
async def _review(target: Target) -> Try:
    code = target.place.grid
    return Try(await _resource(target, "REVIEWING"), code)


@case("resourceClose", Action.RESOURCE_OFFER, of_people=True)
async def _close(target: Target) -> Try:
    return Try(await _resource(target, "OPEN"), owner_id=target.owner_id)


async def _resource(target: Target, state: str) -> dict[str, object]:
    """Write an offer of the owner at the place."""
    point = Point(**target.place.point)
    key = await grids.add(
        "resource",
        state=state,
        version=1,
        category="GOODS",
        title="轮椅一台",
        text="可借用",
        area_code=target.place.grid,
        longitude=point.longitude,
        latitude=point.latitude,
        box=BOXES.of(point),
        person_id=target.owner_id,
        until_on=date(2099, 1, 1),
        rank=target.number,
        offered_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return {"resourceId": global_id("Resource", key), "idempotencyKey": target.key}
