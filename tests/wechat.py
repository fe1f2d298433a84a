"""A small WeChat on loopback that speaks the real one's wire format.

JSON as text/plain, errors as `errcode` under HTTP 200, codes that can be used once, one access
token at a time. `next_answers` go out before anything else; `calls` are the paths asked for and
`sent` the messages that it took and `checked` the texts that it was asked about.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

APP_ID = "wx0123456789abcdef"
APP_SECRET = "the-secret-of-the-mini-program"  # noqa: S105 - of this WeChat alone
SESSION_KEY = "the-session-key-of-somebody"
TOKEN_SECONDS = 7_200
READY_SECONDS = 10.0
SEND = "/cgi-bin/message/subscribe/send"
CHECK = "/wxa/msg_sec_check"
RISKY, DOUBTFUL = "枪支弹药", "高额回报"
"""What its check of texts finds risky, and what it would have a person look at."""

Answer = Callable[[Request], Awaitable[Response]]


class WeChatServer:
    """What WeChat knows, and how it will answer."""

    def __init__(self) -> None:
        self.url = ""
        self.forget()

    def forget(self) -> None:
        """Be as new."""
        self.calls: list[str] = []
        self.next_answers: deque[Answer] = deque()
        self.token_number = 1
        self.sent: list[dict[str, Any]] = []
        self.checked: list[dict[str, Any]] = []
        self._used: set[str] = set()

    @property
    def token(self) -> str:
        """The access token that holds at present."""
        return f"token-number-{self.token_number}-" + "x" * 100

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a program that talks to it."""
        return {
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": APP_SECRET,
            "WECHAT_URL": self.url,
        }

    def granting(self) -> Answer:
        """Give the answer with the token, for `next_answers`."""
        return saying(plain({"access_token": self.token, "expires_in": TOKEN_SECONDS}))

    def invalidate_token(self) -> None:
        """Let the token be another one from now on."""
        self.token_number += 1

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/sns/jscode2session", self._answering(self._session), methods=["GET"]),
                Route("/cgi-bin/stable_token", self._answering(self._stable), methods=["POST"]),
                Route(
                    "/wxa/business/getuserphonenumber",
                    self._answering(self._phone),
                    methods=["POST"],
                ),
                Route(SEND, self._answering(self._send), methods=["POST"]),
                Route(CHECK, self._answering(self._check), methods=["POST"]),
            ]
        )

    def _answering(self, usual: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            self.calls.append(request.url.path)
            return await (self.next_answers.popleft() if self.next_answers else usual)(request)

        return answer

    async def _session(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("appid") != APP_ID or asked.get("grant_type") != "authorization_code":
            return error(40_013, "invalid appid")
        if asked.get("secret") != APP_SECRET:
            return error(40_125, "invalid appsecret")
        code = asked.get("js_code", "")
        if refused := self._refused(code, "login-"):
            return refused
        openid = f"openid-of-{code.split('-')[1]}"
        return plain({"session_key": SESSION_KEY, "openid": openid})

    async def _stable(self, request: Request) -> Response:
        asked = orjson.loads(await request.body())
        expected = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET}
        if {name: asked.get(name) for name in expected} != expected or asked["force_refresh"]:
            return error(40_125, f"invalid appsecret {asked}")
        return plain({"access_token": self.token, "expires_in": TOKEN_SECONDS})

    async def _phone(self, request: Request) -> Response:
        if request.query_params.get("access_token") != self.token:
            return error(40_001, f"invalid credential {request.url}")
        code = orjson.loads(await request.body())["code"]
        if refused := self._refused(code, "phone-"):
            return refused
        return plain({"errcode": 0, "errmsg": "ok", "phone_info": phone_info(code.split("-")[1])})

    async def _send(self, request: Request) -> Response:
        if request.query_params.get("access_token") != self.token:
            return error(40_001, f"invalid credential {request.url}")
        self.sent.append(orjson.loads(await request.body()))
        return plain({"errcode": 0, "errmsg": "ok", "msgid": len(self.sent)})

    async def _check(self, request: Request) -> Response:
        if request.query_params.get("access_token") != self.token:
            return error(40_001, f"invalid credential {request.url}")
        asked = orjson.loads(await request.body())
        if asked["version"] != 2 or not asked["openid"].startswith("openid-of-"):
            return error(40_003, "invalid openid")
        if asked["scene"] not in {1, 2, 3, 4}:
            return error(40_129, "invalid scene")
        self.checked.append(asked)
        return plain(checked(_suggestion(asked["content"])))

    def _refused(self, code: str, prefix: str) -> Response | None:
        """Refuse a code that is none, or was used: `login-alice-1` is alice's first."""
        if not code:
            return error(41_008, "missing code")
        if not code.startswith(prefix):
            return error(40_029, f"invalid code {code}")
        if code in self._used:
            return error(40_163, "code been used")
        self._used.add(code)
        return None


def phone_info(number: str, *, country: object = "86", app_id: str = APP_ID) -> dict[str, Any]:
    """Give what WeChat says of a phone."""
    whole = number if str(country) == "86" else f"+{country}{number}"
    watermark = {"timestamp": 1_637_744_274, "appid": app_id}
    return {
        "phoneNumber": whole,
        "purePhoneNumber": number,
        "countryCode": country,
        "watermark": watermark,
    }


def checked(suggestion: str) -> dict[str, Any]:
    """Give what WeChat says of a text that it has checked."""
    label = 100 if suggestion == "pass" else 20_006
    found = {"suggest": suggestion, "label": label}
    detail = [{"strategy": "content_model", "errcode": 0, "prob": 90, **found}]
    trace = "64107881-65f15508-586e63ec"
    return {
        "errcode": 0,
        "errmsg": "ok",
        "detail": detail,
        "trace_id": trace,
        "result": found,
    }


def _suggestion(content: str) -> str:
    if RISKY in content:
        return "risky"
    return "review" if DOUBTFUL in content else "pass"


def plain(value: object) -> Response:
    """Answer as WeChat does: JSON that calls itself text."""
    return PlainTextResponse(orjson.dumps(value))


def error(number: int, text: str = "no") -> Response:
    """Answer with an error under HTTP 200; its text may repeat what was asked, secrets and all."""
    return plain({"errcode": number, "errmsg": f"{text}, rid: 6166f719-6cb5d09c-633ab469"})


def saying(answer: Response) -> Answer:
    """Answer anything with this."""

    async def say(_request: Request) -> Response:
        return answer

    return say


async def hanging(request: Request) -> Response:
    """Never answer, until the client leaves."""
    assert await request.body() is not None
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@contextmanager
def wechat_server() -> Iterator[WeChatServer]:
    """Serve on a free port of loopback, in a thread."""
    server = WeChatServer()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            server.app(), ws="none", lifespan="off", log_config=None, access_log=False
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + READY_SECONDS
        while not running.started:
            assert time.monotonic() < deadline, "The small WeChat did not start."
            time.sleep(0.005)
        server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield server
        finally:
            running.should_exit = True
            thread.join(READY_SECONDS)
