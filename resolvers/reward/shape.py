"""Rewards in the graph: what is shown of merchants, offers and vouchers."""

from datetime import date, datetime
from typing import Any, NamedTuple

import strawberry

from models import reward
from models.page import FIRST_DEFAULT, Page
from models.person import Person as PersonRecord
from models.reward import Channel, MerchantState, RewardState, VoucherState
from resolvers import words
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.loaders import Seen
from resolvers.node import Node, global_id, shows
from resolvers.page import Connection, PageInfo, page_info
from resolvers.person.people import Person
from resolvers.place import Point
from resolvers.points.shape import PointsProgramme
from resolvers.scalars import Long

words.enum(MerchantState, description="How a merchant stands. 商户状态")
words.enum(Channel, name="RewardChannel", description="Where it is handed over. 兑换渠道")
words.enum(RewardState, description="How an offer stands. 兑换项目状态")
words.enum(VoucherState, description="How a voucher stands. 兑换券状态")


async def _person(of: strawberry.Parent[reward.Member], info: Info) -> PersonRecord | None:
    return await info.context.loaders.people.load(Seen(info.context.person_id, of.person_id))


@strawberry.type(description="That somebody acts for a merchant. 商户成员")
class MerchantMember:
    """That somebody acts for a merchant."""

    person: Person | None = shown(_person, description="Who, as the viewer may see them. 人员")
    is_owner: bool = strawberry.field(
        description="Whether they own it: they say who else acts for it. 是否店主"
    )


async def _members(
    of: strawberry.Parent[reward.Merchant], info: Info
) -> tuple[reward.Member, ...] | None:
    viewer = info.context.person_id
    return await reward.members(of.id, viewer_id=viewer) if viewer else None


@strawberry.type(description="That a merchant was paid for a month. 商户结算")
class MerchantSettlement:
    """That a merchant was paid for a month."""

    month: str = strawberry.field(description="The month, like 2026-11. 月份")
    programme_name: str = strawberry.field(description="By which programme. 积分项目")
    points: Long = strawberry.field(description="For how many points. 积分")
    cents: Long = strawberry.field(description="How much. 金额（分）")
    at: datetime = strawberry.field(description="When. 时间")


