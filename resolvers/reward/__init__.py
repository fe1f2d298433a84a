"""Rewards in the graph: merchants, what they offer, vouchers, settlement."""

from resolvers.reward.merchant import MerchantMutation
from resolvers.reward.offer import OfferMutation
from resolvers.reward.query import RewardQuery
from resolvers.reward.voucher import VoucherMutation

__all__ = ["MerchantMutation", "OfferMutation", "RewardQuery", "VoucherMutation"]
