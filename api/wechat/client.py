"""The client: one method a call of WeChat, over one way to call.

A further call is a method that names its path and body, and reads the answer's fields; whatever
can go wrong with any call is settled in `_asked`. An answer is JSON although it says text/plain,
and HTTP 200 although it says no.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx
import orjson
import structlog
from redis.asyncio import Redis

from api.wechat.failure import STALE, Declined, Failed
from api.wechat.token import Granted, SharedToken
from models.content import Verdict
from models.errors import Code, Refusal
from resolvers.errors import EdgeCode, EdgeError

CONNECT_SECONDS = 1.0
CALL_SECONDS = 3.0
ATTEMPTS = 2
AGAIN_SECONDS = 0.1
ANSWER_BYTES_MOST = 65_536
CONNECTIONS_MOST = 50
LIMITED_SECONDS = 60.0
"""WeChat counts by the minute."""

BUSY = -1
TOO_OFTEN = 45_011
REFUSALS = {
    40_029: (Code.INVALID, "登录凭证无效"),
    41_008: (Code.INVALID, "登录凭证无效"),
    40_163: (Code.ALREADY_USED, "登录凭证已被使用"),
    40_226: (Code.NOT_ALLOWED, "该微信账号存在风险，暂不能登录"),
}
UNAVAILABLE_TEXT = "微信服务暂时不可用，请稍后再试"
LIMITED_TEXT = "请求过于频繁，请稍后再试"

_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_PHONE = re.compile(r"\+?[0-9]{5,20}")
CHINA = "86"
FORUM = 3
"""Where a text is to stand, as WeChat counts it: where everybody reads."""
SUGGESTED = {"pass": Verdict.PASS, "review": Verdict.REVIEW, "risky": Verdict.RISKY}

log = structlog.get_logger()

Answer = Mapping[str, Any]


class Call(NamedTuple):
    """What is asked of WeChat. One that uses nothing up may be asked again whatever happened."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object] | None = None
    uses_nothing_up: bool = False


