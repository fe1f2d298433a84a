"""Which number a phone code stands for."""

import re
from dataclasses import dataclass
from typing import Protocol

from models.errors import Code, Refusal

_DEVELOPMENT_CODE = re.compile("dev:([0-9]{11})")


class WeChat(Protocol):
    """How phone codes reach WeChat (api/wechat)."""

    async def phone_number(self, code: str) -> str:
        """Give the number behind a phone code; raises Refusal, EdgeError."""


@dataclass(frozen=True, slots=True)
class PhoneCodes:
    """Reads phone codes: WeChat's, and those of development, which say the number themselves."""

    lets_developers_in: bool
    wechat: WeChat | None = None

    async def number(self, code: str) -> str:
        """Give the number of a code; raises Refusal INVALID."""
        known = _DEVELOPMENT_CODE.fullmatch(code)
        if known and self.lets_developers_in:
            return known[1]
        if self.wechat and not known:
            return await self.wechat.phone_number(code)
        raise Refusal(Code.INVALID, "手机号凭证无效", "code")
