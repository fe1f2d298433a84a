"""The words of points."""

from models.words import Word


class Asset(Word):
    """What an entry is in."""

    MERIT = "MERIT", "Standing: feeds the board, may fall, can't be spent.", "荣誉分"
    POINT = "POINT", "Spendable points, never below nothing.", "积分"


class ProgrammeKind(Word):
    """Whom a programme is for."""

    VILLAGE = "VILLAGE", "The residents of one village.", "村级积分"
    TOWN = "TOWN", "The residents of several villages of a town.", "镇级积分"
    COURIER = "COURIER", "Couriers and delivery riders.", "小蜜蜂积分"


class Joiners(Word):
    """What somebody gets of the year grant who joins in the middle of a year."""

    WHOLE = "WHOLE", "The whole grant.", "全额"
    BY_MONTH = "BY_MONTH", "A twelfth for each month left, the present one too.", "按月折算"
    NEXT_YEAR = "NEXT_YEAR", "Nothing before the next year.", "次年起"


class AccountKind(Word):
    """Whose an account is."""

    PERSON = "PERSON", "What a person has.", "个人账户"
    DEBT = "DEBT", "What a person owes after a reversal.", "欠分账户"
    ISSUANCE = "ISSUANCE", "Where points come from.", "发行账户"
    PAYABLE = "PAYABLE", "What a merchant is owed.", "商户应付"
    EXPIRED = "EXPIRED", "Where points end that nobody spent.", "过期账户"
    SETTLED = "SETTLED", "What a merchant was paid.", "商户已结"


class TransactionKind(Word):
    """Why points moved."""

    AWARD = "AWARD", "Points by a rule.", "奖励"
    PENALTY = "PENALTY", "Merit taken by a rule.", "扣分"
    YEAR_GRANT = "YEAR_GRANT", "The base grant of a year.", "年度基础分"
    REDEMPTION = "REDEMPTION", "Points spent at a merchant's.", "兑换"
    REVERSAL = "REVERSAL", "The opposite of another transaction.", "冲正"
    EXPIRY = "EXPIRY", "Points whose time has passed.", "过期"
    SETTLEMENT = "SETTLEMENT", "A merchant was paid.", "结算"


class Source(Word):
    """What a rule rewards."""

    RULE = "RULE", "A deed, put down by somebody in charge.", "评分细则"
    HOURS = "HOURS", "Hours of voluntary service, confirmed by somebody else.", "服务时长"
    TICKET = "TICKET", "A ticket that one reported by name and that was closed.", "上报工单办结"
    HANDLING = "HANDLING", "A ticket that one handled as a volunteer and solved.", "志愿办理工单"
    WISH = "WISH", "A wish that was fulfilled and confirmed.", "圆梦微心愿"
    INSPECTION = "INSPECTION", "An item of an inspection sheet.", "检查评分"


class Beneficiary(Word):
    """Whose caps a rule counts."""

    PERSON = "PERSON", "The person.", "个人"
    HOUSEHOLD = "HOUSEHOLD", "The household together.", "家庭"


class HoldState(Word):
    """How points put aside stand."""

    OPEN = "OPEN", "Put aside.", "已冻结"
    POSTED = "POSTED", "Spent.", "已扣除"
    RELEASED = "RELEASED", "Given back.", "已退回"


class Alarm(Word):
    """How near a programme has come to the limit of its budget."""

    NONE = "NONE", "Far from the limit.", "正常"
    NOTICE = "NOTICE", "Seven tenths of the budget are taken.", "提示"
    WARNING = "WARNING", "Nine tenths of the budget are taken.", "预警"
    EXCEEDED = "EXCEEDED", "More is taken than the budget holds.", "超限"


class BoardState(Word):
    """How the board of a month that is over stands, in the order of life."""

    FROZEN = "FROZEN", "Counted, and seen by those in charge only.", "已冻结"
    PUBLISHED = "PUBLISHED", "On public notice: who is on it may object.", "公示中"
    FINAL = "FINAL", "Nothing changes any more.", "已定榜"


class InspectionState(Word):
    """How an inspector's sheet stands."""

    SUBMITTED = "SUBMITTED", "Waits for somebody else.", "待审核"
    POSTED = "POSTED", "Its points are in the ledger.", "已入账"
    RETURNED = "RETURNED", "Was not accepted; nothing was posted.", "已退回"


class ServiceState(Word):
    """How hours of service stand."""

    SUBMITTED = "SUBMITTED", "Wait for somebody else.", "待确认"
    CONFIRMED = "CONFIRMED", "Were confirmed and rewarded.", "已确认"
    REFUSED = "REFUSED", "Were not confirmed.", "未通过"
