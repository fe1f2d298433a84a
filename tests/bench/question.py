"""The question that every side is asked, and when two answers to it are the same."""

from typing import Any, NamedTuple

import asyncpg
import orjson

STATIONS = 20
PLACES = 64
PLACES_SQL = """
SELECT longitude, latitude FROM station
WHERE status = 'OPEN' AND length(area_code) >= 14 ORDER BY md5(code) LIMIT $1
"""
NEARBY = """
query Nearby($near: PointInput!) {
  stationsNear(near: $near, withinMeters: 3000, first: 20) {
    edges {
      distanceMeters
      openNow
      node { id name kind address point { longitude latitude } phone grid { id name } }
    }
  }
}
"""
TRIVIAL = b'{"query":"{ __typename }"}'


class Place(NamedTuple):
    """Where somebody stands who asks."""

    longitude: float
    latitude: float

    def body(self) -> bytes:
        """Give the body of the request."""
        return orjson.dumps({"query": NEARBY, "variables": {"near": self._asdict()}})


async def places(database_url: str) -> list[Place]:
    """Choose places all over the city, each in front of a station."""
    connection = await asyncpg.connect(database_url)
    try:
        return [Place(*row) for row in await connection.fetch(PLACES_SQL, PLACES)]
    finally:
        await connection.close()


def request(body: bytes, headers: str = "") -> bytes:
    """Give the bytes of a request as a phone sends it, with further lines of its head."""
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
        f"content-type: application/json\r\n{headers}content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def meaning(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read an answer: distances to the centimetre; raises AssertionError if it has errors."""
    answer = orjson.loads(body)
    assert "errors" not in answer, answer["errors"]
    edges = answer["data"]["stationsNear"]["edges"]
    for edge in edges:
        edge["distanceMeters"] = round(edge["distanceMeters"], 2)
    return edges
