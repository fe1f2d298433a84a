"""PostgreSQL goes away while a process serves, and comes back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outage import Way, way
from tests.processes import wait_until
from tests.server import POINT, SIGN_IN, Program, program

MAP = """{
  careMap(viewport: {west: 119.9, south: 31.6, east: 120.7, north: 32.1}, zoom: 12) {
    markers { count }
  }
}"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Station { name grid { name } } } }"
NEAREST = """query ($near: PointInput!) {
  stationsNear(near: $near, first: 1) { nodes { id } }
}"""
AREA = '{ area(code: "320281") { name } }'
AREAS = '{ areas(search: "市", first: 1) { nodes { name } } }'


@pytest.fixture
def open_way(city_url: str) -> Iterator[Way]:
    with way(city_url) as one:
        yield one


@pytest.fixture
def app(open_way: Way, redis_url: str, tmp_path: Path) -> Iterator[Program]:
    errors = tmp_path / "stderr"
    with program(errors, DATABASE_URL=open_way.url, REDIS_URL=redis_url) as started:
        yield started.ready()


def seconds_of(app: Program, query: str, status: int, **headers: str) -> float:
    """Ask what needs the database; gives how long the refusal took."""
    began = time.monotonic()
    answer = app.ask(query, **headers)
    took = time.monotonic() - began
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "postgres" not in answer.text.lower()
    assert status != 503 or answer.headers["retry-after"] == "1"
    return took


def test_without_postgresql_what_is_in_the_snapshot_goes_on_and_all_else_says_so_at_once(
    app: Program, open_way: Way
) -> None:
    token = app.token()
    nearest = app.ask(NEAREST, {"near": POINT}).json()["data"]["stationsNear"]["nodes"][0]["id"]
    station = app.ask(NODE, {"id": nearest}).json()
    care = app.ask(MAP).json()
    names = app.names_near()
    open_way.cut()

    for _ in range(3):
        assert seconds_of(app, AREA, 200) < 1.0
        assert seconds_of(app, AREAS, 503) < 1.0
        assert seconds_of(app, "{ viewer { name } }", 200, authorization=f"Bearer {token}") < 1.0
        assert app.names_near() == names
        assert app.ask(MAP).json() == care
        assert app.ask(NODE, {"id": nearest}).json() == station
    refused = app.ask(SIGN_IN, {"code": "dev:resident"})
    assert refused.status_code == 503
    assert app.client.get("/health/ready").status_code == 503
    assert app.client.get("/health/live").status_code == 200

    open_way.mend()
    wait_until(lambda: app.client.get("/health/ready").status_code == 200)
    assert app.ask(AREA).json()["data"]["area"]["name"] == "江阴市"
    assert app.token()
    assert app.process.poll() is None
    assert "Traceback" not in app.said
