"""Keeping stations up, for tests: who may, what they send, and what must not have changed."""

from typing import Any

from models import db
from resolvers.node import global_id
from tests.graph import ask

HERE = {"longitude": 120.2801, "latitude": 31.9101}
"""In GRID of tests/areas.py."""
THERE = {"longitude": 120.305, "latitude": 31.915}
"""In OTHER_GRID, within its boundary."""
NOWHERE = {"longitude": 119.5, "latitude": 31.9}

STATION = """station {
  id code name kind address point { longitude latitude } phone openingHours services facilities
  audience capacity isAccessible status version areaCode verifiedAt openings { opensAt closesAt }
}"""


def new(**more: object) -> dict[str, Any]:
    """Give the input of a station in GRID."""
    return {
        "kind": "BEE_STATION",
        "name": "澄江小蜜蜂驿站",
        "address": "澄江中路1号",
        "point": HERE,
        "openingHours": "24/7",
        "capacity": 10,
        "idempotencyKey": "k1",
        **more,
    }


async def act(name: str, person_id: int | None, /, **given: object) -> dict[str, Any]:
    """Send a mutation and give its payload."""
    kind = name[0].upper() + name[1:]
    text = (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input)"
        f" {{ {STATION} userErrors {{ code message path }} }} }}"
    )
    payload: dict[str, Any] = (await ask(text, person_id, input=given))[name]
    return payload


async def created(person_id: int, **more: object) -> dict[str, Any]:
    """Open a station and show it."""
    payload = await act("stationCreate", person_id, **new(**more))
    assert payload["userErrors"] == []
    station: dict[str, Any] = payload["station"]
    return station


def code(payload: dict[str, Any]) -> str:
    """Give the code of the one user error."""
    (error,) = payload["userErrors"]
    return str(error["code"])


def station_id(key: int) -> str:
    return str(global_id("Station", key))


TABLES = (
    "station",
    "station_photo",
    "station_occupancy",
    "station_visit",
    "file",
    "event",
    "outbox",
    "content",
)


async def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Give all that an action on stations could change."""
    return {
        table: [tuple(row) for row in await db.fetch(f"SELECT * FROM {table} ORDER BY id")]  # noqa: S608
        for table in TABLES
    }


async def events() -> list[tuple[Any, ...]]:
    """Give what was recorded, in order."""
    rows = await db.fetch(
        "SELECT topic, thing_id, kind, version, area_code, actor_id FROM event ORDER BY id"
    )
    return [tuple(row) for row in rows]
