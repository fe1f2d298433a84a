"""Points in the graph: what is shown of programmes, accounts, entries and rules."""

from datetime import date, datetime

import strawberry

from models import area, points
from models.page import FIRST_DEFAULT, Page
from models.points import (
    Alarm,
    Asset,
    Beneficiary,
    Joiners,
    ProgrammeKind,
    Source,
    TransactionKind,
)
from models.role import Role
from resolvers import words
from resolvers.area import Area
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.node import Node, global_id, shows
from resolvers.page import Connection
from resolvers.scalars import Long

words.enum(Asset, name="PointsAsset", description="What an entry is in. 资产")
words.enum(ProgrammeKind, name="PointsProgrammeKind", description="Whom it is for. 项目类别")
words.enum(Joiners, name="PointsJoiners", description="What who joins in a year gets. 中途加入")
words.enum(TransactionKind, name="PointsTransactionKind", description="Why points moved. 变动类型")
words.enum(Source, name="PointsSource", description="What a rule rewards. 计分来源")
words.enum(Beneficiary, name="PointsBeneficiary", description="Whose caps count. 计分对象")
words.enum(Alarm, name="PointsAlarm", description="How near the budget's limit is. 预算预警")


@strawberry.type(
    description="What a programme has given and owes, against its budget; points are sums of all"
    " entries. 积分项目数据"
)
class PointsFigures:
    """What a programme has given and owes."""

    members: int = strawberry.field(description="People with an account. 参与人数")
    merit: Long = strawberry.field(description="Standing of all members. 荣誉分合计")
    outstanding: Long = strawberry.field(description="Points that members have. 未兑换积分")
    held: Long = strawberry.field(description="Those of them put aside for vouchers. 冻结积分")
    debt: Long = strawberry.field(description="Points that members owe. 欠分")
    issued: Long = strawberry.field(description="Points that were given. 发行积分")
    expired: Long = strawberry.field(description="Points that expired. 过期积分")
    owed: Long = strawberry.field(description="Points that merchants are owed for. 应付商户积分")
    settled: Long = strawberry.field(description="Points that merchants were paid for. 已结积分")
    liability_cents: Long = strawberry.field(
        description="What redeeming and paying everything would cost. 负债（分）"
    )
    budget_cents: Long = strawberry.field(description="The budget of a year. 年度预算（分）")
    used_percent: int | None = strawberry.field(
        description="Liabilities and this year's payments, of the budget; null without one."
        " 预算占用百分比"
    )
    alarm: Alarm = strawberry.field(description="How near the limit is. 预警级别")


async def _area(of: strawberry.Parent[points.Programme], info: Info) -> area.Area | None:
    return await info.context.loaders.areas.load(of.owner_area_code)


async def _rules(
    of: strawberry.Parent[points.Programme],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Rule]:
    return await points.rules(of.id, first=given(first, FIRST_DEFAULT), after=after)


async def _figures(of: strawberry.Parent[points.Programme], info: Info) -> points.Figures | None:
    viewer = info.context.person_id
    return await points.figures(of.id, viewer_id=viewer) if viewer else None


@strawberry.type(description="One version of what earns or costs points. 评分细则")
class PointsRule:
    """One version of what earns or costs points."""

    code: str = strawberry.field(description="The code. 细则代码")
    version: int = strawberry.field(description="The version. 版本")
    name: str = strawberry.field(description="The name. 名称")
    source: Source = strawberry.field(description="What it rewards. 计分来源")
    points_least: int = strawberry.field(description="At least so many points. 最低分")
    points_most: int = strawberry.field(description="At most so many points. 最高分")
    beneficiary: Beneficiary = strawberry.field(description="Whose caps count. 计分对象")
    needs_evidence: bool = strawberry.field(description="Whether a note is needed. 是否须佐证")
    reviewer_role: Role | None = strawberry.field(description="Who must award it. 审核角色")
    day_cap: int | None = strawberry.field(description="Points a day at most. 日上限")
    month_cap: int | None = strawberry.field(description="Points a month at most. 月上限")
    year_cap: int | None = strawberry.field(description="Points a year at most. 年上限")
    cooldown_days: int = strawberry.field(description="Days between two awards. 间隔天数")
    valid_from: date = strawberry.field(description="The first day. 生效日期")
    valid_to: date | None = strawberry.field(description="The last day; null: open. 失效日期")


