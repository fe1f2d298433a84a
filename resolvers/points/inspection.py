"""Inspection in the graph: sheets, submitted by one and reviewed by another."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from models.page import FIRST_DEFAULT, Page
from models.points import InspectionState
from resolvers import guard, words
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import global_id, key_of
from resolvers.page import Connection
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person import Person

words.enum(
    InspectionState, name="PointsInspectionState", description="How a sheet stands. 检查表状态"
)
SHEET, FILE = "PointsInspection", "File"


def _person_id(of: strawberry.Parent[points.Item]) -> strawberry.ID:
    return global_id(Person.__name__, of.person_id)


def _photo_ids(of: strawberry.Parent[points.Item]) -> list[strawberry.ID]:
    return [global_id(FILE, key) for key in of.photo_ids]


@strawberry.type(description="What an inspector saw of a household. 检查项")
class PointsInspectionItem:
    """What an inspector saw of a household."""

    person_id: strawberry.ID = shown(_person_id, description="Whose. 人员标识")
    rule_code: str = strawberry.field(description="By which rule. 细则代码")
    points: int = strawberry.field(description="How many, plus or minus. 分值")
    note: str | None = strawberry.field(description="What was said. 事由")
    photo_ids: list[strawberry.ID] = shown(_photo_ids, description="Its photos. 照片标识")


def _id(of: strawberry.Parent[points.Sheet]) -> strawberry.ID:
    return global_id(SHEET, of.id)


@strawberry.type(description="An inspector's sheet. 检查表")
class PointsInspection:
    """An inspector's sheet."""

    id: strawberry.ID = shown(_id, description="The id. 标识")
    area_code: str = strawberry.field(description="The village. 村（社区）代码")
    month: str = strawberry.field(description="The month. 月份")
    natural_village: str = strawberry.field(description="The natural village. 自然村")
    inspector_name: str = strawberry.field(description="Who inspected. 检查人")
    state: InspectionState = strawberry.field(description="How it stands. 状态")
    submitted_at: datetime = strawberry.field(description="When. 提交时间")
    items: list[PointsInspectionItem] = strawberry.field(description="At most 200. 检查项")


async def points_inspections(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[points.Sheet]:
    """Give sheets."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await points.sheets(viewer_id=viewer, first=size, after=after)


@strawberry.type
class InspectionQuery:
    """Root fields that show sheets."""

    points_inspections: Connection[PointsInspection] = shown(
        points_inspections,
        description="The viewer's sheets, and those that they may review, newest first. 检查表",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a mutation of sheets gives back."""

    inspection_id: strawberry.ID | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="What was seen of a household. 检查项参数")
class PointsInspectionItemInput:
    """What was seen of a household."""

    person_id: strawberry.ID = strawberry.field(description="One of its people. 人员标识")
    rule_code: str = strawberry.field(description="By which rule. 细则代码")
    points: int = strawberry.field(description="How many, plus or minus. 分值")
    note: str | None = strawberry.field(default=None, description="Why; at most 200. 事由")
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At most 9 photos. 照片标识"
    )


@strawberry.input(description="The sheet. 检查评分参数")
class PointsInspectInput:
    """The sheet."""

    area_code: str = strawberry.field(description="The village, 12 digits. 村（社区）代码")
    natural_village: str = strawberry.field(description="The natural village; at most 64. 自然村")
    items: list[PointsInspectionItemInput] = strawberry.field(
        description="From 1 to 200 of them. 检查项"
    )
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which sheet, and whether it is right. 审核检查评分参数")
class PointsInspectionReviewInput:
    """Which sheet, and whether it is right."""

    inspection_id: strawberry.ID = strawberry.field(description="Which. 检查表标识")
    accepts: bool = strawberry.field(description="Post it, or return it. 是否通过")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `pointsInspect` gives back. 检查评分结果")
class PointsInspectPayload:
    """What `pointsInspect` gives back."""

    inspection_id: strawberry.ID | None = strawberry.field(
        description="The id of the sheet. 检查表标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsInspectionReview` gives back. 审核检查评分结果")
class PointsInspectionReviewPayload:
    """What `pointsInspectionReview` gives back."""

    inspection_id: strawberry.ID | None = strawberry.field(
        description="The id of the sheet. 检查表标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_INSPECT, outcome=Inspected)
async def points_inspect(
    info: Info,
    asked: Annotated[
        PointsInspectInput,
        strawberry.argument(name="input", description="The sheet. 检查评分参数"),
    ],
) -> Inspected:
    """Submit a sheet."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.submit(
        actor_id=actor,
        area_code=asked.area_code,
        natural_village=asked.natural_village,
        items=[_item(one) for one in asked.items],
        key=asked.idempotency_key,
    )
    return Inspected(inspection_id=global_id(SHEET, key))


@guard.needs(Action.POINTS_REVIEW, outcome=Inspected)
async def points_inspection_review(
    info: Info,
    asked: Annotated[
        PointsInspectionReviewInput,
        strawberry.argument(
            name="input", description="Which sheet, and whether it is right. 审核检查评分参数"
        ),
    ],
) -> Inspected:
    """Review a sheet."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.review(
        actor_id=actor,
        sheet_id=_sheet(asked.inspection_id),
        accepts=asked.accepts,
        key=asked.idempotency_key,
    )
    return Inspected(inspection_id=global_id(SHEET, key))


def _item(given_item: PointsInspectionItemInput) -> points.Item:
    person = key_of(given_item.person_id, Person.__name__)
    photos = [key_of(photo, FILE) for photo in given_item.photo_ids or ()]
    if person is None or None in photos:
        raise Refusal(Code.NOT_FOUND, "未找到该人员或照片", "items")
    return points.Item(
        person,
        given_item.rule_code,
        given_item.points,
        given_item.note,
        tuple(photo for photo in photos if photo),
    )


def _sheet(given: strawberry.ID) -> int:
    key = key_of(given, SHEET)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该检查表", "inspectionId")
    return key


@strawberry.type
class InspectionMutation:
    """Root fields that inspect."""

    points_inspect: PointsInspectPayload = guard.mutation(
        points_inspect,
        description="Submit a sheet for the present month; somebody else reviews it. 提交检查表",
    )
    points_inspection_review: PointsInspectionReviewPayload = guard.mutation(
        points_inspection_review,
        description="Post a sheet of somebody else as a whole, or return it. 审核检查表",
    )
