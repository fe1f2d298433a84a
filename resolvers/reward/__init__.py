"""Rewards in the graph: merchants, what they offer, vouchers, settlement."""

import strawberry

from resolvers.reward.change import VoucherSubscription
from resolvers.reward.flagged import FlaggedMutation
from resolvers.reward.merchant import MerchantMutation
from resolvers.reward.offer import OfferMutation
from resolvers.reward.query import RewardQuery
from resolvers.reward.staff import StaffMutation
from resolvers.reward.voucher import VoucherMutation


@strawberry.type
class RewardMutation(
    MerchantMutation, StaffMutation, OfferMutation, VoucherMutation, FlaggedMutation
):
    """Root fields of merchants, offers and vouchers."""


__all__ = ["RewardMutation", "RewardQuery", "VoucherSubscription"]
