"""Rules in the graph: a new version begins, the last one ends."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from models.points import Beneficiary, Source
from models.role import Role
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.points.shape import PointsProgramme, PointsRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What a mutation of rules gives back."""

    rule: points.Rule | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="A rule, or its next version. 启用细则参数")
class PointsRuleStartInput:
    """A rule, or its next version."""

    programme_id: strawberry.ID = strawberry.field(description="Of which. 项目标识")
    code: str = strawberry.field(
        description="Capital letters, digits, _ and -; a code that is there gets its next version."
        " 细则代码"
    )
    name: str = strawberry.field(description="The name. 名称")
    source: Source = strawberry.field(description="What it rewards. 计分来源")
    points_least: int = strawberry.field(description="At least so many points. 最低分")
    points_most: int = strawberry.field(description="At most so many points. 最高分")
    beneficiary: Beneficiary = strawberry.field(
        default=Beneficiary.PERSON, description="Whose caps count. 计分对象"
    )
    needs_evidence: bool = strawberry.field(
        default=False, description="Whether a note is needed. 是否须佐证"
    )
    reviewer_role: Role | None = strawberry.field(
        default=None, description="Who must award it; null: whoever may. 审核角色"
    )
    day_cap: int | None = strawberry.field(
        default=None, description="Points a day at most. 日上限"
    )
    month_cap: int | None = strawberry.field(
        default=None, description="Points a month at most. 月上限"
    )
    year_cap: int | None = strawberry.field(
        default=None, description="Points a year at most. 年上限"
    )
    cooldown_days: int = strawberry.field(
        default=0, description="Days between two awards. 间隔天数"
    )
    valid_from: date = strawberry.field(
        description="The first day, not before today; the version before ends then. 生效日期"
    )
    valid_to: date | None = strawberry.field(
        default=None, description="The last day; null: open. 失效日期"
    )
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which rule ends, and when. 停用细则参数")
class PointsRuleEndInput:
    """Which rule ends, and when."""

    programme_id: strawberry.ID = strawberry.field(description="Of which. 项目标识")
    code: str = strawberry.field(description="Which rule. 细则代码")
    last_on: date = strawberry.field(description="The last day on which it holds. 最后一天")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `pointsRuleStart` gives back. 启用细则结果")
class PointsRuleStartPayload:
    """What `pointsRuleStart` gives back."""

    rule: PointsRule | None = strawberry.field(description="The new version. 新版细则")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsRuleEnd` gives back. 停用细则结果")
class PointsRuleEndPayload:
    """What `pointsRuleEnd` gives back."""

    rule: PointsRule | None = strawberry.field(description="The last version. 末版细则")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_RULE, outcome=Ruled)
async def points_rule_start(
    info: Info,
    asked: Annotated[
        PointsRuleStartInput,
        strawberry.argument(name="input", description="The rule. 启用细则参数"),
    ],
) -> Ruled:
    """Start a version of a rule."""
    key = await points.start_rule(
        actor_id=guard.signed_in(info),
        programme_id=_programme(asked.programme_id),
        code=asked.code,
        terms=points.Terms(
            name=asked.name,
            source=asked.source,
            points_least=asked.points_least,
            points_most=asked.points_most,
            beneficiary=asked.beneficiary,
            needs_evidence=asked.needs_evidence,
            reviewer_role=asked.reviewer_role,
            day_cap=asked.day_cap,
            month_cap=asked.month_cap,
            year_cap=asked.year_cap,
            cooldown_days=asked.cooldown_days,
        ),
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        key=asked.idempotency_key,
    )
    return Ruled(rule=await points.rule_version(key))


@guard.needs(Action.POINTS_RULE, outcome=Ruled)
async def points_rule_end(
    info: Info,
    asked: Annotated[
        PointsRuleEndInput,
        strawberry.argument(name="input", description="Which, and when. 停用细则参数"),
    ],
) -> Ruled:
    """End a rule."""
    key = await points.end_rule(
        actor_id=guard.signed_in(info),
        programme_id=_programme(asked.programme_id),
        code=asked.code,
        last_on=asked.last_on,
        key=asked.idempotency_key,
    )
    return Ruled(rule=await points.rule_version(key))


def _programme(given: strawberry.ID) -> int:
    key = key_of(given, PointsProgramme.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    return key


@strawberry.type
class RuleMutation:
    """Root fields that start and end rules."""

    points_rule_start: PointsRuleStartPayload = guard.mutation(
        points_rule_start,
        description="Start a rule, or its next version; none is ever changed. 启用评分细则",
    )
    points_rule_end: PointsRuleEndPayload = guard.mutation(
        points_rule_end, description="End a rule after a last day. 停用评分细则"
    )
