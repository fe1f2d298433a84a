"""What an event costs a process in which nobody watches what it happened to."""

import asyncio
import time
from datetime import UTC, datetime

from models.event import Event, Topic
from resolvers.live import Hub

WATCHED = 2_000
EVENTS = 20_000
ROUNDS = 5
GRID = "32028100200101"
OTHER_TOWN = "320281001"


def measure() -> float:
    """Give the microseconds of CPU an event beside 2,000 watched tickets and another town."""
    return asyncio.run(_measure())


async def _measure() -> float:
    hub, now = Hub(), datetime.now(UTC)
    for key in range(WATCHED):
        hub.watch(Topic.TICKET, key)
    hub.watch_area(OTHER_TOWN, topic=Topic.TICKET)
    events = [
        Event(key, key, Topic.TICKET, WATCHED + key, GRID, 1, "COMMENT", {}, now, GRID)
        for key in range(EVENTS)
    ]
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for event in events:
            hub._hand_out(event)
        spent.append(time.process_time() - began)
    return min(spent) / EVENTS * 1_000_000
