"""What single moves demand beyond the table: reasons, evidence, times and limits. Pure."""

from collections.abc import Callable
from datetime import datetime

from models.errors import Code, Refusal
from models.ticket import due
from models.ticket.case import Ask, Case, may_be_assigned
from models.ticket.words import Extension, Move, Party

SATISFACTION_MOST = 5


def check(ask: Ask, case: Case, party: Party, *, at: datetime) -> None:
    """Raise Refusal if the move's own rules forbid it, though the table allows it."""
    if rule := _RULES.get(ask.move):
        rule(ask, case, party, at)


def _accept(ask: Ask, _case: Case, _party: Party, _at: datetime) -> None:
    if ask.unit is None:
        raise Refusal(Code.INVALID, "请选择承办单位", "unitId")
    if ask.unit.is_closed:
        raise Refusal(Code.INVALID, "该单位已停用", "unitId")


def _needs_reason(ask: Ask, _case: Case, _party: Party, _at: datetime) -> None:
    assert ask.reason, "the graph asks for a reason"


def _appeal(ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if case.is_appealed:
        raise Refusal(Code.LIMIT_REACHED, "每件工单只能申诉一次")
    _needs_text(ask)


def _merge(ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if ask.other is None:
        raise Refusal(Code.NOT_FOUND, "未找到要并入的工单", "intoId")
    if ask.other.id == case.id:
        raise Refusal(Code.INVALID, "不能并入自身", "intoId")
    if ask.other.is_over:
        raise Refusal(
            Code.ILLEGAL_MOVE, f"要并入的工单{ask.other.state.chinese}，不能并案", "intoId"
        )


def _return(ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if case.is_bound:
        raise Refusal(Code.LIMIT_REACHED, "此工单已经裁决，不能再退单")
    _needs_text(ask)


def _contact(_ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if case.contacted_at:
        raise Refusal(Code.ALREADY_USED, "本轮已登记首次联系")


def _ask_extension(ask: Ask, case: Case, _party: Party, at: datetime) -> None:
    assert ask.days is not None, "the graph asks for days"
    if case.extension:
        raise Refusal(Code.LIMIT_REACHED, "每件工单只能申请一次延期")
    if not 1 <= ask.days <= due.EXTENSION_DAYS_MOST:
        raise Refusal(Code.INVALID, f"延期须为 1 到 {due.EXTENSION_DAYS_MOST} 天", "days")
    assert case.due_at, "a clock runs while it is handled"
    if not due.is_a_day_before(at, case.due_at):
        raise Refusal(Code.TOO_LATE, "须在到期前至少一个工作日申请延期")
    _needs_text(ask)


def _answer_extension(_ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if case.extension is not Extension.ASKED:
        raise Refusal(Code.ILLEGAL_MOVE, "没有待审批的延期申请")


def _evidence(ask: Ask, _case: Case, _party: Party, _at: datetime) -> None:
    if not (ask.text or ask.photo_ids):
        raise Refusal(Code.INVALID, "请填写办理结果或上传照片", "text")


def _rate(ask: Ask, _case: Case, _party: Party, _at: datetime) -> None:
    if ask.satisfaction is not None and not 1 <= ask.satisfaction <= SATISFACTION_MOST:
        raise Refusal(Code.INVALID, f"满意度须为 1 到 {SATISFACTION_MOST}", "satisfaction")


def _call_back(ask: Ask, case: Case, party: Party, at: datetime) -> None:
    if not ask.is_contacted and (ask.is_solved is not None or ask.satisfaction is not None):
        raise Refusal(Code.INVALID, "未联系上时不能登记结果", "contacted")
    if ask.is_contacted and ask.is_solved is None:
        raise Refusal(Code.INVALID, "请登记是否解决", "solved")
    _rate(ask, case, party, at)


def _reopen(ask: Ask, case: Case, party: Party, at: datetime) -> None:
    assert case.ended_at, "what is closed has a time"
    if party is Party.REPORTER and at > case.ended_at + due.REOPEN_WINDOW:
        raise Refusal(Code.TOO_LATE, f"结案超过 {due.REOPEN_WINDOW.days} 天，不能重新办理")
    _needs_text(ask)


def _assign(ask: Ask, case: Case, _party: Party, _at: datetime) -> None:
    if ask.assignee is None or not may_be_assigned(case, ask.assignee):
        raise Refusal(Code.INVALID, "只能指派给本单位人员", "personId")


def _comment(ask: Ask, _case: Case, party: Party, _at: datetime) -> None:
    if ask.is_internal and party is not Party.STAFF:
        raise Refusal(Code.NOT_ALLOWED, "只有工作人员可以写内部留言", "internal")
    if not (ask.text or ask.photo_ids):
        raise Refusal(Code.INVALID, "请填写留言或上传照片", "text")


def _urge(_ask: Ask, case: Case, _party: Party, at: datetime) -> None:
    if case.urged_at and at < case.urged_at + due.URGE_PAUSE:
        hours = round(due.URGE_PAUSE.total_seconds() / 3600)
        raise Refusal(Code.LIMIT_REACHED, f"{hours} 小时内只能催办一次")


def _needs_text(ask: Ask) -> None:
    if not ask.text:
        raise Refusal(Code.INVALID, "请填写说明", "text")


_RULES: dict[Move, Callable[[Ask, Case, Party, datetime], None]] = {
    Move.ACCEPT: _accept,
    Move.REJECT: _needs_reason,
    Move.APPEAL: _appeal,
    Move.MERGE: _merge,
    Move.SETTLE: _evidence,
    Move.RETURN: _return,
    Move.ARBITRATE: _accept,
    Move.CONTACT: _contact,
    Move.ASK_EXTENSION: _ask_extension,
    Move.GRANT_EXTENSION: _answer_extension,
    Move.DENY_EXTENSION: _answer_extension,
    Move.SUSPEND: _needs_reason,
    Move.RESOLVE: _evidence,
    Move.CALL_BACK: _call_back,
    Move.RATE: _rate,
    Move.REOPEN: _reopen,
    Move.ASSIGN: _assign,
    Move.COMMENT: _comment,
    Move.URGE: _urge,
}
