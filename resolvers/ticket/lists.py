"""What lists and figures of tickets are asked by, and what figures show."""

from datetime import datetime

import strawberry

from models.ticket import Filter, State
from models.ticket.figures import Rate
from resolvers.field import given, shown
from resolvers.scalars import Long
from resolvers.ticket.moving import key_or_absent


@strawberry.input(description="Which tickets are asked for. 工单筛选条件")
class TicketFilter:
    """Which tickets are asked for."""

    states: list[State] | None = strawberry.field(
        default=None, description="In one of these states. 状态"
    )
    categories: list[str] | None = strawberry.field(
        default=None, description="Of one of these categories. 事项类别"
    )
    area_code: str | None = strawberry.field(
        default=None, description="In this area and all below. 区划代码"
    )
    unit_id: strawberry.ID | None = strawberry.field(
        default=None, description="With this unit. 承办单位"
    )
    mine: bool | None = strawberry.field(
        default=False, description="Reported by the viewer, alone or with others. 我上报的"
    )
    assigned_to_me: bool | None = strawberry.field(
        default=False, description="Given to the viewer. 指派给我的"
    )
    overdue: bool | None = strawberry.field(default=False, description="Past what was due. 已超期")
    text: str | None = strawberry.field(
        default=None, description="A part of what was reported, or the whole number. 关键字"
    )
    since: datetime | None = strawberry.field(
        name="from", default=None, description="Reported from then on. 起始时间"
    )
    until: datetime | None = strawberry.field(
        name="to", default=None, description="Reported before. 截止时间"
    )

    def filter(self) -> Filter:
        """Give it to the models."""
        return Filter(
            states=tuple(self.states or ()),
            categories=tuple(self.categories or ()),
            area_code=self.area_code,
            unit_id=key_or_absent(self.unit_id, "Unit"),
            is_mine=given(self.mine, False),
            is_assigned_to_me=given(self.assigned_to_me, False),
            is_overdue=given(self.overdue, False),
            text=self.text,
            since=self.since,
            until=self.until,
        )


def _percent(of: strawberry.Parent[Rate]) -> float | None:
    return of.percent


@strawberry.type(name="TicketRate", description="So many of so many. 比率")
class RateType:
    """So many of so many."""

    numerator: Long = strawberry.field(description="So many. 分子")
    denominator: Long = strawberry.field(description="Of so many. 分母")
    percent: float | None = shown(
        _percent, description="In percent, to two places; null of nothing. 百分比"
    )


@strawberry.type(name="TicketFigures", description="Tickets of an area, counted. 工单统计")
class FiguresType:
    """Tickets of an area, counted."""

    received: Long = strawberry.field(description="How many came. 受理数")
    open: Long = strawberry.field(description="How many are not over. 在办数")
    overdue: Long = strawberry.field(description="How many are past what was due. 超期数")
    closed: RateType = strawberry.field(description="Closed, of all that came. 结案率")
    solved: RateType = strawberry.field(
        description="Solved, of those whose reporter said whether. 解决率"
    )
    satisfied: RateType = strawberry.field(
        description="Rated 4 or 5, of those rated; silence is no rating. 满意率"
    )
