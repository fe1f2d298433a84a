"""The check of what people write before others see it: the job that asks, and whom it asks.

Where there is WeChat, that is asked (msgSecCheck), for who wrote it; elsewhere the city's own list
decides alone. Who can't be reached is asked again: until there is a verdict, others see nothing.
"""

import asyncio
from typing import Protocol

import structlog

from api.jobs import Job
from api.wechat.failure import STALE, Declined, Failed
from models import wish
from models.content import Verdict, own_verdict, strictest
from models.wish import START, Unchecked
from resolvers.errors import EdgeError

SECONDS = 2.0
AT_ONCE = 8
"""So many are asked for at the same time."""
NOT_NOW = STALE | {45_009, 45_011}
"""The errcodes that say nothing of a text: no access, asked too often by the day or the minute."""

log = structlog.get_logger()


class Judge(Protocol):
    """Whoever says whether others may see something."""

    async def verdict(self, waiting: Unchecked) -> Verdict | None:
        """Give the verdict; None if there is none yet, so that it must be asked for again."""


class ChecksText(Protocol):
    """How a text reaches WeChat's check (api/wechat)."""

    async def check_text(self, text: str, *, openid: str) -> Verdict:
        """Have it checked; raises Declined, Failed, EdgeError."""


def jobs(wechat: ChecksText | None) -> tuple[Job, ...]:
    """Give the job that has checked what waits for it."""
    judge: Judge = ByWeChat(wechat) if wechat else ByOwnWords()
    return (Job("content check", SECONDS, Checker(judge).step),)


class ByOwnWords:
    """The city's own list of words, where there is no WeChat."""

    async def verdict(self, waiting: Unchecked) -> Verdict:
        """Give the verdict of the list."""
        return _own(waiting)


class ByWeChat:
    """WeChat, and the city's own list: the stricter of the two counts."""

    def __init__(self, wechat: ChecksText) -> None:
        self._wechat = wechat

    async def verdict(self, waiting: Unchecked) -> Verdict | None:
        """Give the verdict; REVIEW of what WeChat will not check, None if it can't be reached."""
        own = _own(waiting)
        if own is Verdict.RISKY:
            return own
        asked = await self._asked(waiting)
        return strictest(own, asked) if asked else None

    async def _asked(self, waiting: Unchecked) -> Verdict | None:
        if waiting.openid is None:
            return Verdict.REVIEW
        text = f"{waiting.title}\n{waiting.text}"
        try:
            return await self._wechat.check_text(text, openid=waiting.openid)
        except Declined as declined:
            log.warning("content_declined", wish=waiting.place.id, errcode=declined.errcode)
            return None if declined.errcode in NOT_NOW else Verdict.REVIEW
        except Failed as failed:
            log.warning("content_failed", wish=waiting.place.id, reason=str(failed))
        except EdgeError:
            # There is no access token to be had; the client has said why.
            log.warning("content_failed", wish=waiting.place.id, reason="no access token")
        return None


class Checker:
    """Has checked what waits, in rounds from the oldest to the newest.

    A round pauses where somebody could not be reached, and goes on behind it: one wish that never
    gets an answer holds up no other.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._after = START

    async def step(self) -> int:
        """Ask for some of what waits; gives how many, 0 at the end or if one got no verdict."""
        waiting = await wish.unchecked(first=AT_ONCE, after=self._after)
        self._after = waiting[-1].place if waiting else START
        verdicts = await asyncio.gather(*(self._judge.verdict(one) for one in waiting))
        for one, verdict in zip(waiting, verdicts, strict=True):
            if verdict:
                await wish.settle(one, verdict)
        return len(waiting) if all(verdicts) else 0


def _own(waiting: Unchecked) -> Verdict:
    return own_verdict((waiting.title, waiting.text), has_photos=waiting.has_photos)
