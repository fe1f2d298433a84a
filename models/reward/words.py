"""The words of rewards."""

from models.words import Word


class MerchantState(Word):
    """How a merchant stands, in the order of life."""

    APPLIED = "APPLIED", "Asked for, not decided.", "待审核"
    APPROVED = "APPROVED", "Takes points.", "已通过"
    REFUSED = "REFUSED", "Was refused.", "未通过"
    CLOSED = "CLOSED", "Takes no points any more.", "已停业"


class Channel(Word):
    """Where an offer is handed over."""

    ONLINE = "ONLINE", "Sent or credited, wherever one is.", "线上"
    OFFLINE = "OFFLINE", "At the shop.", "线下"


class RewardState(Word):
    """How an offer stands, in the order of life."""

    DRAFT = "DRAFT", "Being written; only its merchant sees it.", "草稿"
    PENDING = "PENDING", "Waits for the programme's owner.", "待审核"
    OPEN = "OPEN", "Can be redeemed.", "上架"
    REFUSED = "REFUSED", "Was refused; a change, or submitting it, asks again.", "未通过"
    CLOSED = "CLOSED", "Is over.", "下架"


class VoucherState(Word):
    """How a voucher stands."""

    ISSUED = "ISSUED", "Can be shown at the shop.", "待核销"
    USED = "USED", "The merchant verified it.", "已核销"
    CANCELLED = "CANCELLED", "Given back: by its owner, or because the shop closed.", "已取消"
    EXPIRED = "EXPIRED", "Nobody used it in time.", "已过期"
    UNDONE = "UNDONE", "The merchant took the verification back.", "已撤销"


class FlagKind(Word):
    """What was odd when a voucher was used."""

    MEMBER = "MEMBER", "Its owner acts for the merchant.", "商户本人"
    HOUSEHOLD = "HOUSEHOLD", "Its owner lives with who verified it.", "同户人员"
    VELOCITY = "VELOCITY", "Its owner used many within an hour.", "使用过频"
    BURST = "BURST", "The merchant verified many within minutes.", "集中核销"
    FAR = "FAR", "It was verified far from the shop.", "异地核销"
    DAY_CAP = "DAY_CAP", "The merchant took very many points that day.", "单日超额"


class FlagOutcome(Word):
    """What came out when somebody looked into what was odd."""

    HARMLESS = "HARMLESS", "It was as it should be.", "无异常"
    FRAUD = "FRAUD", "It should not have been.", "属实"
