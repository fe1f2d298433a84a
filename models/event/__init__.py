"""Events: every change that anyone may watch, audit or score, and the way it takes from there.

`record` writes one in the transaction that makes the change. The `Relay` gives it a position on
the city's one number line, without gaps, and tells the stream. Whoever watches reads the line by
positions: from the stream what is new, from PostgreSQL what they missed.
"""

from models.event.backoff import Backoff
from models.event.entry import CODE_LENGTHS, Event, Scope, Topic, record
from models.event.feed import (
    PAGE_MOST,
    check_area,
    first_position,
    last_position,
    line_name,
    read,
    replay,
)
from models.event.relay import SWEEP_SECONDS, Relay, complete
from models.event.stream import LOST, READ_SECONDS, Stream, connect_redis
from models.event.wake import waking

__all__ = [
    "CODE_LENGTHS",
    "LOST",
    "PAGE_MOST",
    "READ_SECONDS",
    "SWEEP_SECONDS",
    "Backoff",
    "Event",
    "Relay",
    "Scope",
    "Stream",
    "Topic",
    "check_area",
    "complete",
    "connect_redis",
    "first_position",
    "last_position",
    "line_name",
    "read",
    "record",
    "replay",
    "waking",
]
