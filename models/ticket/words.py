"""The words of tickets: states, moves, who makes them, and why."""

from models.words import Word


class State(Word):
    """Where a ticket stands, in the order of life."""

    SUBMITTED = "SUBMITTED", "It waits to be looked at.", "待受理"
    DISPATCHED = "DISPATCHED", "It was sent to the unit that is to handle it.", "待签收"
    ACKNOWLEDGED = "ACKNOWLEDGED", "The unit has taken it.", "已签收"
    IN_PROGRESS = "IN_PROGRESS", "It is being handled.", "办理中"
    SUSPENDED = "SUSPENDED", "Handling waits for an approved reason.", "已挂账"
    ARBITRATION = "ARBITRATION", "The centre decides whose it is.", "待裁决"
    RESOLVED = "RESOLVED", "It was handled and waits to be verified.", "待核查"
    CALLBACK = "CALLBACK", "It was verified; the reporter is asked.", "待回访"
    CLOSED = "CLOSED", "It is over.", "已结案"
    REJECTED = "REJECTED", "It was not accepted.", "不予受理"
    WITHDRAWN = "WITHDRAWN", "Its reporter took it back.", "已撤回"
    MERGED = "MERGED", "It goes on as part of another ticket.", "已并案"


OPEN_STATES = tuple(State)[: list(State).index(State.CLOSED)]
"""The states in which somebody still has something to do."""


class Move(Word):
    """What can be done to a ticket; also the kind of the event that it leaves."""

    SUBMIT = "SUBMIT", "It was reported.", "上报"
    ACCEPT = "ACCEPT", "Accept it and dispatch it to a unit.", "受理派单"
    REJECT = "REJECT", "Don't accept it.", "不予受理"
    APPEAL = "APPEAL", "Appeal against a rejection, once.", "申诉"
    MERGE = "MERGE", "Go on with it as part of another ticket.", "并案"
    WITHDRAW = "WITHDRAW", "Take one's report back.", "撤回"
    SETTLE = "SETTLE", "Resolve it on the spot.", "自办自结"
    RECALL = "RECALL", "Take a dispatch back.", "撤回派单"
    ACKNOWLEDGE = "ACKNOWLEDGE", "Take it as one's unit's.", "签收"
    RETURN = "RETURN", "Give it back as not one's unit's.", "退单"
    ARBITRATE = "ARBITRATE", "Decide whose it is; this binds.", "裁决"
    CONTACT = "CONTACT", "Contact the reporter for the first time.", "首次联系"
    START = "START", "Begin to handle it.", "开始办理"
    ASK_EXTENSION = "ASK_EXTENSION", "Ask for more time, once.", "申请延期"
    GRANT_EXTENSION = "GRANT_EXTENSION", "Give more time.", "同意延期"
    DENY_EXTENSION = "DENY_EXTENSION", "Don't give more time.", "不同意延期"
    SUSPEND = "SUSPEND", "Let handling wait for an approved reason.", "挂账"
    RESUME = "RESUME", "Go on handling.", "恢复办理"
    RESOLVE = "RESOLVE", "Finish handling, with evidence.", "办结"
    VERIFY = "VERIFY", "Find that it was handled.", "核查通过"
    REWORK = "REWORK", "Find that it was not handled: the next round begins.", "核查不通过"
    CALL_BACK = "CALL_BACK", "Call the reporter.", "回访"
    RATE = "RATE", "Rate how it was handled.", "评价"
    REOPEN = "REOPEN", "Open it again: the next round begins.", "重新办理"
    ASSIGN = "ASSIGN", "Give it to a person of the unit.", "指派"
    COMMENT = "COMMENT", "Say something about it.", "留言"
    URGE = "URGE", "Urge those who handle it.", "催办"
    JOIN = "JOIN", "Report the same.", "我也遇到"
    REGRID = "REGRID", "Its grid was merged or split: it goes on in the new one.", "网格调整"


class Party(Word):
    """What somebody is to a ticket; a person may be several."""

    REPORTER = "REPORTER", "Who reported it.", "上报人"
    JOINER = "JOINER", "Who reported the same.", "共同上报人"
    HANDLER = "HANDLER", "Staff of the unit that handles it, or whom they gave it to.", "承办人"
    WORKER = "WORKER", "The worker of its grid.", "网格员"
    CHECKER = "CHECKER", "Who checks it on the spot, or for the centre.", "核查人"
    DISPATCHER = "DISPATCHER", "A dispatcher of its town or of the city.", "调度员"
    CENTRE = "CENTRE", "A dispatcher of the city's centre.", "市级调度中心"
    STAFF = "STAFF", "Whose office lets them see it.", "工作人员"
    NEIGHBOUR = "NEIGHBOUR", "Somebody at the same place.", "附近居民"


class Urgency(Word):
    """How fast a ticket must be acknowledged."""

    NORMAL = "NORMAL", "Within the usual time.", "一般"
    URGENT = "URGENT", "Soon.", "紧急"
    EMERGENCY = "EMERGENCY", "At once.", "特急"


class Source(Word):
    """How a ticket came in."""

    MINI_PROGRAM = "MINI_PROGRAM", "A resident, by phone.", "小程序"
    GRID_PATROL = "GRID_PATROL", "A grid worker on patrol.", "网格巡查"
    VISIT = "VISIT", "A visit to residents.", "入户走访"
    HOTLINE = "HOTLINE", "The hotline 12345.", "12345热线"
    WHISTLE = "WHISTLE", "A village or town that whistled.", "吹哨"


class Family(Word):
    """The three families of categories, as in digital city management."""

    COMPONENT = "COMPONENT", "Something that stands in the city.", "部件"
    EVENT = "EVENT", "Something that happens in the city.", "事件"
    PEOPLE = "PEOPLE", "Affairs of people.", "民生"


class RejectReason(Word):
    """Why a ticket was not accepted."""

    NOT_OURS = "NOT_OURS", "Nobody in the city is in charge of it.", "不属于受理范围"
    UNCLEAR = "UNCLEAR", "It can't be made out what it is about.", "内容不清"
    UNTRUE = "UNTRUE", "It was looked into and is not so.", "情况不实"
    REPEATED = "REPEATED", "It was answered before.", "重复诉求"
    IN_COURT = "IN_COURT", "It belongs to a court or an appeal.", "应走法定程序"


class ReturnReason(Word):
    """Why a unit gives a ticket back."""

    NOT_OUR_DUTY = "NOT_OUR_DUTY", "It is another unit's duty.", "非本单位职责"
    NOT_OUR_AREA = "NOT_OUR_AREA", "It lies in another unit's area.", "非本单位辖区"
    INCOMPLETE = "INCOMPLETE", "Something needed to handle it is missing.", "信息不全"


class SuspendReason(Word):
    """The approved reasons for which handling may wait."""

    WEATHER = "WEATHER", "The weather does not allow the work.", "天气原因"
    PLANNED_WORKS = "PLANNED_WORKS", "It is part of works that are planned.", "列入工程计划"
    FUNDS = "FUNDS", "Funds have been asked for.", "等待资金"
    COURT = "COURT", "A court or an authority decides first.", "司法或行政程序中"
    REPORTER_ASKED = "REPORTER_ASKED", "The reporter asked to wait.", "诉求人要求暂缓"


class Extension(Word):
    """How a wish for more time stands."""

    ASKED = "ASKED", "It was asked for.", "待审批"
    GRANTED = "GRANTED", "It was granted.", "已同意"
    DENIED = "DENIED", "It was denied.", "未同意"
