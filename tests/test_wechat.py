"""WeChat's client, against a small WeChat on loopback."""

import asyncio
import gzip
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator

import pytest
from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from structlog.testing import capture_logs

from api.wechat import client
from api.wechat.client import WeChat
from models import event
from models.errors import Code, Refusal
from resolvers.errors import EdgeCode, EdgeError
from tests import wechat
from tests.processes import ROOT
from tests.wechat import APP_ID, APP_SECRET, WeChatServer, error, plain, saying, wechat_server

SESSION, STABLE = "/sns/jscode2session", "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
NUMBER = "13800001234"


@pytest.fixture(scope="module")
def running() -> Iterator[WeChatServer]:
    with wechat_server() as started:
        yield started


@pytest.fixture
def server(running: WeChatServer) -> WeChatServer:
    running.forget()
    return running


@pytest.fixture
async def asking(server: WeChatServer) -> AsyncIterator[WeChat]:
    one = WeChat(APP_ID, APP_SECRET, server.url)
    yield one
    await one.close()


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[Redis]:
    one = event.connect_redis(redis_url)
    yield one
    await one.aclose()


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def assert_unavailable(asking: WeChat, code: str = "login-alice-1") -> None:
    with pytest.raises(EdgeError) as failed:
        await asking.openid(code)
    assert failed.value.code is EdgeCode.UNAVAILABLE
    assert failed.value.__context__ is None or failed.value.__suppress_context__


# Login codes


async def test_a_login_code_gives_the_openid_once(asking: WeChat, server: WeChatServer) -> None:
    assert await asking.openid("login-alice-1") == "openid-of-alice"
    assert await asking.openid("login-alice-2") == "openid-of-alice"
    with pytest.raises(Refusal) as refused:
        await asking.openid("login-alice-1")
    assert (refused.value.code, refused.value.path) == (Code.ALREADY_USED, ("code",))
    assert server.calls == [SESSION] * 3


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (40_029, Code.INVALID),
        (41_008, Code.INVALID),
        (40_163, Code.ALREADY_USED),
        (40_226, Code.NOT_ALLOWED),
    ],
)
async def test_an_error_about_the_code_is_a_refusal(
    asking: WeChat, server: WeChatServer, number: int, code: Code
) -> None:
    server.next_answers.append(saying(error(number)))
    with pytest.raises(Refusal) as refused:
        await asking.openid("login-alice-1")
    assert (refused.value.code, refused.value.path) == (code, ("code",))
    assert server.calls == [SESSION]


async def test_too_often_is_limited_for_a_minute(asking: WeChat, server: WeChatServer) -> None:
    server.next_answers.append(saying(error(45_011)))
    with pytest.raises(EdgeError) as limited:
        await asking.openid("login-alice-1")
    assert (limited.value.code, limited.value.retry_after) == (EdgeCode.LIMITED, 60.0)
    assert server.calls == [SESSION]


async def test_a_busy_wechat_is_asked_once_more(asking: WeChat, server: WeChatServer) -> None:
    server.next_answers.append(saying(error(-1, "system error")))
    assert await asking.openid("login-alice-1") == "openid-of-alice"
    server.next_answers.extend([saying(error(-1))] * 2)
    await assert_unavailable(asking)
    assert server.calls == [SESSION] * 4


async def _dripping(_request: Request) -> Response:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(drip(), media_type="text/plain")


async def _large(_request: Request) -> Response:
    async def flow() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"[" * 65_536
            await asyncio.sleep(0)

    return StreamingResponse(flow(), media_type="text/plain")


