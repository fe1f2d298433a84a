"""How the mutations of wishes and resources are tried (rights_cases.py).

Each move is tried in a state in which it is possible; that every move is tried in every state, by
everybody, is the promise of tests/test_wish_flow.py.
"""

from datetime import UTC, date, datetime, timedelta

from models.access import Action
from models.geo import Point
from models.wish.home import BOXES
from resolvers.node import global_id
from tests import grids, rights_city
from tests.rights_cases import Target, Try, case

NOW = datetime.now(UTC)
HOPE: dict[str, object] = {"title": "收音机", "text": "想听评弹", "category": "GOODS"}


@case("wishDraft", Action.WISH_SUBMIT, of_oneself=True)
@case("wishSubmit", Action.WISH_SUBMIT, of_oneself=True)
async def _make(target: Target) -> Try:
    return Try({**HOPE, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("wishDraft", Action.WISH_HELP)
@case("wishSubmit", Action.WISH_HELP)
async def _help(target: Target) -> Try:
    whose = {"onBehalfOfId": global_id("Person", target.owner_id)}
    return Try({**HOPE, **whose, "idempotencyKey": target.key}, target.place.micro_grid)


@case("wishReview", Action.WISH_REVIEW, never_oneself=True)
async def _look(target: Target) -> Try:
    return Try(await _wish(target, "REVIEWING"), target.place.grid)


@case("wishClaim", Action.WISH_CLAIM, never_oneself=True)
async def _claim(target: Target) -> Try:
    return Try(await _wish(target, "PUBLISHED"), target.place.grid)


@case("wishRelease", Action.WISH_FULFIL, Action.WISH_REVIEW, of_people=True)
@case("wishDeliver", Action.WISH_FULFIL, of_people=True)
async def _claimed(target: Target) -> Try:
    given = await _wish(target, "CLAIMED", is_claimant=True)
    return Try(given, target.place.grid, owner_id=target.owner_id)


@case("wishFulfil", Action.WISH_FULFIL, of_people=True)
async def _fulfil(target: Target) -> Try:
    given = await _wish(target, "DELIVERING", is_claimant=True)
    return Try({**given, "text": "已送到"}, owner_id=target.owner_id)


@case("wishContact", Action.WISH_FULFIL, of_people=True)
async def _contact(target: Target) -> Try:
    given = await _wish(target, "CLAIMED", is_claimant=True)
    return Try({"wishId": given["wishId"]}, owner_id=target.owner_id)


@case("wishConfirm", Action.WISH_SUBMIT, of_people=True)
async def _confirm(target: Target) -> Try:
    return Try(await _wish(target, "FULFILLED"), owner_id=target.owner_id)


@case("wishThank", Action.WISH_SUBMIT, of_people=True)
async def _thank(target: Target) -> Try:
    given = await _wish(target, "CONFIRMED")
    return Try({**given, "text": "谢谢"}, owner_id=target.owner_id)


@case("wishWithdraw", Action.WISH_SUBMIT, of_people=True)
async def _withdraw(target: Target) -> Try:
    return Try(await _wish(target, "REVIEWING"), owner_id=target.owner_id)


async def _wish(target: Target, state: str, *, is_claimant: bool = False) -> dict[str, object]:
    """Write a wish of the owner at the place, or one that they have claimed."""
    point = Point(**target.place.point)
    other, _ = await rights_city.somebody(target.place)
    is_board = state != "REVIEWING"
    key = await grids.add(
        "wish",
        state=state,
        version=1,
        written_version=1,
        checked="PASSED" if is_board else "REVIEW",
        category="GOODS",
        beneficiary="ELDER",
        title="收音机",
        text="想听评弹",
        deadline_on=date(2099, 1, 1),
        area_code=target.place.grid,
        longitude=point.longitude,
        latitude=point.latitude,
        box=BOXES.of(point),
        wisher_id=other if is_claimant else target.owner_id,
        rank=target.number,
        due_at=None if state == "FULFILLED" else NOW + timedelta(days=9),
        submitted_at=NOW,
        published_at=NOW if is_board else None,
        fulfilled_at=NOW if state in {"FULFILLED", "CONFIRMED"} else None,
        ended_at=NOW if state == "CONFIRMED" else None,
    )
    if state in {"CLAIMED", "DELIVERING", "FULFILLED", "CONFIRMED"}:
        await grids.add(
            "wish_claim",
            wish_id=key,
            person_id=target.owner_id if is_claimant else other,
            claimed_at=NOW,
            ended_at=NOW if state == "CONFIRMED" else None,
            outcome="CONFIRMED" if state == "CONFIRMED" else None,
        )
    return {"wishId": global_id("Wish", key), "idempotencyKey": target.key}


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
