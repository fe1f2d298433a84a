"""Pushing: how long from a commit to a phone, and what a message and a subscription cost.

A process of its own commits, as any process of the city would; phones are WebSocket clients, all
in one process. The peer gets the same commits by its own listener of Redis, and must say the same.
"""

import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import orjson

from api.identity import Tokens
from resolvers.node import global_id
from tests.bench import live_client, live_scene, live_writer, stock_live, unwatched
from tests.bench.live_client import Item
from tests.bench.live_scene import Scene
from tests.bench.live_writer import Commit
from tests.bench.people import session_of
from tests.bench.programs import ROOT, Program, free_port, python, running
from tests.program import DATA_KEYS

A_SECOND = 400.0
STAFF_A_SECOND = 10.0
"""Commits a second that all the staff hear of: with 100 of them 1,000 messages a second."""
SETTLE_SECONDS = 1.0
ROUNDS = 3
SECRET = "a secret of this measurement, known to nobody else"  # noqa: S105 - made for one run
ITEM = "kind MORE ticket { id number state version unit { name } } event { kind state version }"
OWN = f"subscription ($id: ID!) {{ ticketChanged(id: $id) {{ {ITEM} }} }}"
AREA = f"subscription ($code: String!) {{ areaTicketsChanged(areaCode: $code) {{ {ITEM} }} }}"


@dataclass(frozen=True, slots=True)
class Live:
    """Milliseconds from commit to phone, microseconds of CPU a message, kilobytes when idle."""

    median_ms: float
    p99_ms: float
    stock_median_ms: float
    own_cpu_us: float
    stock_own_cpu_us: float
    area_cpu_us: float
    stock_area_cpu_us: float
    idle_kb: float
    stock_idle_kb: float
    unwatched_us: float


class Side(NamedTuple):
    """A server, the words that only it knows, and the channel on which it hears of commits.

    `rounds`: how often phones of their own follow.
    """

    program: Program
    more: str
    channel: str | None
    rounds: int


class Run(NamedTuple):
    """What came of one measurement of a side."""

    commits: list[Commit]
    items: list[Item]
    cpu_seconds: float
    idle_kb: float