BOMB = gzip.compress(b'{"openid": "openid-of-mallory"}' + b" " * 50_000_000)
WRONG = {
    "500": saying(Response(status_code=500)),
    "502 with HTML": saying(PlainTextResponse("<html>", 502)),
    "404": saying(Response(status_code=404)),
    "a redirect": saying(RedirectResponse("http://127.0.0.1:1/")),
    "nothing": saying(PlainTextResponse(b"")),
    "HTML": saying(PlainTextResponse("<html>busy</html>")),
    "invalid UTF-8": saying(PlainTextResponse(b'{"openid": "\xff"}')),
    "deep JSON": saying(PlainTextResponse(b"[" * 60_000)),
    "a list": saying(plain([])),
    "null": saying(plain(None)),
    "no openid": saying(plain({"session_key": "x"})),
    "an openid that is none": saying(plain({"openid": 7})),
    "an openid with a slash": saying(plain({"openid": "../../../etc"})),
    "a long openid": saying(plain({"openid": "x" * 1_000})),
    "an errcode that is text": saying(plain({"errcode": "0", "openid": "openid-of-alice"})),
    "an errcode that is true": saying(plain({"errcode": True, "openid": "openid-of-alice"})),
    "an unknown errcode": saying(error(99_999)),
    "a wrong secret": saying(error(40_125)),
    "not our address": saying(error(40_164)),
    "a body of megabytes": _large,
    "a body in drops": _dripping,
    "a bomb": saying(Response(BOMB, headers={"content-encoding": "gzip"})),
    "silence": wechat.hanging,
}


@pytest.mark.parametrize("name", WRONG)
async def test_whatever_else_comes_is_unavailable_and_never_asked_twice(
    server: WeChatServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CALL_SECONDS", 0.3)
    asking = WeChat(APP_ID, APP_SECRET, server.url)
    server.next_answers.append(WRONG[name])
    await assert_unavailable(asking)
    # The code may be used up by now: a second try would say something else.
    assert server.calls == [SESSION]
    assert await asking.openid("login-alice-2") == "openid-of-alice"
    await asking.close()


async def test_where_nobody_listens_it_is_unavailable() -> None:
    asking = WeChat(APP_ID, APP_SECRET, "http://127.0.0.1:1")
    await assert_unavailable(asking)
    await asking.close()


async def test_a_code_with_any_character_stays_one_code(
    asking: WeChat, server: WeChatServer
) -> None:
    with pytest.raises(Refusal) as refused:
        await asking.openid("x&appid=other&js_code=login-mallory-1#?%00/")
    assert refused.value.code is Code.INVALID
    assert server.calls == [SESSION]


# Phone codes and the access token


async def test_a_phone_code_gives_the_number_once(asking: WeChat, server: WeChatServer) -> None:
    assert await asking.phone_number(f"phone-{NUMBER}-1") == NUMBER
    with pytest.raises(Refusal) as refused:
        await asking.phone_number(f"phone-{NUMBER}-1", path="phoneCode")
    assert (refused.value.code, refused.value.path) == (Code.ALREADY_USED, ("phoneCode",))
    assert server.calls == [STABLE, PHONE, PHONE]


@pytest.mark.parametrize(
    ("info", "number"),
    [
        (wechat.phone_info(NUMBER, country=86), NUMBER),
        (wechat.phone_info("91234567", country="852"), "+85291234567"),
    ],
)
async def test_numbers_are_those_of_their_country(
    asking: WeChat, server: WeChatServer, info: object, number: str
) -> None:
    server.next_answers += [
        saying(plain({"access_token": server.token, "expires_in": 7_200})),
        saying(plain({"errcode": 0, "phone_info": info})),
    ]
    assert await asking.phone_number("phone-1-1") == number


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        {},
        wechat.phone_info("1380000x234"),
        wechat.phone_info(NUMBER, app_id="wx-of-somebody-else"),
        {"purePhoneNumber": NUMBER, "countryCode": "86"},
    ],
)
async def test_a_number_that_is_none_is_unavailable(
    asking: WeChat, server: WeChatServer, info: object
) -> None:
    server.next_answers += [
        saying(plain({"access_token": server.token, "expires_in": 7_200})),
        saying(plain({"errcode": 0, "phone_info": info})),
    ]
    with pytest.raises(EdgeError) as failed:
        await asking.phone_number("phone-1-1")
    assert failed.value.code is EdgeCode.UNAVAILABLE


