"""How often somebody may ask: buckets by themselves, and those of several processes together."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api import rate
from api.rate import ADDRESS, SIGN_IN, SIGNED_IN, UPLOAD, Bucket, Rate, RateLimits, house
from models import event
from resolvers.errors import EdgeCode, EdgeError

NOWHERE = "unix:///nowhere/valkey.sock"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = event.connect_redis(redis_url)
    yield client
    await client.aclose()


def count(ask: Callable[[], object], *, most: int = 10_000) -> int:
    """Ask until refused; gives how often it went well."""
    for number in range(most):
        try:
            ask()
        except EdgeError:
            return number
    return most


def test_the_rates_are_those_that_were_promised() -> None:
    assert (SIGNED_IN.per_second, SIGNED_IN.burst) == (20, 200)
    assert (ADDRESS.per_second, ADDRESS.burst) == (100, 600)
    assert (SIGN_IN.per_second * 60, SIGN_IN.burst) == (30, 30)
    assert (UPLOAD.per_second * 60, UPLOAD.burst) == (6, 20)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate("x", 2, 3), left=3, at=0)
    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(0.25) == 0.25
    assert bucket.take(0.5) == 0
    assert bucket.take(0.5) == 0.5
    assert [bucket.take(100) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.spent == 7


def test_each_rate_has_its_burst_for_each_who_asks() -> None:
    limits = RateLimits(clock=Clock())
    assert count(lambda: limits.person(1)) == 200
    assert count(lambda: limits.person(2)) == 200
    assert count(lambda: limits.address("10.0.0.1")) == 600
    assert count(lambda: limits.sign_in("10.0.0.1")) == 30


def test_uploads_are_counted_by_signature_and_by_address() -> None:
    limits = RateLimits(clock=Clock())
    assert count(lambda: limits.upload("a" * 64, "10.0.0.1")) == 20
    assert count(lambda: limits.upload("b" * 64, "10.0.0.2")) == 20
    with pytest.raises(EdgeError):
        limits.upload("a" * 64, "10.0.0.2")
    others = iter(range(1_000))
    assert count(lambda: limits.upload(f"{next(others):064}"[::-1], "10.0.0.3")) == 600


def test_a_refusal_says_when_to_come_back_and_then_it_is_so() -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    assert count(lambda: limits.sign_in("10.0.0.1")) == 30
    with pytest.raises(EdgeError) as refused:
        limits.sign_in("10.0.0.1")
    assert refused.value.code is EdgeCode.LIMITED
    assert refused.value.retry_after == 2
    clock.now += 2
    assert count(lambda: limits.sign_in("10.0.0.1")) == 1


def test_limits_that_are_off_refuse_nobody() -> None:
    limits = RateLimits(is_on=False)
    assert count(lambda: limits.sign_in("10.0.0.1"), most=1_000) == 1_000
    assert len(limits) == 0


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_whoever_shares_a_house_shares_its_bucket(address: str, named: str) -> None:
    assert house(address) == named


def test_the_number_of_buckets_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "BUCKETS_MOST", 10)
    limits = RateLimits(clock=Clock())
    for number in range(100):
        limits.person(number)
    assert len(limits) == 10
    assert count(lambda: limits.person(99)) == 199


async def test_what_one_process_spent_the_others_learn(redis: Redis) -> None:
    clock = Clock()
    one, other = RateLimits(clock=clock), RateLimits(clock=clock)
    for _ in range(25):
        one.sign_in("10.0.0.1")
    other.sign_in("10.0.0.1")
    await one.settle(redis)
    await other.settle(redis)
    assert count(lambda: other.sign_in("10.0.0.1")) == 4
    await other.settle(redis)
    one.sign_in("10.0.0.1")
    await one.settle(redis)
    assert count(lambda: one.sign_in("10.0.0.1")) == 0


async def test_what_is_spent_while_redis_answers_is_not_forgotten(redis: Redis) -> None:
    limits = RateLimits(clock=Clock())
    for _ in range(10):
        limits.sign_in("10.0.0.1")
    settling = asyncio.create_task(limits.settle(redis))
    await asyncio.sleep(0)
    for _ in range(10):
        limits.sign_in("10.0.0.1")
    await settling
    assert count(lambda: limits.sign_in("10.0.0.1")) == 10


async def test_settling_costs_nothing_when_nobody_asked(redis: Redis) -> None:
    limits = RateLimits(clock=Clock())
    limits.person(1)
    await limits.settle(redis)
    before = (await redis.info("stats"))["total_commands_processed"]
    await limits.settle(redis)
    assert (await redis.info("stats"))["total_commands_processed"] == before + 1


async def test_what_redis_keeps_ends_by_itself(redis: Redis) -> None:
    limits = RateLimits(clock=Clock())
    limits.person(1)
    await limits.settle(redis)
    assert 0 < await redis.ttl("rate:person:1") <= 21


async def test_without_redis_the_local_buckets_go_on_and_are_settled_later(redis: Redis) -> None:
    clock = Clock()
    limits = RateLimits(clock=clock)
    away = event.connect_redis(NOWHERE)
    for _ in range(20):
        limits.sign_in("10.0.0.1")
    with pytest.raises((RedisError, OSError)):
        await limits.settle(away)
    await away.aclose()
    await limits.settle(redis)
    other = RateLimits(clock=clock)
    other.sign_in("10.0.0.1")
    await other.settle(redis)
    assert count(lambda: other.sign_in("10.0.0.1")) == 9
    assert count(lambda: limits.sign_in("10.0.0.1")) == 10


async def test_settling_for_ever_outlives_the_loss_of_redis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate, "SETTLE_SECONDS", 0.001)
    limits = RateLimits(clock=Clock())
    away = event.connect_redis(NOWHERE)
    settling = asyncio.create_task(limits.settle_for_ever(away))
    for _ in range(20):
        limits.person(1)
        await asyncio.sleep(0.002)
    assert not settling.done()
    settling.cancel()
    await asyncio.gather(settling, return_exceptions=True)
    await away.aclose()
