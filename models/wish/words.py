"""The words of wishes and of what is offered for them."""

from models.words import Word


class State(Word):
    """Where a wish stands, in the order of life."""

    DRAFT = "DRAFT", "It is being written.", "草稿"
    SUBMITTED = "SUBMITTED", "Its words and photos wait to be checked.", "待检测"
    REVIEWING = "REVIEWING", "It waits for somebody in charge.", "待审核"
    PUBLISHED = "PUBLISHED", "It stands on the board and waits to be claimed.", "待认领"
    CLAIMED = "CLAIMED", "Somebody wants to make it come true.", "已认领"
    DELIVERING = "DELIVERING", "They are at it.", "圆梦中"
    FULFILLED = "FULFILLED", "They say that it has come true.", "待确认"
    CONFIRMED = "CONFIRMED", "Who wished says so, too.", "已圆梦"
    ARCHIVED = "ARCHIVED", "It is history.", "已归档"
    REJECTED = "REJECTED", "It was not published, or taken off the board.", "未通过"
    WITHDRAWN = "WITHDRAWN", "Who wished took it back.", "已撤回"
    EXPIRED = "EXPIRED", "Nobody claimed it in time.", "已过期"


BOARD_STATES = (
    State.PUBLISHED,
    State.CLAIMED,
    State.DELIVERING,
    State.FULFILLED,
    State.CONFIRMED,
    State.ARCHIVED,
)
"""The states in which everybody sees a wish."""
OVER_STATES = (
    State.CONFIRMED,
    State.ARCHIVED,
    State.REJECTED,
    State.WITHDRAWN,
    State.EXPIRED,
)
"""The states in which nobody has anything to do any more."""


class Move(Word):
    """What can be done to a wish; also the kind of the event that it leaves."""

    DRAFT = "DRAFT", "Write it, or write it anew.", "存草稿"
    SUBMIT = "SUBMIT", "Submit it.", "提交"
    CHECK = "CHECK", "Check its words and photos.", "内容检测"
    PUBLISH = "PUBLISH", "Put it on the board.", "审核通过"
    REJECT = "REJECT", "Don't publish it, or take it off the board.", "审核不通过"
    CLAIM = "CLAIM", "Take it on.", "认领"
    RELEASE = "RELEASE", "Give a claim back.", "放弃认领"
    TIME_OUT = "TIME_OUT", "End a claim whose time has passed.", "认领超时"
    DELIVER = "DELIVER", "Begin to make it come true.", "开始圆梦"
    FULFIL = "FULFIL", "Say that it has come true, with evidence.", "圆梦"
    CONFIRM = "CONFIRM", "Say so as who wished.", "确认圆梦"
    NOT_YET = "NOT_YET", "Say that it has not come true yet.", "尚未圆梦"
    THANK = "THANK", "Say thanks, once.", "致谢"
    WITHDRAW = "WITHDRAW", "Take it back.", "撤回"
    EXPIRE = "EXPIRE", "End it because nobody claimed it in time.", "过期"
    ARCHIVE = "ARCHIVE", "Put it away.", "归档"


class Party(Word):
    """What somebody is to a wish; a person may be several."""

    WISHER = "WISHER", "Whose wish it is.", "心愿人"
    HELPER = "HELPER", "Who made it on behalf of the wisher.", "代办人"
    CLAIMANT = "CLAIMANT", "Who claimed it, or staff of the unit that did.", "认领人"
    VOLUNTEER = "VOLUNTEER", "Who may claim it.", "可认领人"
    REVIEWER = "REVIEWER", "Who is in charge of the board there, and has no part in it.", "审核人"
    STAFF = "STAFF", "Whose office lets them see it.", "工作人员"
    SYSTEM = "SYSTEM", "Nobody: what happens by itself.", "系统"


class Category(Word):
    """What is wished for, or offered."""

    GOODS = "GOODS", "A thing.", "物品"
    SERVICE = "SERVICE", "Something done for somebody.", "服务"
    COMPANY = "COMPANY", "Somebody's company.", "陪伴"
    SKILL = "SKILL", "A skill to be taught or lent.", "技能"


class Beneficiary(Word):
    """Which group of people the wisher belongs to."""

    ELDER = "ELDER", "An old person, maybe living alone.", "老年人"
    CHILD = "CHILD", "A child in need.", "困境儿童"
    DISABLED = "DISABLED", "A person with a disability.", "残疾人"
    LOW_INCOME = "LOW_INCOME", "A family of low income.", "低收入家庭"
    PATIENT = "PATIENT", "Somebody who is seriously ill.", "大病患者"
    WORKER = "WORKER", "Somebody in a new trade, such as a courier.", "新就业群体"
    OTHER = "OTHER", "Somebody else.", "其他"


class Checked(Word):
    """What the check of words and photos has found."""

    PENDING = "PENDING", "Nothing yet: nobody else sees them.", "待检测"
    REVIEW = "REVIEW", "A person must look at them.", "需人工审核"
    PASSED = "PASSED", "Others may see them.", "已通过"
    RISKY = "RISKY", "Others may never see them.", "有风险"


class RejectReason(Word):
    """Why a wish or an offer is not published."""

    UNFIT = "UNFIT", "It is no small wish that others can fulfil.", "不属于微心愿"
    UNCLEAR = "UNCLEAR", "It can't be made out what is wished for.", "内容不清"
    UNTRUE = "UNTRUE", "It was looked into and is not so.", "情况不实"
    REPEATED = "REPEATED", "It stands there already.", "重复"
    IMPROPER = "IMPROPER", "Its words or photos are not for others to see.", "内容不当"


class Outcome(Word):
    """How a claim ended."""

    CONFIRMED = "CONFIRMED", "The wish came true.", "已圆梦"
    RELEASED = "RELEASED", "It was given back.", "已放弃"
    TIMED_OUT = "TIMED_OUT", "Its time passed.", "已超时"
    ENDED = "ENDED", "The wish ended before.", "心愿已结束"


class ResourceState(Word):
    """Where an offer stands."""

    REVIEWING = "REVIEWING", "It waits for somebody in charge.", "待审核"
    OPEN = "OPEN", "It can be matched to wishes.", "可匹配"
    REJECTED = "REJECTED", "It was not published.", "未通过"
    CLOSED = "CLOSED", "Who offered it ended it.", "已关闭"


class ResourceMove(Word):
    """What can be done to an offer; also the kind of the event that it leaves."""

    OFFER = "OFFER", "Offer it.", "提供"
    PUBLISH = "PUBLISH", "Let it be matched to wishes.", "审核通过"
    REJECT = "REJECT", "Don't publish it.", "审核不通过"
    CLOSE = "CLOSE", "End it.", "关闭"
