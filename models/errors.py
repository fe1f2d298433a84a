"""The few ways in which the domain says no. Everything else that goes wrong is a bug."""

from models.words import Word


class Code(Word):
    """Why a mutation was refused; the codes that a program can act on."""

    NOT_FOUND = "NOT_FOUND", "There is no such thing, or not for this viewer.", "未找到"
    NOT_ALLOWED = "NOT_ALLOWED", "The viewer's roles do not give this right.", "无权操作"
    ILLEGAL_MOVE = "ILLEGAL_MOVE", "The thing's state does not allow this move.", "状态不允许"
    CONFLICT = "CONFLICT", "Somebody else changed the thing first.", "存在冲突"
    INVALID = "INVALID", "The input breaks a rule.", "输入无效"
    TOO_LATE = "TOO_LATE", "The time for this has passed.", "已过期限"
    OUT_OF_STOCK = "OUT_OF_STOCK", "Nothing is left of it.", "库存不足"
    INSUFFICIENT_POINTS = "INSUFFICIENT_POINTS", "The account holds too few points.", "积分不足"
    LIMIT_REACHED = "LIMIT_REACHED", "A cap or limit is reached.", "已达上限"
    ALREADY_USED = "ALREADY_USED", "It was used before.", "已被使用"
    EXPIRED = "EXPIRED", "It is no longer valid.", "已失效"
    KEY_REUSED = "KEY_REUSED", "The idempotency key came before with other input.", "幂等键重复"


class Refusal(Exception):
    """An expected "no" to an action: rolls everything back and becomes a typed user error.

    `message` is Chinese, for the phone's user; `path` names the input field, outermost first.
    """

    def __init__(self, code: Code, message: str, *path: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path


class Stale(Refusal):
    """A change of a version that is no longer the newest; `current` is what somebody else left."""

    def __init__(self, current: object) -> None:
        super().__init__(Code.CONFLICT, "已被他人修改，请以最新内容为准", "version")
        self.current = current


class Invalid(ValueError):
    """An argument of a read that can't be answered; becomes BAD_REQUEST at the top level."""


class Unavailable(Exception):
    """PostgreSQL can't be reached or did not answer in time; becomes UNAVAILABLE."""