async def _settlements(
    of: strawberry.Parent[reward.Merchant],
    info: Info,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[reward.Settlement] | None:
    viewer = info.context.person_id
    if viewer is None:
        return None
    size = given(first, FIRST_DEFAULT)
    return await reward.settlements(of.id, viewer_id=viewer, first=size, after=after)


async def _rewards(
    of: strawberry.Parent[reward.Merchant],
    info: Info,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[reward.NearbyReward]:
    size = given(first, FIRST_DEFAULT)
    return await reward.rewards_of(
        of.id, viewer_id=info.context.person_id, first=size, after=after
    )


async def _load_merchant(context: Context, key: int) -> reward.Merchant | None:
    return await reward.merchant(key, viewer_id=context.person_id)


@shows(reward.Merchant, load=_load_merchant)
@strawberry.type(description="Somebody who takes points. 商户")
class Merchant(Node):
    """Somebody who takes points."""

    name: str = strawberry.field(description="The name. 名称")
    area_code: str = strawberry.field(description="Where, as an area. 区划代码")
    address: str = strawberry.field(description="The address. 地址")
    point: Point = strawberry.field(description="Where it is. 坐标")
    state: MerchantState = strawberry.field(description="How it stands. 状态")
    version: int = strawberry.field(description="Grows with every change. 版本")
    is_mine: bool = strawberry.field(description="Whether the viewer acts for it. 是否本人商户")
    members: list[MerchantMember] | None = shown(
        _members,
        description="Who acts for it, the owner first; null for who may not know. 商户成员",
    )
    rewards: "RewardConnection" = shown(
        _rewards, description="What it offers, the newest first. 兑换项目"
    )
    settlements: Connection[MerchantSettlement] | None = shown(
        _settlements, description="What it was paid; null for who may not see it. 结算记录"
    )


async def _load_reward(context: Context, key: int) -> reward.Reward | None:
    return await reward.reward(key, viewer_id=context.person_id)


@shows(reward.Reward, load=_load_reward)
@strawberry.type(description="Something offered for points. 兑换项目")
class Reward(Node):
    """Something offered for points."""

    title: str = strawberry.field(description="What it is. 标题")
    channel: Channel = strawberry.field(description="Where it is handed over. 渠道")
    price_points: int = strawberry.field(description="What it costs. 兑换积分")
    stock: int = strawberry.field(description="How many are left. 库存")
    person_limit: int | None = strawberry.field(description="For one person at most. 每人限兑")
    opens_at: datetime | None = strawberry.field(description="From when. 开始时间")
    closes_at: datetime | None = strawberry.field(description="Until when. 结束时间")
    state: RewardState = strawberry.field(description="How it stands. 状态")
    version: int = strawberry.field(description="Grows with every change. 版本")
    merchant: Merchant = strawberry.field(description="Who offers it. 商户")
    programme: PointsProgramme = strawberry.field(description="For whose points. 积分项目")


def _reward_id(of: strawberry.Parent[reward.Voucher]) -> strawberry.ID:
    return global_id(Reward.__name__, of.reward_id)


def _qr(of: strawberry.Parent[reward.Voucher]) -> str | None:
    return reward.qr(of.code) if of.code else None


async def _load_voucher(context: Context, key: int) -> reward.Voucher | None:
    return await reward.voucher(key, viewer_id=context.person_id)


@shows(reward.Voucher, load=_load_voucher)
@strawberry.type(description="A right to an offer, shown at the shop. 兑换券")
class Voucher(Node):
    """A right to an offer."""

    reward_id: strawberry.ID = shown(_reward_id, description="To which offer. 兑换项目标识")
    title: str = strawberry.field(description="What it is for. 标题")
    merchant_name: str = strawberry.field(description="Whose shop. 商户名称")
    price_points: int = strawberry.field(description="What it cost. 兑换积分")
    state: VoucherState = strawberry.field(description="How it stands. 状态")
    issued_at: datetime = strawberry.field(description="Since when. 兑换时间")
    expires_at: datetime = strawberry.field(description="Until when it can be used. 有效期至")
    ended_at: datetime | None = strawberry.field(description="When it ended. 结束时间")
    code: str | None = strawberry.field(
        description="What the shop asks for; for its owner only, while it can be used. 核销码"
    )
    qr: str | None = shown(_qr, description="The code as an SVG picture. 二维码")


@strawberry.type(description="What a merchant verified on a day. 商户日报")
class MerchantDay:
    """What a merchant verified on a day."""

    on: date = strawberry.field(description="The city's day. 日期")
    count: int = strawberry.field(description="How many vouchers. 笔数")
    points: Long = strawberry.field(description="For how many points. 积分")
    vouchers: list[Voucher] = strawberry.field(
        description="The latest 500, the newest first. 兑换券"
    )


class Near(NamedTuple):
    """An offer with its cursor and distance."""

    cursor: str
    distance_meters: float | None
    node: reward.Reward


@strawberry.type(name="RewardEdge", description="An offer of a list. 兑换项目条目")
class RewardEdge:
    """An offer of a list."""

    cursor: str = strawberry.field(description="Where this item stands. 游标")
    distance_meters: float | None = strawberry.field(
        description="How far its shop is; null for online offers. 距离"
    )
    node: Reward = strawberry.field(description="The offer. 兑换项目")


def _edges(page: strawberry.Parent[Page[Any]]) -> list[Near]:
    return [
        Near(cursor, near.distance_meters, near.reward)
        for cursor, near in zip(page.cursors, page.items, strict=True)
    ]


def _nodes(page: strawberry.Parent[Page[Any]]) -> list[reward.Reward]:
    return [near.reward for near in page.items]


@strawberry.type(name="RewardConnection", description="One page of offers. 兑换项目列表")
class RewardConnection:
    """One page of offers."""

    edges: list[RewardEdge] = shown(_edges, description="Offers with distance. 各项")
    nodes: list[Reward] = shown(_nodes, description="The offers alone. 各兑换项目")
    page_info: PageInfo = shown(page_info, description="Where the page stands. 分页信息")
