"""Hours of service in the graph: put down by one, confirmed by another."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from models.page import FIRST_DEFAULT, Page
from models.points import ServiceState
from resolvers import guard, words
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import global_id, key_of
from resolvers.page import Connection
from resolvers.payload import UserError, UserErrorRecord

words.enum(ServiceState, name="PointsServiceState", description="How hours stand. 服务记录状态")
SERVICE = "PointsService"


def _id(of: strawberry.Parent[points.Service]) -> strawberry.ID:
    return global_id(SERVICE, of.id)


@strawberry.type(description="Hours of voluntary service. 服务记录")
class PointsService:
    """Hours of voluntary service."""

    id: strawberry.ID = shown(_id, description="The id. 标识")
    person_name: str = strawberry.field(description="Who served. 姓名")
    rule_code: str = strawberry.field(description="By which rule. 细则代码")
    served_on: date = strawberry.field(description="When. 服务日期")
    minutes: int = strawberry.field(description="How long. 时长（分钟）")
    what: str = strawberry.field(description="What was done. 服务内容")
    state: ServiceState = strawberry.field(description="How it stands. 状态")


async def points_services(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[points.Service]:
    """Give hours of service."""
    viewer, size = info.context.person_id, given(first, FIRST_DEFAULT)
    if viewer is None:
        return Page((), (), has_next_page=False)
    return await points.services(viewer_id=viewer, first=size, after=after)


@strawberry.type
class ServiceQuery:
    """Root fields that show hours of service."""

    points_services: Connection[PointsService] = shown(
        points_services,
        description="The viewer's service, and that which they may confirm, newest first."
        " 服务记录",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a mutation of services gives back."""

    service_id: strawberry.ID | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="What was done, when, how long. 登记服务时长参数")
class PointsServiceRecordInput:
    """What was done, when, how long."""

    rule_code: str = strawberry.field(description="By which rule for hours. 细则代码")
    served_on: date = strawberry.field(description="When, at most 31 days ago. 服务日期")
    minutes: int = strawberry.field(description="How long, 60 to 960. 时长（分钟）")
    what: str = strawberry.field(description="What was done; at most 200. 服务内容")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which service. 确认服务时长参数")
class PointsServiceConfirmInput:
    """Which service."""

    service_id: strawberry.ID = strawberry.field(description="Which. 服务记录标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which service. 退回服务时长参数")
class PointsServiceRefuseInput:
    """Which service."""

    service_id: strawberry.ID = strawberry.field(description="Which. 服务记录标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `pointsServiceRecord` gives back. 登记服务时长结果")
class PointsServiceRecordPayload:
    """What `pointsServiceRecord` gives back."""

    service_id: strawberry.ID | None = strawberry.field(
        description="The id of the service. 服务记录标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsServiceConfirm` gives back. 确认服务时长结果")
class PointsServiceConfirmPayload:
    """What `pointsServiceConfirm` gives back."""

    service_id: strawberry.ID | None = strawberry.field(
        description="The id of the service. 服务记录标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsServiceRefuse` gives back. 退回服务时长结果")
class PointsServiceRefusePayload:
    """What `pointsServiceRefuse` gives back."""

    service_id: strawberry.ID | None = strawberry.field(
        description="The id of the service. 服务记录标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_SERVE, outcome=Served)
async def points_service_record(
    info: Info,
    asked: Annotated[
        PointsServiceRecordInput,
        strawberry.argument(
            name="input", description="What was done, when, how long. 登记服务时长参数"
        ),
    ],
) -> Served:
    """Put one's service down."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.record_service(
        actor_id=actor,
        rule_code=asked.rule_code,
        served_on=asked.served_on,
        minutes=asked.minutes,
        what=asked.what,
        key=asked.idempotency_key,
    )
    return Served(service_id=global_id(SERVICE, key))


@guard.needs(Action.POINTS_CONFIRM, outcome=Served)
async def points_service_confirm(
    info: Info,
    asked: Annotated[
        PointsServiceConfirmInput,
        strawberry.argument(name="input", description="Which service. 确认服务时长参数"),
    ],
) -> Served:
    """Confirm service."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.decide_service(
        actor_id=actor,
        service_id=_service(asked.service_id),
        confirms=True,
        key=asked.idempotency_key,
    )
    return Served(service_id=global_id(SERVICE, key))


@guard.needs(Action.POINTS_CONFIRM, outcome=Served)
async def points_service_refuse(
    info: Info,
    asked: Annotated[
        PointsServiceRefuseInput,
        strawberry.argument(name="input", description="Which service. 退回服务时长参数"),
    ],
) -> Served:
    """Refuse service."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.decide_service(
        actor_id=actor,
        service_id=_service(asked.service_id),
        confirms=False,
        key=asked.idempotency_key,
    )
    return Served(service_id=global_id(SERVICE, key))


def _service(given: strawberry.ID) -> int:
    key = key_of(given, SERVICE)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该服务记录", "serviceId")
    return key


@strawberry.type
class ServiceMutation:
    """Root fields of hours of service."""

    points_service_record: PointsServiceRecordPayload = guard.mutation(
        points_service_record,
        description="Put one's hours of service down; somebody else confirms. 登记服务时长",
    )
    points_service_confirm: PointsServiceConfirmPayload = guard.mutation(
        points_service_confirm,
        description="Confirm somebody's hours of service: they are rewarded. 确认服务时长",
    )
    points_service_refuse: PointsServiceRefusePayload = guard.mutation(
        points_service_refuse, description="Refuse somebody's hours of service. 退回服务时长"
    )
