"""A process of its own with a hub: says `ready`, then a line for every change of a station."""

import asyncio
import sys
import time

from models import db, event
from models.event import Event, Topic
from resolvers.live import Hub


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def tell(events: list[Event]) -> None:
    """Say what came, and when."""
    for found in events:
        say(f"{found.position} {found.thing_id} {found.version} {time.time()}")


async def main(database_url: str, redis_url: str) -> None:
    """Watch until the process is ended."""
    await db.connect(database_url)
    hub = Hub(event.connect_redis(redis_url))
    hub.on(Topic.STATION, tell)
    hub.start()
    await hub.ready()
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