def measure(database_url: str, redis_url: str, scene: Scene, *, seconds: float) -> Live:
    """Measure both sides; raises AssertionError if anybody misses anything or it differs."""
    urls = database_url, redis_url
    with serving(*urls) as program:
        ours = _sides(Side(program, "position", None, ROUNDS), urls, scene, seconds)
    with serving_stock(*urls) as program:
        peer = _sides(Side(program, "", stock_live.CHANNEL, 1), urls, scene, seconds)
    for mine, theirs in zip(ours, peer, strict=True):
        _compare(mine, theirs)
    own, area = ours
    waits = [_waits(run.commits, run.items) for run in own]
    return Live(
        # Whatever else runs on the machine only makes it slower: the best round tells the most.
        median_ms=min(statistics.median(found) for found in waits),
        p99_ms=min(sorted(found)[len(found) * 99 // 100] for found in waits),
        stock_median_ms=min(statistics.median(_waits(run.commits, run.items)) for run in peer[0]),
        own_cpu_us=_cpu_us(own),
        stock_own_cpu_us=_cpu_us(peer[0]),
        area_cpu_us=_cpu_us(area),
        stock_area_cpu_us=_cpu_us(peer[1]),
        idle_kb=own[0].idle_kb,
        stock_idle_kb=peer[0][0].idle_kb,
        unwatched_us=unwatched.measure(),
    )


def _sides(side: Side, urls: tuple[str, str], scene: Scene, seconds: float) -> list[list[Run]]:
    """Let each follow their own ticket, then the staff the city: some rounds of both."""
    side.program.first_answer(b'{"query":"{ __typename }"}')
    own = [{"id": global_id("Ticket", key)} for key in scene.tickets]
    area = [{"code": live_scene.CITY} for _ in scene.staff]
    return [
        _rounds(side, urls, scene, (OWN, scene.residents, own), (A_SECOND, seconds)),
        _rounds(side, urls, scene, (AREA, scene.staff, area), (STAFF_A_SECOND, seconds)),
    ]


def _rounds(
    side: Side,
    urls: tuple[str, str],
    scene: Scene,
    asked: tuple[str, list[int], Sequence[Mapping[str, str]]],
    pace: tuple[float, float],
) -> list[Run]:
    query, people, variables = asked
    a_second, seconds = pace
    tokens = Tokens(SECRET)
    order = live_client.Order(
        side.program.port,
        query.replace("MORE", side.more),
        [tokens.issue(key, session_of(key))[0] for key in people],
        list(variables),
    )
    runs = []
    for _ in range(side.rounds if query is OWN else 1):
        # The first is not warm: it begins from nothing, so it tells what a subscription keeps.
        before = side.program.resident_megabytes()
        with _phones(order) as phones:
            time.sleep(SETTLE_SECONDS)
            kept = (side.program.resident_megabytes() - before) * 1024 / len(people)
            cpu = side.program.cpu_seconds()
            commits = _commit(
                live_writer.Order(
                    *urls, scene.tickets, scene.staff[0], a_second, seconds, side.channel
                )
            )
            copies = 1 if query is OWN else len(people)
            got, _ = phones.communicate(b"%d" % (copies * len(commits)))
            used = side.program.cpu_seconds() - cpu
            assert phones.returncode == 0, phones.returncode
        items = [Item(*found) for found in orjson.loads(got)]
        runs.append(Run(commits, items, used, kept))
        assert len(items) == copies * len(commits), (len(items), len(commits))
    return runs


@contextmanager
def _phones(order: live_client.Order) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the phones, and wait until each has its first item."""
    with subprocess.Popen(
        python("tests.bench.live_client"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(live_client.written(order))
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        yield process


def _commit(order: live_writer.Order) -> list[Commit]:
    done = subprocess.run(
        python("tests.bench.live_writer"),
        cwd=ROOT,
        input=orjson.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Commit(*found) for found in orjson.loads(done.stdout)]


def _waits(commits: Sequence[Commit], items: Sequence[Item]) -> list[float]:
    """Give the milliseconds from each commit to the item that tells of it, one for each."""
    came: dict[tuple[str, int], float] = {}
    for item in items:
        said = _said(item)
        came[said["ticket"]["id"], said["event"]["version"]] = item.at
    assert len(came) == len(commits), "each commit came once"
    return [
        (came[global_id("Ticket", done.ticket), done.version] - done.at) * 1_000
        for done in commits
    ]


def _said(item: Item) -> Any:  # noqa: ANN401 - JSON
    (update,) = item.data.values()
    return update


def _compare(ours: Sequence[Run], peer: Sequence[Run]) -> None:
    """Check that both sides say the same, but for what grows with each commit."""
    shapes = []
    for runs in (ours, peer):
        said = dict(_said(runs[0].items[0]))
        said.pop("position", None)
        ticket, event = said["ticket"], said["event"]
        assert ticket["version"] >= event["version"]
        shapes.append(said | {"ticket": ticket | {"version": 0}, "event": event | {"version": 0}})
    assert shapes[0] == shapes[1], shapes


def _cpu_us(runs: Sequence[Run]) -> float:
    return min(run.cpu_seconds / len(run.items) for run in runs) * 1_000_000


@contextmanager
def serving(database_url: str, redis_url: str) -> Iterator[Program]:
    """Run ours."""
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": DATA_KEYS,
        "RATE_LIMIT": "0",
    }
    with running(*python("api", "serve"), port=port, environment=settings) as program:
        yield program


@contextmanager
def serving_stock(database_url: str, redis_url: str) -> Iterator[Program]:
    """Run the peer."""
    port = free_port()
    command = python("tests.bench.stock_live", str(port))
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with running(*command, port=port, environment=environment) as program:
        yield program
