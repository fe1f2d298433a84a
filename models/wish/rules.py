"""What single moves demand beyond the table: words, evidence and times. Pure."""

from collections.abc import Callable
from datetime import datetime

from models.errors import Code, Refusal
from models.wish.case import Ask, Case
from models.wish.words import Move


def check(move: Move, ask: Ask, case: Case, *, at: datetime) -> None:
    """Raise Refusal if the move's own rules forbid it, though the table allows it."""
    if rule := _RULES.get(move):
        rule(ask, case, at)


def _needs_reason(ask: Ask, _case: Case, _at: datetime) -> None:
    if not ask.reason:
        raise Refusal(Code.INVALID, "请选择不通过的原因", "reason")


def _evidence(ask: Ask, _case: Case, _at: datetime) -> None:
    if not (ask.text or ask.photo_count):
        raise Refusal(Code.INVALID, "请填写圆梦情况或上传照片", "text")


def _claim(_ask: Ask, case: Case, at: datetime) -> None:
    assert case.due_at, "what is published has a deadline"
    if at >= case.due_at:
        raise Refusal(Code.TOO_LATE, "该心愿已过期")


def _thank(ask: Ask, case: Case, _at: datetime) -> None:
    if case.is_thanked:
        raise Refusal(Code.ALREADY_USED, "您已致谢")
    if not ask.text:
        raise Refusal(Code.INVALID, "请填写致谢内容", "text")


def _is_due(_ask: Ask, case: Case, at: datetime) -> None:
    if case.due_at is None or at < case.due_at:
        raise Refusal(Code.ILLEGAL_MOVE, "尚未到期")


def _has_verdict(ask: Ask, _case: Case, _at: datetime) -> None:
    assert ask.verdict, "a check has found something"


_RULES: dict[Move, Callable[[Ask, Case, datetime], None]] = {
    Move.CHECK: _has_verdict,
    Move.REJECT: _needs_reason,
    Move.CLAIM: _claim,
    Move.TIME_OUT: _is_due,
    Move.FULFIL: _evidence,
    Move.THANK: _thank,
    Move.EXPIRE: _is_due,
    Move.ARCHIVE: _is_due,
}
