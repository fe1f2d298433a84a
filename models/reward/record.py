"""What is shown of rewards: merchants, offers and vouchers. Records are for this viewer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.geo import Point
from models.points import Programme
from models.points.record import PROGRAMME_COLUMNS, PROGRAMME_WIDTH
from models.points.record import programme as programme_of
from models.reward.code import code_of
from models.reward.words import Channel, MerchantState, RewardState, VoucherState


@dataclass(frozen=True, slots=True)
class Merchant:
    """Somebody who takes points; `is_mine` says whether the viewer acts for them."""

    id: int
    area_code: str
    name: str
    address: str
    point: Point
    state: MerchantState
    version: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Reward:
    """Something offered for points."""

    id: int
    merchant: Merchant
    programme: Programme
    channel: Channel
    title: str
    price_points: int
    stock: int
    person_limit: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    state: RewardState
    version: int


@dataclass(frozen=True, slots=True)
class NearbyReward:
    """An offer with the distance to its shop; None for online ones, and where nobody asked."""

    reward: Reward
    distance_meters: float | None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A right to an offer; `code` is there for its owner while it can be used."""

    id: int
    reward_id: int
    title: str
    merchant_name: str
    price_points: int
    state: VoucherState
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    code: str | None


MERCHANT_COLUMNS = """merchant.id, merchant.area_code, merchant.name, merchant.address,
    merchant.longitude, merchant.latitude, merchant.state, merchant.version"""
MERCHANT_WIDTH = 8
IS_MINE = """EXISTS (
    SELECT FROM merchant_member
    WHERE merchant_member.merchant_id = merchant.id AND merchant_member.person_id = {viewer}
)"""
IS_OWNER = """EXISTS (
    SELECT FROM merchant_member WHERE merchant_member.merchant_id = merchant.id
        AND merchant_member.person_id = {viewer} AND merchant_member.is_owner
)"""
REWARD_COLUMNS = f"""reward.id, reward.channel, reward.title, reward.price_points, reward.stock,
    reward.person_limit, reward.opens_at, reward.closes_at, reward.state, reward.version,
    {PROGRAMME_COLUMNS}, {MERCHANT_COLUMNS}"""
REWARD_SOURCES = """reward JOIN merchant ON merchant.id = reward.merchant_id
    JOIN programme ON programme.id = reward.programme_id"""
REWARD_WIDTH = 10
VOUCHER_COLUMNS = """voucher.id, voucher.reward_id, reward.title, merchant.name,
    voucher.price_points, voucher.state, voucher.issued_at, voucher.expires_at, voucher.ended_at,
    voucher.person_id"""
VOUCHER_SOURCES = """voucher JOIN reward ON reward.id = voucher.reward_id
    JOIN merchant ON merchant.id = voucher.merchant_id"""
VOUCHER_WIDTH = 10


def merchant(values: Any, *, is_mine: bool) -> Merchant:  # noqa: ANN401 - MERCHANT_COLUMNS
    """Make a merchant of its columns, in their order."""
    key, area_code, name, address, longitude, latitude, state, version = values
    point = Point(longitude, latitude)
    return Merchant(key, area_code, name, address, point, MerchantState(state), version, is_mine)


def reward(values: Any, *, is_mine: bool) -> Reward:  # noqa: ANN401 - REWARD_COLUMNS
    """Make an offer of its columns, in their order."""
    key, channel, title, price, stock, limit, opens, closes, state, version, *rest = values
    return Reward(
        key,
        merchant(rest[PROGRAMME_WIDTH : PROGRAMME_WIDTH + MERCHANT_WIDTH], is_mine=is_mine),
        programme_of(rest[:PROGRAMME_WIDTH]),
        Channel(channel),
        title,
        price,
        stock,
        limit,
        opens,
        closes,
        RewardState(state),
        version,
    )


def voucher(values: Any, *, viewer_id: int | None, now: datetime) -> Voucher:  # noqa: ANN401 - VOUCHER_COLUMNS
    """Make a voucher of its columns, in their order; whose time is over counts as expired."""
    key, reward_id, title, name, price, state, issued, expires, ended, owner = values
    standing = VoucherState(state)
    if standing is VoucherState.ISSUED and expires <= now:
        standing = VoucherState.EXPIRED
    is_shown = owner == viewer_id and standing is VoucherState.ISSUED
    code = code_of(key) if is_shown else None
    return Voucher(key, reward_id, title, name, price, standing, issued, expires, ended, code)
