"""How often somebody may ask: token buckets in the process, settled with Redis behind its back.

No request waits for Redis: what was spent here is told at most once a second per key, and what
other processes spent is learnt by it. Without Redis the local buckets go on alone.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from itertools import islice
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from resolvers.errors import EdgeCode, EdgeError

SETTLE_SECONDS = 1.0
SETTLE_KEYS_MOST = 1_000
BUCKETS_MOST = 50_000
HOUSES_MOST = 10_000
HOUSE_PREFIX = 64
"""An IPv6 subscriber holds a whole /64: it is one address here."""

log = structlog.get_logger(__name__)


class Rate(NamedTuple):
    """A bucket's kind: so many a second, and so many at once."""

    name: str
    per_second: float
    burst: int


SIGNED_IN = Rate("person", 20, 200)
ADDRESS = Rate("address", 100, 600)
SIGN_IN = Rate("sign-in", 0.5, 30)
REFRESH = Rate("refresh", 0.1, 60)
UPLOAD = Rate("upload", 0.1, 20)
SIGNATURE_PART = 16
"""So much of a signature names its bucket: enough to tell them apart, and of use to nobody."""


@dataclass(slots=True)
class Bucket:
    """What is left of a burst, and what was spent since Redis was last told."""

    rate: Rate
    left: float
    at: float
    spent: int = 0

    def take(self, now: float) -> float:
        """Take one at `now` (seconds of any clock); gives 0, or the seconds until one is there."""
        self.left = min(self.rate.burst, self.left + (now - self.at) * self.rate.per_second)
        self.at = now
        if self.left < 1:
            return (1 - self.left) / self.rate.per_second
        self.left -= 1
        self.spent += 1
        return 0.0


class RateLimits:
    """The buckets of one process; `clock` gives seconds."""

    def __init__(self, *, is_on: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_on = is_on
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._unsettled: dict[tuple[str, str], None] = {}

    def person(self, person_id: int) -> None:
        """Count a request of somebody signed in; raises EdgeError LIMITED."""
        self._take(SIGNED_IN, str(person_id))

    def address(self, address: str) -> None:
        """Count a request without a valid token; raises EdgeError LIMITED."""
        self._take(ADDRESS, house(address))

    def sign_in(self, address: str) -> None:
        """Count an attempt to sign in; raises EdgeError LIMITED."""
        self._take(SIGN_IN, house(address))

    def refresh(self, session: str) -> None:
        """Count a renewal of a session, by any of its tokens; raises EdgeError LIMITED."""
        self._take(REFRESH, session)

    def upload(self, signature: str, address: str) -> None:
        """Count an upload to a signed address, and one without a token; raises EdgeError LIMITED.

        Who knows no signature has no part in the bucket of another's.
        """
        self.address(address)
        self._take(UPLOAD, signature[:SIGNATURE_PART])

    def _take(self, rate: Rate, who: str) -> None:
        if not self._is_on:
            return
        key = (rate.name, who)
        now = self._clock()
        bucket = self._buckets.get(key) or self._open(key, rate, now)
        self._buckets.move_to_end(key)
        wait = bucket.take(now)
        self._unsettled[key] = None
        if wait:
            raise EdgeError(EdgeCode.LIMITED, "请求过于频繁，请稍后再试", retry_after=wait)

    def __len__(self) -> int:
        return len(self._buckets)

    def _open(self, key: tuple[str, str], rate: Rate, now: float) -> Bucket:
        if len(self._buckets) >= BUCKETS_MOST:
            dropped, _ = self._buckets.popitem(last=False)
            self._unsettled.pop(dropped, None)
        bucket = self._buckets[key] = Bucket(rate, rate.burst, now)
        return bucket

    async def settle_for_ever(self, redis: "Redis") -> None:
        """Settle once a second until cancelled."""
        is_reachable = True
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                await self.settle(redis)
                is_reachable = True
            except (RedisError, OSError) as lost:
                if is_reachable:
                    log.warning("rate_limits_are_local", reason=str(lost))
                is_reachable = False
            except Exception:
                log.exception("rate_limits_failed")

    async def settle(self, redis: "Redis") -> None:
        """Tell what was spent here and learn what others spent; raises RedisError, OSError."""
        # Those who wait longest come first.
        keys = list(islice(self._unsettled, SETTLE_KEYS_MOST))
        if not keys:
            return
        for key in keys:
            del self._unsettled[key]
        told = [(self._buckets[key], self._buckets[key].spent) for key in keys]
        pipeline = redis.pipeline(transaction=False)
        pipeline.script_load(_SETTLE)
        for key, (bucket, spent) in zip(keys, told, strict=True):
            name = "rate:" + ":".join(key)
            pipeline.evalsha(_SHA, 1, name, bucket.rate.per_second, bucket.rate.burst, spent)
        try:
            _, *answers = await pipeline.execute()
        except BaseException:
            self._unsettled.update((key, None) for key in keys if key in self._buckets)
            raise
        for (bucket, spent), left in zip(told, answers, strict=True):
            bucket.spent -= spent
            # What was spent while Redis answered, it does not know yet.
            bucket.left = min(bucket.left, float(left) - bucket.spent)


@lru_cache(maxsize=HOUSES_MOST)
def house(address: str) -> str:
    """Name whose address it is: an IPv4 address itself, an IPv6 one by its /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[: HOUSE_PREFIX // 4 + HOUSE_PREFIX // 16 - 1]
    return address


# The bucket of all processes together: refill, take what one process spent, answer what is left.
_SETTLE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1]) or burst
local at = tonumber(kept[2]) or now
left = math.min(burst, left + math.max(0, now - at) * rate) - spent
left = math.max(left, -burst)
redis.call('HSET', KEYS[1], 'left', left, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(2 * burst / rate) + 1)
return tostring(left)
"""
_SHA = hashlib.sha1(_SETTLE.encode()).hexdigest()  # noqa: S324 - how Redis names a script
