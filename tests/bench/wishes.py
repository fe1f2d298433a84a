"""The wish board: pages a second, ours and the peer's, measured in turns."""

import asyncio
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from api.city.wishes import load_wishes
from models import cipher
from tests.bench import stock_wish
from tests.bench.load import Order, Result
from tests.bench.programs import ROOT, Program, free_port, python, running
from tests.bench.question import TRIVIAL, request

ROUNDS = 3
WARM_SECONDS = 0.5
SECRET = "a secret of this measurement, known to nobody else"  # noqa: S105 - made for one run
BOARD = """query ($filter: WishFilter) { wishes(filter: $filter, first: 20) { edges { node {
  id state category beneficiary title text budgetCents deadlineOn publishedAt
  point { longitude latitude } area { code name } } } } }"""


@dataclass(frozen=True, slots=True)
class WishFigures:
    """Pages of the board a second, the median of all rounds."""

    board: float
    board_peer: float


def measure(database_url: str, redis_url: str, *, seconds: float) -> WishFigures:
    """Measure both sides for so many seconds; raises AssertionError if their answers differ."""
    keys = cipher.new_keys()
    asyncio.run(_prepare(database_url, keys))
    bodies = [_body(), _body(states=["PUBLISHED"]), _body(areaCode="320281")]
    ours_settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": keys,
        "RATE_LIMIT": "0",
    }
    with (
        _serving(("api", "serve"), ours_settings) as ours,
        _serving(("tests.bench.stock_wish",), {"DATABASE_URL": database_url}) as peer,
    ):
        for body in bodies:
            said = _meaning(ours.answer(body))
            assert len(said) == 20
            assert said == _meaning(peer.answer(body))
        asked = [request(body).decode("latin-1") for body in bodies]
        rates = _in_turns([ours, peer], asked, seconds=seconds)
    return WishFigures(*rates)


async def _prepare(database_url: str, keys: str) -> None:
    await load_wishes(database_url, keys, now=datetime.now(UTC))
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(stock_wish.TABLES)
    finally:
        await connection.close()


def _body(**wanted: object) -> bytes:
    return orjson.dumps({"query": BOARD, "variables": {"filter": wanted}})


def _meaning(body: bytes) -> list[dict[str, Any]]:
    answer = orjson.loads(body)
    assert "errors" not in answer, answer["errors"]
    nodes = [edge["node"] for edge in answer["data"]["wishes"]["edges"]]
    for node in nodes:
        node["publishedAt"] = datetime.fromisoformat(node["publishedAt"])
    return nodes


def _in_turns(sides: list[Program], asked: list[str], *, seconds: float) -> list[float]:
    for side in sides:
        _asked(side, asked, WARM_SECONDS)
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for rates, side in zip(found, sides, strict=True):
            rates.append(_asked(side, asked, seconds / ROUNDS).per_second)
    return [statistics.median(rates) for rates in found]


def _asked(side: Program, requests: list[str], seconds: float) -> Result:
    done = subprocess.run(
        python("tests.bench.load"),
        cwd=ROOT,
        input=orjson.dumps(asdict(Order(side.port, requests, seconds))),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Result(**orjson.loads(done.stdout))


@contextmanager
def _serving(module: tuple[str, ...], settings: dict[str, str]) -> Iterator[Program]:
    port = free_port()
    arguments = (*module, str(port)) if len(module) == 1 else module
    environment = {**settings, "PORT": str(port)}
    with running(*python(*arguments), port=port, environment=environment) as program:
        program.first_answer(TRIVIAL)
        yield program
