"""One change, for ever: what an event says, who may watch it, and how it is written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, cast

import orjson

from models import db
from models.db import Connection

# The five levels of the tree of areas, by the length of their codes.
CODE_LENGTHS = (6, 9, 12, 14, 16)
FACTS_BYTES_MOST = 4_096
CONTENT_BYTES_MOST = 65_536
AREAS_MOST = 10


class Topic(StrEnum):
    """What sort of thing an event changed."""

    TICKET = "ticket"
    WISH = "wish"
    STATION = "station"
    PERSON = "person"
    AREA = "area"
    UNIT = "unit"
    CATALOGUE = "catalogue"
    OCCUPANCY = "occupancy"
    NOTIFICATION = "notification"
    POINTS = "points"
    PROGRAMME = "programme"
    REWARD = "reward"
    MERCHANT = "merchant"
    VOUCHER = "voucher"
    RESOURCE = "resource"


class Scope(NamedTuple):
    """What somebody watches: one thing, an area with all below it, or a whole topic.

    A thing has `topic` and `thing_id`, a topic only `topic`; an area has `area_code` and, to see
    one topic only, `topic`.
    """

    topic: Topic | None = None
    thing_id: int | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event at its place on the city's number line.

    `area_code` is the thing's area after the change. An event that moved a thing has a position
    for each area it touched: `line_area_code` is the area of this one.
    """

    position: int
    id: int
    topic: Topic
    thing_id: int
    area_code: str
    version: int
    kind: str
    facts: Mapping[str, Any]
    at: datetime
    line_area_code: str

    def scopes(self) -> Iterable[Scope]:
        """Name the scopes that get the event from this position; each gets it from one only.

        Who watches an area above both ends of a move is served by the thing's own area.
        """
        is_own = self.line_area_code == self.area_code
        if is_own:
            yield Scope(self.topic, self.thing_id)
            yield Scope(self.topic)
        for length in CODE_LENGTHS:
            code = self.line_area_code[:length]
            if len(code) < length:
                return
            if is_own or not self.area_code.startswith(code):
                yield Scope(self.topic, None, code)
                yield Scope(None, None, code)


async def record(  # noqa: PLR0913 - an event has that many sides, each named by the caller
    connection: Connection,
    *,
    topic: Topic,
    thing_id: int,
    area_code: str,
    also_area_codes: Iterable[str] = (),
    version: int,
    kind: str,
    actor_id: int | None,
    facts: Mapping[str, object],
    content: Mapping[str, object] | None = None,
) -> int:
    """Write an event in the caller's transaction, which holds the thing's lock; give its id.

    `facts` hold no free text and no personal data, `content` does: it alone can be redacted.
    `also_area_codes` are further areas whose watchers are told, such as the one a thing has left.
    A version that the thing already has raises asyncpg.UniqueViolationError.
    """
    areas = list(dict.fromkeys((area_code, *also_area_codes)))
    assert len(areas) <= AREAS_MOST, "an event that touches too many areas"
    body = None if content is None else _json(content, CONTENT_BYTES_MOST)
    stated = _json(facts, FACTS_BYTES_MOST)
    key = await connection.fetchval(
        _RECORD, topic, thing_id, area_code, version, actor_id, kind, stated, body, areas
    )
    db.note_news()
    return cast("int", key)


_RECORD = """
WITH written AS (
    INSERT INTO content (body) SELECT $8::jsonb WHERE $8 IS NOT NULL RETURNING id
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts, content_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, (SELECT id FROM written)) RETURNING id
), posted AS (
    INSERT INTO outbox (event_id, area_code)
    SELECT happened.id, touched.code
    FROM happened, unnest($9::text[]) WITH ORDINALITY AS touched (code, place)
    ORDER BY touched.place
)
SELECT id FROM happened
"""


def _json(value: Mapping[str, object], bytes_most: int) -> str:
    text = orjson.dumps(value)
    assert len(text) <= bytes_most, f"{len(text)} bytes where {bytes_most} are allowed"
    return text.decode()
