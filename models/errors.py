"""The few ways in which the domain says no. Everything else that goes wrong is a bug."""

from enum import StrEnum


class Code(StrEnum):
    """Why a mutation was refused; the codes that a program can act on."""

    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    ILLEGAL_MOVE = "ILLEGAL_MOVE"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"
    TOO_LATE = "TOO_LATE"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    INSUFFICIENT_POINTS = "INSUFFICIENT_POINTS"
    LIMIT_REACHED = "LIMIT_REACHED"
    ALREADY_USED = "ALREADY_USED"
    EXPIRED = "EXPIRED"
    KEY_REUSED = "KEY_REUSED"


class Refusal(Exception):
    """An expected "no" to an action: rolls everything back and becomes a typed user error.

    `message` is Chinese, for the phone's user; `path` names the input field, outermost first.
    """

    def __init__(self, code: Code, message: str, *path: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path


class Invalid(ValueError):
    """An argument of a read that can't be answered; becomes BAD_REQUEST at the top level."""


class Unavailable(Exception):
    """PostgreSQL can't be reached or did not answer in time; becomes UNAVAILABLE."""
