"""The access token of a mini-program: one for all processes, renewed before it ends.

Whoever needs it first gets it from WeChat under a lock in Redis, and leaves it there, sealed, for
the others. Without Redis each process gets it itself: WeChat's stable token is the same for all
who ask. It is renewed in WeChat's last five minutes, in which the old and the new one both hold.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from models import cipher, tasks

RENEW_SECONDS = 240
"""So long before its end a token is renewed; from 300 on WeChat gives a new one."""
SECONDS_MOST = 7_200
LOCK_SECONDS = 8.0
"""As long as two attempts take at most, and a little."""
WAIT_SECONDS = 3.0

_LOST = (RedisError, OSError, TimeoutError)
_FORGET = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

log = structlog.get_logger()


class Granted(NamedTuple):
    """A token as WeChat gives it, and for how many seconds."""

    token: str
    seconds: int


class _Held(NamedTuple):
    token: str
    renew_at: float
    sealed: bytes


class SharedToken:
    """The access token of one mini-program; `grant` gets one from WeChat."""

    def __init__(
        self, app_id: str, grant: Callable[[], Awaitable[Granted]], *, clock: Callable[[], float]
    ) -> None:
        self._name = f"wechat:token:{app_id}"
        self._place = f"wechat.token:{app_id}"
        self._grant = grant
        self._clock = clock
        self._redis: Redis | None = None
        self._held: _Held | None = None
        self._stale: str | None = None
        self._renewal: asyncio.Task[_Held] | None = None

    def use(self, redis: Redis | None) -> None:
        """Share it with the other processes of this Redis from now on."""
        self._redis = redis

    async def close(self) -> None:
        """Stop what is under way."""
        if self._renewal:
            await tasks.end([self._renewal])

    async def get(self) -> str:
        """Give the token; those who ask at once wait for one renewal, or get its error."""
        if self._held and self._clock() < self._held.renew_at:
            return self._held.token
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renewed(), name="wechat token")
            self._renewal.add_done_callback(self._settle)
        # Whoever leaves does not take the renewal away from the others.
        return (await asyncio.shield(self._renewal)).token

    async def renew(self, stale: str) -> str:
        """Give another token than this one, which WeChat no longer takes."""
        held, self._stale = self._held, stale
        if held and held.token == stale:
            self._held = None
            await self._forget(held)
        return await self.get()

    def _settle(self, renewal: "asyncio.Task[_Held]") -> None:
        self._renewal = None
        if not renewal.cancelled() and renewal.exception() is None:
            self._held = renewal.result()

    async def _renewed(self) -> _Held:
        if self._redis is None:
            return await self._granted()
        try:
            return await self._shared(self._redis) or await self._renewed_for_all(self._redis)
        except _LOST as lost:
            log.warning("wechat_token_is_not_shared", reason=type(lost).__name__)
            return await self._granted()

    async def _renewed_for_all(self, redis: Redis) -> _Held:
        async with redis.lock(
            f"{self._name}:lock",
            timeout=LOCK_SECONDS,
            blocking_timeout=WAIT_SECONDS,
            raise_on_release_error=False,
        ):
            held = await self._shared(redis)
            if held is None:
                held = await self._granted()
                milliseconds = max(1, int((held.renew_at - self._clock()) * 1_000))
                await redis.set(self._name, held.sealed, px=milliseconds)
            return held

    async def _granted(self) -> _Held:
        token, granted = await self._grant()
        seconds = min(granted, SECONDS_MOST)
        renew_at = self._clock() + max(seconds - RENEW_SECONDS, seconds / 2)
        sealed = cipher.seal(orjson.dumps([token, renew_at]).decode(), place=self._place)
        return _Held(token, renew_at, sealed)

    async def _shared(self, redis: Redis) -> _Held | None:
        """Read what another process left; what was sealed by a former key is nothing.

        Nor is the token that this process has just found stale: another one may have left it while
        this one had no Redis.
        """
        sealed = await redis.get(self._name)
        if not isinstance(sealed, bytes) or not cipher.is_current(sealed):
            return None
        token, renew_at = orjson.loads(cipher.unseal(sealed, place=self._place))
        is_good = token != self._stale and self._clock() < renew_at
        return _Held(token, renew_at, sealed) if is_good else None

    async def _forget(self, held: _Held) -> None:
        """Take the token from the others, unless they have another one by now."""
        if self._redis is None:
            return
        try:
            await self._redis.eval(_FORGET, 1, self._name, held.sealed)
        except _LOST as lost:
            log.warning("wechat_token_is_not_shared", reason=type(lost).__name__)
