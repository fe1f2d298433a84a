"""Points: the viewer's balance against the peer, redemptions against their bare statements.

The same two statements of a redemption are sent, in one transaction, by a client that does nothing
else (`python -m tests.bench.points_floor`), over as many connections as the server has for it.
"""

import asyncio
import http.client
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import asyncpg
import orjson

from models import cipher, db, points
from resolvers.node import global_id
from tests.bench.load import Order, Result
from tests.bench.points_scene import PEOPLE, Scene, prepare
from tests.bench.programs import ROOT, Program, free_port, python, running
from tests.program import DATA_KEYS

ROUNDS = 3
WARM_SECONDS = 0.5
BOARDS = 100
REDEMPTIONS_MOST = 6_000
SECRET = "a secret of this measurement, known to nobody else"  # noqa: S105 - made for one run
VIEWER = """{ viewer { name pointsAccounts {
  merit points held available programme { name }
  recent { kind asset amount ruleName businessDay }
} } }"""
REDEEM = """mutation ($reward: ID!, $key: String!) {
  rewardRedeem(input: {rewardId: $reward, idempotencyKey: $key}) {
    voucher { id code expiresAt state } userErrors { code }
  }
}"""
SIGN_IN = """mutation ($code: String!) {
  sessionStart(input: {code: $code}) { session { accessToken } }
}"""


@dataclass(frozen=True, slots=True)
class PointsFigures:
    """Answers and redemptions a second, and how long a board takes."""

    viewer: float
    viewer_peer: float
    redemptions: float
    redemptions_floor: float
    redemptions_hot: float
    hot_is_exact: bool
    board_median_ms: float


def measure(database_url: str, redis_url: str, *, seconds: float) -> PointsFigures:
    """Measure for so many seconds a side; raises AssertionError if an answer is wrong."""
    scene = asyncio.run(prepare(database_url))
    with _serving(database_url, redis_url) as ours, _peer(database_url) as peer:
        tokens = [_token(ours, 101 + number) for number in range(PEOPLE)]
        viewer, viewer_peer = _viewers(scene, ours, peer, tokens, seconds=seconds)
        spread = [
            _redeem(token, reward, f"s{number}")
            for number in range(REDEMPTIONS_MOST // PEOPLE)
            for token, reward in zip(tokens, scene.rewards, strict=True)
        ]
        redemptions = _asked(ours, spread, seconds).per_second
        hot = [
            _redeem(tokens[number % PEOPLE], scene.hot, f"h{number}")
            for number in range(REDEMPTIONS_MOST)
        ]
        redemptions_hot = _asked(ours, hot, seconds).per_second
    return PointsFigures(
        viewer,
        viewer_peer,
        redemptions,
        _floor(database_url, scene, seconds=seconds),
        redemptions_hot,
        *asyncio.run(_after(database_url, scene)),
    )


def _viewers(
    scene: Scene, ours: Program, peer: Program, tokens: Sequence[str], *, seconds: float
) -> tuple[float, float]:
    body = orjson.dumps({"query": VIEWER})
    mine = [request(body, f"authorization: Bearer {token}") for token in tokens]
    theirs = [request(body, f"x-person: {person}") for person in scene.people]
    assert _answer(ours, mine[0]) == _answer(peer, theirs[0])
    rates: tuple[list[float], list[float]] = ([], [])
    for side, asked in ((ours, mine), (peer, theirs)):
        _asked(side, asked, WARM_SECONDS)
    for _ in range(ROUNDS):
        for found, side, asked in ((rates[0], ours, mine), (rates[1], peer, theirs)):
            found.append(_asked(side, asked, seconds / ROUNDS).per_second)
    return statistics.median(rates[0]), statistics.median(rates[1])


def request(body: bytes, header: str) -> str:
    """Give a request as a phone sends it, with a header that says who asks."""
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
        f"content-type: application/json\r\n{header}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return (head.encode() + body).decode("latin-1")


def _redeem(token: str, reward: int, key: str) -> str:
    variables = {"reward": global_id("Reward", reward), "key": f"{key} {time.time_ns()}"}
    body = orjson.dumps({"query": REDEEM, "variables": variables})
    return request(body, f"authorization: Bearer {token}")


def _asked(side: Program, requests: list[str], seconds: float) -> Result:
    order = Order(side.port, requests, seconds)
    done = subprocess.run(
        python("tests.bench.load"),
        cwd=ROOT,
        input=orjson.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Result(**orjson.loads(done.stdout))


def _answer(side: Program, asked: str) -> object:
    head, _, body = asked.partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    connection = http.client.HTTPConnection("127.0.0.1", side.port, timeout=10)
    connection.request("POST", "/graphql", body.encode("latin-1"), headers)
    answer = orjson.loads(connection.getresponse().read())
    connection.close()
    assert "errors" not in answer, answer
    return answer


def _token(side: Program, number: int) -> str:
    side.first_answer(b'{"query":"{ __typename }"}')
    variables = {"code": f"dev:volunteer:{number}"}
    body = orjson.dumps({"query": SIGN_IN, "variables": variables})
    token: str = orjson.loads(side.answer(body))["data"]["sessionStart"]["session"]["accessToken"]
    return token


def _floor(database_url: str, scene: Scene, *, seconds: float) -> float:
    order = {
        "url": database_url,
        "people": scene.people,
        "rewards": scene.rewards,
        "seconds": seconds,
    }
    done = subprocess.run(
        python("tests.bench.points_floor"),
        cwd=ROOT,
        input=orjson.dumps(order),
        stdout=subprocess.PIPE,
        check=True,
    )
    rate: float = orjson.loads(done.stdout)
    return rate


async def _after(database_url: str, scene: Scene) -> tuple[bool, float]:
    """Say whether the hot offer's stock is exact, and how long a page of a board takes."""
    cipher.use(cipher.read_keys(DATA_KEYS))
    await db.connect(database_url, pool_size=1)
    try:
        row = await db.fetch_one(
            """SELECT stocked - stock = (SELECT count(*) FROM voucher WHERE reward_id = $1)
                AS is_exact FROM reward WHERE id = $1""",
            scene.hot,
        )
        assert row
        took = []
        for _ in range(BOARDS):
            began = time.perf_counter()
            page = await points.ranking(scene.programme, viewer_id=None, first=20, after=None)
            took.append((time.perf_counter() - began) * 1000)
            assert len(page.items) == 20
        return row["is_exact"], statistics.median(took)
    except asyncpg.PostgresError as wrong:
        raise AssertionError from wrong
    finally:
        await db.close()


@contextmanager
def _serving(database_url: str, redis_url: str) -> Iterator[Program]:
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": DATA_KEYS,
        "RATE_LIMIT": "0",
        "DEV_SIGN_IN": "1",
    }
    with running(*python("api", "serve"), port=port, environment=settings) as program:
        yield program


@contextmanager
def _peer(database_url: str) -> Iterator[Program]:
    port = free_port()
    command = python("tests.bench.points_peer", str(port))
    with running(*command, port=port, environment={"DATABASE_URL": database_url}) as program:
        program.first_answer(b'{"query":"{ __typename }"}')
        yield program