async def _load_programme(_context: Context, key: int) -> points.Programme | None:
    return await points.programme(key)


@shows(points.Programme, load=_load_programme)
@strawberry.type(
    description="A scheme of points of its own: none ever move from one to another. 积分项目"
)
class PointsProgramme(Node):
    """A scheme of points of its own."""

    code: str = strawberry.field(description="The code. 项目代码")
    kind: ProgrammeKind = strawberry.field(description="Whom it is for. 类别")
    name: str = strawberry.field(description="The name. 名称")
    area: Area | None = shown(_area, description="The area that owns it. 所属区划")
    cents_per_point: int = strawberry.field(description="The worth of a point. 每分价值（分）")
    lot_months: int = strawberry.field(description="How many months points live. 有效月数")
    year_grant: int = strawberry.field(description="The base grant of a year. 年度基础分")
    joiners: Joiners = strawberry.field(description="What who joins later gets. 中途加入")
    rules: Connection[PointsRule] = shown(
        _rules, description="Its rules by code, as they hold or come next. 评分细则"
    )
    figures: PointsFigures | None = shown(
        _figures, description="How it stands; null for who may not see it. 项目数据"
    )


def _transaction_id(of: strawberry.Parent[points.Entry]) -> strawberry.ID:
    return global_id("PointsTransaction", of.transaction_id)


@strawberry.type(description="So much more or less of an asset on an account. 积分明细")
class PointsEntry:
    """So much more or less of an asset on an account."""

    transaction_id: strawberry.ID = shown(
        _transaction_id, description="The transaction that it is a part of. 交易标识"
    )
    kind: TransactionKind = strawberry.field(description="Why. 变动类型")
    asset: Asset = strawberry.field(description="Of what. 资产")
    amount: int = strawberry.field(description="How much more, or less. 数量")
    rule_code: str | None = strawberry.field(description="By which rule. 细则代码")
    rule_name: str | None = strawberry.field(description="The name of the rule. 细则名称")
    note: str | None = strawberry.field(description="What was said about it. 说明")
    business_day: date = strawberry.field(description="The city's day. 业务日期")
    at: datetime = strawberry.field(description="When. 时间")


async def _load_account(context: Context, key: int) -> points.Account | None:
    return await points.account(key, viewer_id=context.person_id)


@shows(points.Account, load=_load_account)
@strawberry.type(description="What somebody has in a programme. 积分账户")
class PointsAccount(Node):
    """What somebody has in a programme."""

    programme: PointsProgramme = strawberry.field(description="The programme. 积分项目")
    merit: int = strawberry.field(description="Standing; can't be spent. 荣誉分")
    points: int = strawberry.field(description="Points that were not spent. 积分余额")
    held: int = strawberry.field(description="Those put aside for vouchers. 冻结积分")
    available: int = strawberry.field(description="Those that can be spent. 可用积分")
    debt: int = strawberry.field(description="What is owed after a reversal. 欠分")
    version: int = strawberry.field(description="Grows with every change. 版本")
    recent: list[PointsEntry] = strawberry.field(
        description="The newest 20 entries, the newest first. 最近明细"
    )


@strawberry.type(description="Points that expire on one day. 即将过期积分")
class PointsExpiring:
    """Points that expire on one day."""

    programme_name: str = strawberry.field(description="The programme's name. 积分项目")
    remaining: int = strawberry.field(description="How many. 数量")
    expires_on: date = strawberry.field(description="The last day to spend them. 到期日")


@strawberry.type(description="A row that breaks a promise of the ledger. 核对发现")
class PointsFinding:
    """A row that breaks a promise of the ledger."""

    promise: str = strawberry.field(description="The promise. 账本规则")
    row: str = strawberry.field(description="The row. 记录")
    said: str = strawberry.field(description="What is wrong with it. 问题")


@strawberry.type(description="What the audit of the whole ledger found. 账本核对结果")
class PointsAudit:
    """What the audit of the whole ledger found."""

    is_clean: bool = strawberry.field(description="Whether every promise holds. 是否无误")
    transactions: Long = strawberry.field(description="Transactions looked at. 交易数")
    entries: Long = strawberry.field(description="Entries looked at. 明细数")
    seals: Long = strawberry.field(description="Seals computed anew. 封存数")
    findings: list[PointsFinding] = strawberry.field(
        description="The rows that are wrong, the first 100. 发现"
    )