async def test_those_who_need_the_token_at_once_ask_for_it_once(
    asking: WeChat, server: WeChatServer
) -> None:
    numbers = [f"138000000{number:02}" for number in range(30)]
    found = await asyncio.gather(*(asking.phone_number(f"phone-{number}-1") for number in numbers))
    assert found == numbers
    assert server.calls.count(STABLE) == 1


@pytest.mark.parametrize("number", [40_001, 40_014, 42_001])
async def test_a_stale_token_is_renewed_once(
    asking: WeChat, server: WeChatServer, number: int
) -> None:
    await asking.phone_number(f"phone-{NUMBER}-1")
    server.invalidate_token()
    server.next_answers.append(saying(error(number)))
    assert await asking.phone_number(f"phone-{NUMBER}-2") == NUMBER
    assert server.calls == [STABLE, PHONE, PHONE, STABLE, PHONE]
    server.next_answers += [
        saying(error(number)),
        saying(plain({"access_token": "another", "expires_in": 7_200})),
        saying(error(number)),
    ]
    with pytest.raises(EdgeError) as failed:
        await asking.phone_number(f"phone-{NUMBER}-3")
    assert failed.value.code is EdgeCode.UNAVAILABLE


async def test_the_token_is_renewed_before_it_ends(server: WeChatServer) -> None:
    clock = Clock()
    asking = WeChat(APP_ID, APP_SECRET, server.url, clock=clock)
    await asking.phone_number(f"phone-{NUMBER}-1")
    clock.now += 7_200 - 241
    await asking.phone_number(f"phone-{NUMBER}-2")
    assert server.calls.count(STABLE) == 1
    clock.now += 2
    await asking.phone_number(f"phone-{NUMBER}-3")
    assert server.calls.count(STABLE) == 2
    await asking.close()


@pytest.mark.parametrize(
    "granted",
    [
        {},
        {"access_token": "", "expires_in": 7_200},
        {"access_token": 7, "expires_in": 7_200},
        {"access_token": "x"},
        {"access_token": "x", "expires_in": "7200"},
        {"access_token": "x", "expires_in": 0},
        {"errcode": 40_125, "errmsg": "invalid appsecret"},
        {"errcode": 40_164, "errmsg": "invalid ip"},
    ],
)
async def test_a_token_that_is_none_is_unavailable_for_all_who_wait(
    asking: WeChat, server: WeChatServer, granted: object
) -> None:
    server.next_answers.append(saying(plain(granted)))
    answers = await asyncio.gather(
        *(asking.phone_number(f"phone-{NUMBER}-{number}") for number in range(5)),
        return_exceptions=True,
    )
    assert [isinstance(one, EdgeError) and one.code for one in answers] == ["UNAVAILABLE"] * 5
    assert server.calls == [STABLE]
    assert await asking.phone_number(f"phone-{NUMBER}-0") == NUMBER


async def test_getting_the_token_is_tried_again_whatever_happened(
    asking: WeChat, server: WeChatServer
) -> None:
    server.next_answers.append(saying(Response(status_code=502)))
    assert await asking.phone_number(f"phone-{NUMBER}-1") == NUMBER
    assert server.calls == [STABLE, STABLE, PHONE]


# The token of all processes


async def test_another_process_finds_the_token_and_redis_can_not_read_it(
    server: WeChatServer, shared: Redis
) -> None:
    first, second = (WeChat(APP_ID, APP_SECRET, server.url) for _ in range(2))
    for one in (first, second):
        one.use(shared)
        await one.phone_number(f"phone-{NUMBER}-{id(one)}")
    assert server.calls == [STABLE, PHONE, PHONE]
    kept = {name: await shared.get(name) for name in await shared.keys()}
    assert list(kept) == [f"wechat:token:{APP_ID}".encode()]
    assert not any(server.token in str(value) for value in kept.values())
    assert 6_900_000 < await shared.pttl(f"wechat:token:{APP_ID}") <= 6_960_000
    for one in (first, second):
        await one.close()


