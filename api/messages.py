"""Messages to phones: the job that asks WeChat to send what is due.

What WeChat has certainly not heard of is asked again later; of what it may have heard nothing is
asked twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from api.jobs import Job
from api.wechat.failure import Declined, Failed
from models import message
from models.message import Outgoing, State
from resolvers.errors import EdgeError

SECONDS = 2.0
NO_CONSENT = 43_101
BUSY = frozenset({45_009, 45_011})
"""Asked too often, by the day or the minute."""

log = structlog.get_logger()


class Sends(Protocol):
    """How a message reaches WeChat (api/wechat)."""

    async def send_message(
        self, openid: str, *, template_id: str, page: str, values: Mapping[str, str]
    ) -> None:
        """Send it; raises Declined, Failed, EdgeError."""


def jobs(wechat: Sends | None) -> tuple[Job, ...]:
    """Give the job that sends, if there is a WeChat to send by."""
    return (Job("messages", SECONDS, Messenger(wechat).step),) if wechat else ()


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends what is due through WeChat."""

    wechat: Sends

    async def step(self) -> int:
        """Send some of what is due; give how many were taken."""
        outgoing = await message.take()
        for one in outgoing:
            await self._send(one)
        return len(outgoing)

    async def _send(self, one: Outgoing) -> None:
        try:
            await self.wechat.send_message(
                one.openid, template_id=one.wechat_id, page=one.page, values=one.values
            )
        except Declined as declined:
            await self._declined(one, declined.errcode)
        except Failed as failed:
            log.warning("message_failed", message=one.id, reason=str(failed))
            if failed.is_unheard:
                await message.put_back(one.id)
            else:
                await message.settle(one.id, State.UNKNOWN)
        except EdgeError:
            # There is no access token to be had, so nothing was sent.
            await message.put_back(one.id)
        else:
            await message.settle(one.id, State.SENT)

    async def _declined(self, one: Outgoing, errcode: int) -> None:
        if errcode in BUSY:
            await message.put_back(one.id)
            return
        state = State.REFUSED if errcode == NO_CONSENT else State.FAILED
        if state is State.FAILED:
            log.warning("message_declined", message=one.id, errcode=errcode)
        await message.settle(one.id, state, errcode=errcode)
