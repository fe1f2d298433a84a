"""Sign-ins a second: with both tokens, and their bare SQL statement through asyncpg.

A sign-in by WeChat's openid is one statement. Ours goes through `SignIn`, the pool and the models,
and issues an access and a refresh token; the bare side sends the same statement over connections
that it keeps. Both run in turns in one process, which is this file as a program: it reads an Ask
as JSON from its standard input, and writes the Rates. What a phone waits for besides, HTTP and
GraphQL, is in the third figure: development sign-ins over HTTP.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from time import perf_counter

import asyncpg
import orjson
import uvloop

from api.identity import SignIn, Tokens
from api.rate import RateLimits
from models import cipher, db
from models.person import session
from tests.bench.load import CONNECTIONS, Order, Result
from tests.bench.programs import ROOT, free_port, python, running
from tests.bench.question import TRIVIAL, request

PEOPLE = 200
TURN_SECONDS = 0.25
SECRET = "a secret of this measurement, known to nobody else"  # noqa: S105 - made for one run
DEVICE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"
MUTATION = """mutation ($code: String!) {
  sessionStart(input: {code: $code}) {
    session { accessToken refreshToken expiresAt person { id name } }
    userErrors { code message path }
  }
}"""

Do = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SignIns:
    """Sign-ins a second with 8 at once: ours, their bare statement, ours over HTTP."""

    ours: float
    bare: float
    over_http: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Where to sign in, by which DATA_KEYS, and for how long altogether."""

    database_url: str
    data_keys: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Sign-ins a second, the median of all turns."""

    ours: float
    bare: float


class KnowsEverybody:
    """A WeChat that takes no time: the code is the openid."""

    async def openid(self, code: str) -> str:
        """Give the openid behind a login code."""
        return code


def measure(database_url: str, redis_url: str, *, seconds: float) -> SignIns:
    """Measure all; raises AssertionError at the first sign-in that is none."""
    keys = cipher.new_keys()
    ask = orjson.dumps(asdict(Ask(database_url, keys, 2 * seconds)))
    rates = Rates(**orjson.loads(_run("tests.bench.sign_in", ask)))
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": keys,
        "DEV_SIGN_IN": "1",
        "RATE_LIMIT": "0",
    }
    with running(*python("api", "serve"), port=port, environment=settings) as program:
        program.first_answer(TRIVIAL)
        for number in range(1, PEOPLE + 1):
            answer = orjson.loads(program.answer(_body(number)))
            assert answer["data"]["sessionStart"]["session"]["refreshToken"], answer
        bodies = [request(_body(number)).decode("latin-1") for number in range(1, PEOPLE + 1)]
        order = orjson.dumps(asdict(Order(port, bodies, seconds)))
        asked = Result(**orjson.loads(_run("tests.bench.load", order)))
    return SignIns(rates.ours, rates.bare, asked.per_second)


def _body(number: int) -> bytes:
    return orjson.dumps({"query": MUTATION, "variables": {"code": f"dev:resident:{number}"}})


def _run(module: str, given: bytes) -> bytes:
    done = subprocess.run(
        python(module), cwd=ROOT, input=given, stdout=subprocess.PIPE, check=True
    )
    return done.stdout


async def in_turns(ask: Ask) -> Rates:
    """Sign in both ways in short turns; gives the rates."""
    cipher.use(cipher.read_keys(ask.data_keys))
    openids = [f"openid-of-number-{number}" for number in range(PEOPLE)]
    async with AsyncExitStack() as stack:
        await db.connect(ask.database_url)
        stack.push_async_callback(db.close)
        sides = {"ours": _ours(openids), "bare": await _bare(openids, ask.database_url, stack)}
        for number in range(PEOPLE):
            for do in sides.values():
                await do(number, 0)
        found: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(max(2, round(ask.seconds / 2 / TURN_SECONDS))):
            for name, do in sides.items():
                found[name].append(await _per_second(do))
    return Rates(**{name: statistics.median(rates) for name, rates in found.items()})


def _ours(openids: list[str]) -> Do:
    sign_in = SignIn(Tokens(SECRET), RateLimits(is_on=False), False, KnowsEverybody())

    async def do(number: int, _place: int) -> None:
        openid = openids[number % PEOPLE]
        started = await sign_in.start(openid, address="127.0.0.1", device=DEVICE)
        assert started.access_token
        assert started.refresh_token

    return do


async def _bare(openids: list[str], database_url: str, stack: AsyncExitStack) -> Do:
    indexes = [cipher.blind_index(openid, column="person.openid") for openid in openids]
    connections = [await asyncpg.connect(database_url) for _ in range(CONNECTIONS)]
    for connection in connections:
        stack.push_async_callback(connection.close)

    async def do(number: int, place: int) -> None:
        row = await connections[place].fetchrow(
            session._START_BY_OPENID,
            indexes[number % PEOPLE],
            os.urandom(32),
            DEVICE,
            datetime.now(UTC),
        )
        assert row

    return do


async def _per_second(do: Do) -> float:
    """Carry out as many as possible in a turn, 8 at once."""
    began = perf_counter()
    done = 0

    async def one_after_another(place: int) -> None:
        nonlocal done
        while perf_counter() - began < TURN_SECONDS:
            done += 1
            await do(done, place)

    await asyncio.gather(*(one_after_another(place) for place in range(CONNECTIONS)))
    return done / (perf_counter() - began)


def main() -> None:
    """Carry out what the standard input asks."""
    rates = uvloop.run(in_turns(Ask(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(rates)))


if __name__ == "__main__":
    main()
