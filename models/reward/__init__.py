"""Rewards: what merchants offer for points, the vouchers of those who redeem, and settlement."""

from models.reward.budget import tell_budgets
from models.reward.closing import close_merchant
from models.reward.code import qr
from models.reward.ending import cancel, expire_vouchers, undo
from models.reward.merchant import apply, decide, merchant, merchants
from models.reward.nearby import reward, rewards, rewards_of, waiting
from models.reward.offer import Terms, approve, change, close, create, restock, submit
from models.reward.promises import audit
from models.reward.record import Merchant, NearbyReward, Reward, Voucher
from models.reward.redeem import redeem
from models.reward.review import Flagged, Review, find_flagged, flagged, review
from models.reward.settle import Settlement, settle, settlements
from models.reward.staff import Member, add_member, members, remove_member
from models.reward.statement import export
from models.reward.verify import verify
from models.reward.voucher import Day, day, voucher, vouchers
from models.reward.words import (
    Channel,
    FlagKind,
    FlagOutcome,
    MerchantState,
    RewardState,
    VoucherState,
)

__all__ = [
    "Channel",
    "Day",
    "FlagKind",
    "FlagOutcome",
    "Flagged",
    "Member",
    "Merchant",
    "MerchantState",
    "NearbyReward",
    "Review",
    "Reward",
    "RewardState",
    "Settlement",
    "Terms",
    "Voucher",
    "VoucherState",
    "add_member",
    "apply",
    "approve",
    "audit",
    "cancel",
    "change",
    "close",
    "close_merchant",
    "create",
    "day",
    "decide",
    "expire_vouchers",
    "export",
    "find_flagged",
    "flagged",
    "members",
    "merchant",
    "merchants",
    "qr",
    "redeem",
    "remove_member",
    "restock",
    "review",
    "reward",
    "rewards",
    "rewards_of",
    "settle",
    "settlements",
    "submit",
    "tell_budgets",
    "undo",
    "verify",
    "voucher",
    "vouchers",
    "waiting",
]
