"""Programmes in the graph: made, funded, closed."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from models.points import Joiners, ProgrammeKind
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.points.shape import PointsProgramme
from resolvers.scalars import Long


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What a mutation of programmes gives back."""

    programme: points.Programme | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="A new programme. 新建积分项目参数")
class PointsProgrammeCreateInput:
    """A new programme."""

    code: str = strawberry.field(description="Capital letters, digits, _ and -. 项目代码")
    kind: ProgrammeKind = strawberry.field(description="Whom it is for. 类别")
    name: str = strawberry.field(description="The name. 名称")
    area_code: str = strawberry.field(
        description="Who owns it: a village, a town, or the city for couriers. 所属区划代码"
    )
    village_codes: list[str] | None = strawberry.field(
        default=None, description="The villages that share one of a town. 村（社区）代码"
    )
    budget_cents: Long = strawberry.field(description="The budget of a year. 年度预算（分）")
    cents_per_point: int = strawberry.field(description="The worth of a point. 每分价值（分）")
    lot_months: int = strawberry.field(description="How many months points live. 有效月数")
    year_grant: int = strawberry.field(description="The base grant of a year. 年度基础分")
    joiners: Joiners = strawberry.field(description="What who joins later gets. 中途加入")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which programme, and its budget. 调整预算参数")
class PointsProgrammeFundInput:
    """Which programme, and its budget."""

    programme_id: strawberry.ID = strawberry.field(description="Which. 项目标识")
    budget_cents: Long = strawberry.field(description="The budget of a year. 年度预算（分）")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which programme. 关闭积分项目参数")
class PointsProgrammeCloseInput:
    """Which programme."""

    programme_id: strawberry.ID = strawberry.field(description="Which. 项目标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `pointsProgrammeCreate` gives back. 新建积分项目结果")
class PointsProgrammeCreatePayload:
    """What `pointsProgrammeCreate` gives back."""

    programme: PointsProgramme | None = strawberry.field(description="The programme. 积分项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsProgrammeFund` gives back. 调整预算结果")
class PointsProgrammeFundPayload:
    """What `pointsProgrammeFund` gives back."""

    programme: PointsProgramme | None = strawberry.field(description="The programme. 积分项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsProgrammeClose` gives back. 关闭积分项目结果")
class PointsProgrammeClosePayload:
    """What `pointsProgrammeClose` gives back."""

    programme: PointsProgramme | None = strawberry.field(description="The programme. 积分项目")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_PROGRAMME, outcome=Founded)
async def points_programme_create(
    info: Info,
    asked: Annotated[
        PointsProgrammeCreateInput,
        strawberry.argument(name="input", description="The programme. 新建积分项目参数"),
    ],
) -> Founded:
    """Make a programme."""
    founding = points.Founding(
        code=asked.code,
        kind=asked.kind,
        name=asked.name,
        owner_area_code=asked.area_code,
        village_codes=tuple(asked.village_codes or ()),
        budget_cents=asked.budget_cents,
        cents_per_point=asked.cents_per_point,
        lot_months=asked.lot_months,
        year_grant=asked.year_grant,
        joiners=asked.joiners,
    )
    key = await points.create_programme(
        founding, actor_id=guard.signed_in(info), key=asked.idempotency_key
    )
    return Founded(programme=await points.programme(key))


@guard.needs(Action.POINTS_PROGRAMME, outcome=Founded)
async def points_programme_fund(
    info: Info,
    asked: Annotated[
        PointsProgrammeFundInput,
        strawberry.argument(name="input", description="Which, how much. 调整预算参数"),
    ],
) -> Founded:
    """Set a programme's budget."""
    key = await points.fund_programme(
        actor_id=guard.signed_in(info),
        programme_id=_programme(asked.programme_id),
        budget_cents=asked.budget_cents,
        key=asked.idempotency_key,
    )
    return Founded(programme=await points.programme(key))


@guard.needs(Action.POINTS_PROGRAMME, outcome=Founded)
async def points_programme_close(
    info: Info,
    asked: Annotated[
        PointsProgrammeCloseInput,
        strawberry.argument(name="input", description="Which. 关闭积分项目参数"),
    ],
) -> Founded:
    """Close a programme."""
    key = await points.close_programme(
        actor_id=guard.signed_in(info),
        programme_id=_programme(asked.programme_id),
        key=asked.idempotency_key,
    )
    return Founded(programme=await points.programme(key))


def _programme(given: strawberry.ID) -> int:
    key = key_of(given, PointsProgramme.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    return key


@strawberry.type
class ProgrammeMutation:
    """Root fields that make, fund and close programmes."""

    points_programme_create: PointsProgrammeCreatePayload = guard.mutation(
        points_programme_create, description="Make a programme. 新建积分项目"
    )
    points_programme_fund: PointsProgrammeFundPayload = guard.mutation(
        points_programme_fund, description="Set a programme's budget of a year. 调整年度预算"
    )
    points_programme_close: PointsProgrammeClosePayload = guard.mutation(
        points_programme_close,
        description="Close a programme: it gives nothing any more, what was earned can be spent."
        " 关闭积分项目",
    )
