"""How a call of WeChat can fail."""

STALE = frozenset({40_001, 40_014, 42_001})
"""WeChat's errcodes for an access token that it does not take, or no longer."""


class Failed(Exception):
    """A call came to nothing; `is_unheard` if WeChat has certainly done nothing yet."""

    def __init__(self, reason: str, *, is_unheard: bool = False) -> None:
        super().__init__(reason)
        self.is_unheard = is_unheard


class Declined(Exception):
    """WeChat answered with an error of its own."""

    def __init__(self, errcode: int) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
