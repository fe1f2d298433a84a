"""Whether somebody may have an offer now. Pure."""

from datetime import date, datetime
from typing import NamedTuple

from models.errors import Code, Refusal
from models.points.lot import Lot, Use, spend
from models.reward.words import MerchantState, RewardState


class Offer(NamedTuple):
    """An offer as it stands when somebody asks for it."""

    state: RewardState
    merchant_state: MerchantState
    price_points: int
    stock: int
    person_limit: int | None
    opens_at: datetime | None
    closes_at: datetime | None


def check(offer: Offer, *, taken: int, now: datetime) -> None:
    """Accept an offer for somebody who has had it `taken` times; raises Refusal.

    TOO_LATE for what is over, ILLEGAL_MOVE before it begins, LIMIT_REACHED, OUT_OF_STOCK.
    """
    if offer.state is RewardState.CLOSED or offer.merchant_state is not MerchantState.APPROVED:
        raise Refusal(Code.TOO_LATE, "该兑换项目已下架", "rewardId")
    if offer.closes_at is not None and now >= offer.closes_at:
        raise Refusal(Code.TOO_LATE, "兑换时间已过", "rewardId")
    if offer.opens_at is not None and now < offer.opens_at:
        raise Refusal(Code.ILLEGAL_MOVE, "兑换尚未开始", "rewardId")
    if offer.person_limit is not None and taken >= offer.person_limit:
        raise Refusal(Code.LIMIT_REACHED, f"每人限兑 {offer.person_limit} 份", "rewardId")
    if offer.stock == 0:
        raise out_of_stock()


def pay(offer: Offer, lots: list[Lot], *, today: date) -> tuple[Use, ...]:
    """Choose the points that pay an offer; raises Refusal INSUFFICIENT_POINTS."""
    return spend(lots, offer.price_points, today=today)


def out_of_stock() -> Refusal:
    """Give the refusal of who comes when nothing is left."""
    return Refusal(Code.OUT_OF_STOCK, "已兑完", "rewardId")
