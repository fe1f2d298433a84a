"""The errors of the embedded servers."""


class StackError(Exception):
    """The servers can't run here; the message says why and what to do about it."""


class HeldError(StackError):
    """Another process runs on the data directory."""