async def test_a_token_that_two_find_stale_is_renewed_once(
    server: WeChatServer, shared: Redis
) -> None:
    both = [WeChat(APP_ID, APP_SECRET, server.url) for _ in range(2)]
    for one in both:
        one.use(shared)
        await one.phone_number(f"phone-{NUMBER}-{id(one)}")
    server.invalidate_token()
    server.calls.clear()
    for one in both:
        assert await one.phone_number(f"phone-{NUMBER}-{id(one)}x") == NUMBER
    assert server.calls == [PHONE, STABLE, PHONE, PHONE, PHONE]
    for one in both:
        await one.close()


async def test_a_stale_token_that_another_left_is_renewed_by_who_had_no_redis(
    server: WeChatServer, shared: Redis
) -> None:
    late, other = (WeChat(APP_ID, APP_SECRET, server.url) for _ in range(2))
    other.use(shared)
    for one in (late, other):
        await one.phone_number(f"phone-{NUMBER}-{id(one)}")
    server.invalidate_token()
    server.calls.clear()
    late.use(shared)
    assert await late.phone_number(f"phone-{NUMBER}-1") == NUMBER
    assert server.calls == [PHONE, STABLE, PHONE]
    # The other one finds what was left for it.
    assert await other.phone_number(f"phone-{NUMBER}-2") == NUMBER
    assert server.calls == [PHONE, STABLE, PHONE, PHONE, PHONE]
    for one in (late, other):
        await one.close()


async def test_what_a_former_key_sealed_is_asked_for_anew(
    server: WeChatServer, shared: Redis
) -> None:
    await shared.set(f"wechat:token:{APP_ID}", b"k0:not of our keys")
    asking = WeChat(APP_ID, APP_SECRET, server.url)
    asking.use(shared)
    assert await asking.phone_number(f"phone-{NUMBER}-1") == NUMBER
    await asking.close()


async def test_without_redis_each_gets_the_token_itself(server: WeChatServer) -> None:
    away = event.connect_redis("redis://127.0.0.1:1/0")
    both = [WeChat(APP_ID, APP_SECRET, server.url) for _ in range(2)]
    for one in both:
        one.use(away)
        assert await one.phone_number(f"phone-{NUMBER}-{id(one)}") == NUMBER
    assert server.calls.count(STABLE) == 2
    for one in both:
        await one.close()
    await away.aclose()


@pytest.mark.parametrize("is_shared", [True, False])
def test_processes_that_begin_at_once_share_one_token(
    server: WeChatServer, redis_url: str, is_shared: bool
) -> None:
    codes = [[f"phone-1380000{one}{number}00-1" for number in range(5)] for one in range(2)]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.wechat_caller"),
                *(redis_url if is_shared else "", server.url, *some),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for some in codes
    ]
    said = []
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        output, _ = process.communicate(timeout=20)
        said.append(output.split())
    assert said == [[code.split("-")[1] for code in some] for some in codes]
    assert server.calls.count(STABLE) == (1 if is_shared else 2)


async def failure(call: Coroutine[object, object, str]) -> str:
    """Give all that an error says; the call must fail."""
    with pytest.raises((EdgeError, Refusal)) as failed:
        await call
    return repr(failed.value) + str(failed.value.__cause__)


async def test_no_secret_stands_in_a_log_or_an_error(
    server: WeChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CALL_SECONDS", 0.2)
    asking = WeChat(APP_ID, APP_SECRET, server.url)
    asked = "mallory"
    secrets = (APP_SECRET, wechat.SESSION_KEY, server.token, asked)
    said: list[str] = []
    with capture_logs() as lines:
        for answer in [*WRONG.values(), saying(error(40_125, f"{server.token} {APP_SECRET}"))]:
            server.next_answers = deque([answer] * 2)
            said.append(await failure(asking.openid(f"login-{asked}-1")))
            server.next_answers = deque([answer] * 2)
            said.append(await failure(asking.phone_number(f"phone-{asked}-1")))
    said += map(str, lines)
    assert len(lines) > 40
    assert not [line for line in said if any(secret in line for secret in secrets)]
    await asking.close()
