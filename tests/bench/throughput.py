"""Requests a second: ours, the peer and the floor, measured in turns, and what ours holds then."""

import asyncio
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

import asyncpg
import orjson

from api.identity import Tokens
from models import cipher
from tests.bench import people, stock, stock_person
from tests.bench.load import Order, Result
from tests.bench.programs import ROOT, Program, free_port, python, running
from tests.bench.question import STATIONS, TRIVIAL, Place, meaning, places, request

ROUNDS = 3
WARM_SECONDS = 0.5
SECRET = "a secret of this measurement, known to nobody else"  # noqa: S105 - made for one run


@dataclass(frozen=True, slots=True)
class Throughput:
    """Answers a second of every side (the median of all rounds), and our memory in megabytes."""

    ours: float
    stock: float
    floor: float
    trivial: float
    trivial_floor: float
    viewer: float
    stock_viewer: float
    ours_median_ms: float
    stock_median_ms: float
    answer_bytes: int
    resident_mb: float


@dataclass(frozen=True, slots=True)
class _Side:
    program: Program
    requests: list[str]

    def asked(self, seconds: float) -> Result:
        order = Order(self.program.port, self.requests, seconds)
        done = subprocess.run(
            python("tests.bench.load"),
            cwd=ROOT,
            input=orjson.dumps(asdict(order)),
            stdout=subprocess.PIPE,
            check=True,
        )
        return Result(**orjson.loads(done.stdout))


def measure(database_url: str, redis_url: str, *, seconds: float) -> Throughput:
    """Measure every side for so many seconds; raises AssertionError if their answers differ."""
    keys = cipher.new_keys()
    viewers = asyncio.run(people.settle(database_url, keys))
    asyncio.run(_make_stock_tables(database_url))
    asked = asyncio.run(places(database_url))
    with _serving(database_url, redis_url, keys) as ours, _serving_stock(database_url) as peer:
        size = _compare(ours, peer, asked)
        _compare_viewers(ours, peer, viewers)
        trivial_size = len(ours.answer(TRIVIAL))
        with _floor(size) as floor, _floor(trivial_size) as trivial_floor:
            nearby = [request(place.body()).decode("latin-1") for place in asked]
            trivial = [request(TRIVIAL).decode("latin-1")]
            themselves = [one.decode("latin-1") for one in people.requests(viewers, SECRET)]
            sides = {
                "ours": _Side(ours, nearby),
                "stock": _Side(peer, nearby),
                "floor": _Side(floor, nearby),
                "trivial": _Side(ours, trivial),
                "trivial_floor": _Side(trivial_floor, trivial),
                "viewer": _Side(ours, themselves),
                "stock_viewer": _Side(peer, themselves),
            }
            results = _in_turns(sides, seconds=seconds)
            resident = ours.resident_megabytes()
    rates = {n: statistics.median(r.per_second for r in of) for n, of in results.items()}
    return Throughput(
        **rates,
        ours_median_ms=_median_ms(results["ours"]),
        stock_median_ms=_median_ms(results["stock"]),
        answer_bytes=size,
        resident_mb=resident,
    )


def _in_turns(sides: dict[str, _Side], *, seconds: float) -> dict[str, list[Result]]:
    for side in sides.values():
        side.asked(WARM_SECONDS)
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            results[name].append(side.asked(seconds / ROUNDS))
    return results


def _median_ms(results: list[Result]) -> float:
    return statistics.median(result.median_seconds for result in results) * 1000


def _compare(ours: Program, peer: Program, asked: list[Place]) -> int:
    """Check that both sides say the same everywhere; gives the size of one answer of ours."""
    ours.first_answer(TRIVIAL)
    peer.first_answer(TRIVIAL)
    sizes = []
    for place in asked:
        answer = ours.answer(place.body())
        sizes.append(len(answer))
        edges = meaning(answer)
        assert len(edges) == STATIONS, (place, len(edges))
        assert edges == meaning(peer.answer(place.body())), place
    return statistics.median_low(sizes)


def _compare_viewers(ours: Program, peer: Program, viewers: list[int]) -> None:
    """Check that both sides say the same of everybody who asks for themself."""
    tokens = Tokens(SECRET)
    for key in viewers:
        token = {"authorization": f"Bearer {tokens.issue(key, people.session_of(key))[0]}"}
        said = people.meaning(ours.answer(people.VIEWER, **token))
        assert said == people.meaning(peer.answer(people.VIEWER, **token)), key


async def _make_stock_tables(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(stock.TABLES + stock_person.TABLES)
    finally:
        await connection.close()


@contextmanager
def _serving(database_url: str, redis_url: str, keys: str) -> Iterator[Program]:
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": keys,
        "RATE_LIMIT": "0",
    }
    with running(*python("api", "serve"), port=port, environment=settings) as program:
        yield program


@contextmanager
def _serving_stock(database_url: str) -> Iterator[Program]:
    port = free_port()
    command = python("tests.bench.stock", str(port))
    environment = {"DATABASE_URL": database_url, "JWT_SECRET": SECRET}
    with running(*command, port=port, environment=environment) as program:
        yield program


@contextmanager
def _floor(size: int) -> Iterator[Program]:
    port = free_port()
    command = python("tests.bench.floor", str(port), str(size))
    with ExitStack() as stack:
        program = stack.enter_context(running(*command, port=port, environment={}))
        program.first_answer(TRIVIAL)
        yield program
