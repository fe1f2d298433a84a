"""The newest part of the number line as one Valkey stream: news that can be lost, never truth.

An entry's id is its position, so nothing is appended twice. Each append says what it follows, and
the server compares: the stream has no holes, whatever died in between.
"""

from datetime import UTC, datetime
from typing import Any, cast

import orjson
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from models.event.entry import Event, Topic

CONNECT_SECONDS = 0.5
COMMAND_SECONDS = 2.0
RETRIES = 1
CONNECTIONS_MOST = 50
STREAM_LENGTH = 10_000
STREAM_SECONDS = 7 * 24 * 3_600
READ_MOST = 500
# Below COMMAND_SECONDS: a read without news ends by itself.
READ_SECONDS = 1.0
WAKE = b"wake"

# What redis-py and the sockets below it raise when the server is away or refuses.
LOST = (RedisError, OSError, TimeoutError)

_APPEND = """
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local position = 0
if newest[1] then position = tonumber(string.match(newest[1][1], '^%d+')) end
if position ~= tonumber(ARGV[1]) then return position end
for place = 4, #ARGV, 2 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[place] .. '-0',
        'event', ARGV[place + 1])
    position = tonumber(ARGV[place])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return position
"""


def connect_redis(url: str) -> Redis:
    """Give a client that connects when first used; no command of it waits without end."""
    return Redis.from_url(
        url,
        protocol=3,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=COMMAND_SECONDS,
        retry=Retry(NoBackoff(), RETRIES),
        max_connections=CONNECTIONS_MOST,
    )


class Stream:
    """The stream of one city; every method raises one of LOST when the server is away."""

    def __init__(self, redis: Redis, *, name: str) -> None:
        self._redis = redis
        self.key = f"{name}:stream"
        self.channel = f"{name}:wake"

    async def append(self, events: list[Event], *, after: int) -> int:
        """Append events in order if the stream ends at `after` (0: is empty).

        Gives the position where it ends now; another than that of the last event means that it
        ended elsewhere and nothing was appended.
        """
        arguments: list[Any] = [after, STREAM_LENGTH, STREAM_SECONDS]
        for event in events:
            arguments += (event.position, encode(event))
        answer = self._redis.eval(_APPEND, 1, self.key, *arguments)
        return int(cast("int", await answer))

    async def read(self, *, after: int, seconds: float = READ_SECONDS) -> list[Event]:
        """Read what follows position `after`; waits up to `seconds` for the first."""
        answer: Any = await self._redis.xread(
            {self.key: f"{after}-0"}, count=READ_MOST, block=int(seconds * 1_000)
        )
        entries = answer.get(self.key.encode(), [[]])[0] if answer else []
        return [event for key, fields in entries if (event := decode(key, fields))]

    async def position(self) -> int:
        """Give the position where the stream ends, 0 if it is empty."""
        entries: Any = await self._redis.xrevrange(self.key, count=1)
        return int(entries[0][0].partition(b"-")[0]) if entries else 0

    async def clear(self) -> None:
        """Begin anew; readers keep their cursors and fill what they lack from PostgreSQL."""
        await self._redis.delete(self.key)

    async def wake(self) -> None:
        """Wake the relay, in whichever process it runs."""
        await self._redis.publish(self.channel, WAKE)


def encode(event: Event) -> bytes:
    """Write an event as JSON; its position is the entry's id."""
    return orjson.dumps(
        {
            "id": event.id,
            "topic": event.topic,
            "thing": event.thing_id,
            "area": event.area_code,
            "line": event.line_area_code,
            "version": event.version,
            "kind": event.kind,
            "facts": event.facts,
            "at": event.at,
        }
    )


def decode(key: bytes, fields: dict[bytes, bytes]) -> Event | None:
    """Read an entry; None if it is none of ours, and then PostgreSQL knows better."""
    try:
        written = orjson.loads(fields[b"event"])
        return Event(
            position=int(key.removesuffix(b"-0")),
            id=written["id"],
            topic=Topic(written["topic"]),
            thing_id=written["thing"],
            area_code=written["area"],
            version=written["version"],
            kind=written["kind"],
            facts=written["facts"],
            at=datetime.fromisoformat(written["at"]).astimezone(UTC),
            line_area_code=written["line"],
        )
    except (KeyError, TypeError, ValueError):
        return None
