"""Rewards: what merchants offer for points, the vouchers of those who redeem, and settlement."""

from models.reward.code import qr
from models.reward.ending import cancel, expire_vouchers, undo
from models.reward.merchant import apply, decide, merchant, merchants
from models.reward.nearby import reward, rewards, rewards_of
from models.reward.offer import Terms, approve, change, close, create, restock
from models.reward.promises import audit
from models.reward.record import Merchant, NearbyReward, Reward, Voucher
from models.reward.redeem import redeem
from models.reward.settle import Settlement, settle, settlements, sheet
from models.reward.verify import verify
from models.reward.voucher import Day, day, voucher, vouchers
from models.reward.words import Channel, FlagKind, MerchantState, RewardState, VoucherState

__all__ = [
    "Channel",
    "Day",
    "FlagKind",
    "Merchant",
    "MerchantState",
    "NearbyReward",
    "Reward",
    "RewardState",
    "Settlement",
    "Terms",
    "Voucher",
    "VoucherState",
    "apply",
    "approve",
    "audit",
    "cancel",
    "change",
    "close",
    "create",
    "day",
    "decide",
    "expire_vouchers",
    "merchant",
    "merchants",
    "qr",
    "redeem",
    "restock",
    "reward",
    "rewards",
    "rewards_of",
    "settle",
    "settlements",
    "sheet",
    "undo",
    "verify",
    "voucher",
    "vouchers",
]