class WeChat:
    """The server side of one mini-program. `use` a Redis to share its access token; `close` it."""

    def __init__(
        self, app_id: str, secret: str, url: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._token = SharedToken(app_id, self._granted, clock=clock)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"accept-encoding": "identity"},
            timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS_MOST),
            trust_env=False,
        )

    def use(self, redis: Redis | None) -> None:
        """Share the access token with the other processes of this Redis."""
        self._token.use(redis)

    async def close(self) -> None:
        """Close the connections."""
        await self._token.close()
        await self._client.aclose()

    async def openid(self, code: str) -> str:
        """Give the openid behind a login code (code2session).

        Raises Refusal on `code`: INVALID, ALREADY_USED, NOT_ALLOWED; EdgeError LIMITED,
        UNAVAILABLE.
        """
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        call = Call("GET", "/sns/jscode2session", query)
        return _text(await self._told(call, path="code"), "openid", _OPENID)

    async def phone_number(self, code: str, *, path: str = "code") -> str:
        """Give the phone number behind a phone code (getPhoneNumber).

        A Chinese one is 11 digits, one from elsewhere has its country's code in front. Raises as
        `openid` does; `path` names the input field.
        """
        call = Call("POST", "/wxa/business/getuserphonenumber", {}, {"code": code})
        answer = await self._told(call, path=path, with_token=True)
        phone = answer.get("phone_info")
        if not isinstance(phone, dict) or not self._is_ours(phone.get("watermark")):
            raise _unavailable(call.path, "an answer without what was asked")
        is_chinese = str(phone.get("countryCode")) == CHINA
        return _text(phone, "purePhoneNumber" if is_chinese else "phoneNumber", _PHONE)

    async def send_message(
        self, openid: str, *, template_id: str, page: str, values: Mapping[str, str]
    ) -> None:
        """Send a subscribe message (subscribeMessage.send) to who consented to one.

        Raises Declined with WeChat's errcode, Failed, and EdgeError without an access token.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {name: {"value": value} for name, value in values.items()},
        }
        await self._asked_with_token(Call("POST", "/cgi-bin/message/subscribe/send", {}, body))

    async def check_text(self, text: str, *, openid: str) -> Verdict:
        """Give WeChat's verdict over a text (msgSecCheck, version 2); of 2,500 characters at most.

        `openid` is that of who wrote it, whom WeChat must have seen within two hours. Raises
        Declined with WeChat's errcode, Failed, and EdgeError without an access token.
        """
        body = {"version": 2, "scene": FORUM, "openid": openid, "content": text}
        call = Call("POST", "/wxa/msg_sec_check", {}, body, uses_nothing_up=True)
        answer = await self._asked_with_token(call)
        result = answer.get("result")
        suggested = result.get("suggest") if isinstance(result, dict) else None
        if not isinstance(suggested, str) or suggested not in SUGGESTED:
            raise Failed("an answer without what was asked")
        return SUGGESTED[suggested]

    def _is_ours(self, watermark: object) -> bool:
        return isinstance(watermark, dict) and watermark.get("appid") == self._app_id

    async def _granted(self) -> Granted:
        """Get an access token (getStableAccessToken); a second process gets the same one."""
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": False,
        }
        call = Call("POST", "/cgi-bin/stable_token", {}, body, uses_nothing_up=True)
        answer = await self._told(call)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or type(seconds) is not int or seconds <= 0:
            raise _unavailable(call.path, "an answer without what was asked")
        return Granted(token, seconds)

    async def _told(
        self, call: Call, *, path: str | None = None, with_token: bool = False
    ) -> Answer:
        """Ask, and turn WeChat's errors into ours; `path` names the field of the code, if any."""
        try:
            return await (self._asked_with_token(call) if with_token else self._asked(call))
        except Failed as failed:
            raise _unavailable(call.path, str(failed)) from None
        except Declined as declined:
            if declined.errcode == TOO_OFTEN:
                raise EdgeError(
                    EdgeCode.LIMITED, LIMITED_TEXT, retry_after=LIMITED_SECONDS
                ) from None
            if path is not None and declined.errcode in REFUSALS:
                code, message = REFUSALS[declined.errcode]
                raise Refusal(code, message, path) from None
            raise _unavailable(call.path, str(declined)) from None

    async def _asked_with_token(self, call: Call) -> Answer:
        """Ask with the access token; one that WeChat no longer takes is renewed once."""
        token = await self._token.get()
        try:
            return await self._asked(_with_token(call, token))
        except Declined as declined:
            if declined.errcode not in STALE:
                raise
        return await self._asked(_with_token(call, await self._token.renew(token)))

    async def _asked(self, call: Call) -> Answer:
        """Ask, and once more where that is safe; raises Declined, Failed."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._sent(call)
            except Failed as failed:
                may_repeat = failed.is_unheard or call.uses_nothing_up
                if attempt == ATTEMPTS or not may_repeat:
                    raise
            await asyncio.sleep(AGAIN_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    async def _sent(self, call: Call) -> Answer:
        content = None if call.body is None else orjson.dumps(call.body)
        headers = {"content-type": "application/json"} if content else {}
        request = self._client.build_request(
            call.method, call.path, params=call.query, content=content, headers=headers
        )
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return _read(await self._body(request))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as lost:
            # An exception of httpx holds its request, and that the secret: only its name is kept.
            raise Failed(type(lost).__name__, is_unheard=True) from None
        except (httpx.HTTPError, TimeoutError) as lost:
            raise Failed(type(lost).__name__) from None

    async def _body(self, request: httpx.Request) -> bytes:
        answer = await self._client.send(request, stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                raise Failed(f"status {answer.status_code}")
            content = b""
            async for part in answer.aiter_raw():
                content += part
                if len(content) > ANSWER_BYTES_MOST:
                    raise Failed("an answer that is too large")
            return content
        finally:
            await answer.aclose()


def _with_token(call: Call, token: str) -> Call:
    return call._replace(query={**call.query, "access_token": token})


def _read(content: bytes) -> Answer:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Failed("an answer that is no JSON") from None
    if not isinstance(answer, dict):
        raise Failed("an answer that is no object")
    errcode = answer.get("errcode", 0)
    if type(errcode) is not int:
        raise Failed("an errcode that is no number")
    if errcode == BUSY:
        raise Failed("WeChat is busy", is_unheard=True)
    if errcode:
        raise Declined(errcode)
    return answer


def _text(answer: Answer, name: str, form: re.Pattern[str]) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _unavailable(name, "an answer without what was asked")
    return value


def _unavailable(place: str, reason: str) -> EdgeError:
    log.warning("wechat_failed", place=place, reason=reason)
    return EdgeError(EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT)
