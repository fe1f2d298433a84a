"""A ticket with a timeline of ten events and who did each: ours against the peer, in turns."""

import statistics
import subprocess
from dataclasses import asdict, dataclass

import orjson

from api.identity import Tokens
from resolvers.node import global_id
from tests.bench.live import SECRET, serving, serving_stock
from tests.bench.live_scene import EVENTS, Scene
from tests.bench.load import Order, Result
from tests.bench.people import session_of
from tests.bench.programs import ROOT, Program, python
from tests.bench.question import request

ROUNDS = 3
WARM_SECONDS = 0.5
TICKETS = 64
DETAIL = """query ($id: ID!) { ticket(id: $id) {
  id number state version text dueAt submittedAt unit { name }
  events(first: 10) { nodes { kind state version at text actor { id name } } }
} }"""


@dataclass(frozen=True, slots=True)
class Detail:
    """Answers a second of both sides, and how long one of ours takes in the middle."""

    ours: float
    stock: float
    ours_median_ms: float


def measure(database_url: str, redis_url: str, scene: Scene, *, seconds: float) -> Detail:
    """Measure both sides; raises AssertionError if their answers differ."""
    tokens = Tokens(SECRET)
    asked = list(zip(scene.tickets[:TICKETS], scene.staff, strict=False))
    bodies = [
        orjson.dumps({"query": DETAIL, "variables": {"id": global_id("Ticket", key)}})
        for key, _ in asked
    ]
    shown = [f"Bearer {tokens.issue(who, session_of(who))[0]}" for _, who in asked]
    with (
        serving(database_url, redis_url) as ours,
        serving_stock(database_url, redis_url) as stock,
    ):
        for side in (ours, stock):
            side.first_answer(b'{"query":"{ __typename }"}')
        for body, token in zip(bodies, shown, strict=True):
            _compare(ours.answer(body, authorization=token), stock.answer(body))
        requests = [
            request(body, f"authorization: {token}\r\n").decode("latin-1")
            for body, token in zip(bodies, shown, strict=True)
        ]
        results: tuple[list[Result], list[Result]] = ([], [])
        for side in (ours, stock):
            _asked(side, requests, WARM_SECONDS)
        for _ in range(ROUNDS):
            for found, side in zip(results, (ours, stock), strict=True):
                found.append(_asked(side, requests, seconds / ROUNDS))
    rates = [statistics.median(one.per_second for one in found) for found in results]
    median = statistics.median(one.median_seconds for one in results[0])
    return Detail(rates[0], rates[1], median * 1_000)


def _compare(ours: bytes, stock: bytes) -> None:
    answer = orjson.loads(ours)
    assert answer == orjson.loads(stock), (ours, stock)
    events = answer["data"]["ticket"]["events"]["nodes"]
    assert len(events) == EVENTS
    assert all(event["actor"]["name"] and event["text"] for event in events)


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
