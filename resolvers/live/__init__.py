"""What happens, as it happens: the hub of this process, and the watches that it feeds.

Nothing is missed and order is kept: positions have no gaps, so a jump shows what is missing, and
PostgreSQL fills it. The stream only makes it fast; without it the line is swept every 200 ms.

A domain writes a subscription with `source.py`, whose text says how.
"""

from resolvers.live.feed import Encode, Feed, Feeds
from resolvers.live.follower import Follower, Outlet
from resolvers.live.hub import Callback, Hub
from resolvers.live.source import (
    EVERYBODY,
    HIDDEN,
    After,
    Source,
    Update,
    UpdateFields,
    UpdateKind,
    event,
    of_area,
    of_events,
    of_thing,
    subscription,
    thing,
    unseen,
)
from resolvers.live.watch import WATCH_LENGTH_MOST, Watch

__all__ = [
    "EVERYBODY",
    "HIDDEN",
    "WATCH_LENGTH_MOST",
    "After",
    "Callback",
    "Encode",
    "Feed",
    "Feeds",
    "Follower",
    "Hub",
    "Outlet",
    "Source",
    "Update",
    "UpdateFields",
    "UpdateKind",
    "Watch",
    "event",
    "of_area",
    "of_events",
    "of_thing",
    "subscription",
    "thing",
    "unseen",
]
