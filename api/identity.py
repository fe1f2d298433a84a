"""Who asks: access tokens, and signing in.

A token is a JWT (HS256) with exp, aud, iss, sub, sid and typ, all required, and the id of its key.
Whatever else comes in the Authorization header is refused, not ignored. That its session still
holds is found out where an answer depends on it (resolvers/context.py).
"""

import hashlib
import hmac
import re
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import jwt
import orjson

from api.city import DEVELOPMENT_MICRO_GRID, OTHER_MICRO_GRID
from api.rate import RateLimits
from models import person
from models.errors import Code, Refusal
from models.person import RefreshToken, SignedIn
from resolvers.context import Session
from resolvers.errors import EdgeCode, EdgeError

ALGORITHM = "HS256"
ISSUER = "wangge"
AUDIENCE = "wangge"
TOKEN_TYPE = "access"  # noqa: S105 - a kind of token, not one
TOKEN_SECONDS = 1_800
TOKEN_LENGTH_MOST = 2_048
KEPT_TOKENS_MOST = 20_000
CODE_LENGTH_MOST = 128
CLAIMS = ("exp", "aud", "iss", "sub", "sid", "typ")


class Bearer(NamedTuple):
    """Who a token stands for, by which session, and until when (epoch seconds)."""

    person_id: int
    session_id: int
    expires_at: float


class Tokens:
    """Makes and verifies the tokens of one secret; a verified one is kept by its hash."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._key_id = hashlib.sha256(secret.encode()).hexdigest()[:8]
        self._head = _part({"alg": ALGORITHM, "kid": self._key_id, "typ": "JWT"})
        self._kept: OrderedDict[bytes, Bearer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def issue(
        self, person_id: int, session_id: int, *, until: datetime | None = None
    ) -> tuple[str, datetime]:
        """Make a token for a person's session, which ends at `until`; gives it with its end."""
        ends = int(time.time()) + TOKEN_SECONDS
        if until is not None:
            ends = min(ends, int(until.timestamp()))
        claims = {
            "sub": str(person_id),
            "sid": str(session_id),
            "iss": ISSUER,
            "aud": AUDIENCE,
            "typ": TOKEN_TYPE,
            "exp": ends,
        }
        return self._sign(claims), datetime.fromtimestamp(ends, UTC)

    def verify(self, authorization: bytes) -> Bearer:
        """Read an Authorization header; raises EdgeError UNAUTHENTICATED."""
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or len(token) > TOKEN_LENGTH_MOST:
            raise _unauthenticated()
        name = hashlib.blake2b(token, digest_size=16).digest()
        bearer = self._kept.get(name) or self._keep(name, self._decode(token))
        if bearer.expires_at <= time.time():
            self._kept.pop(name, None)
            raise _unauthenticated()
        return bearer

    def _sign(self, claims: Mapping[str, object]) -> str:
        """Write a JWT; PyJWT looks its key over each time, which takes ten times as long."""
        stated = self._head + b"." + _part(claims)
        signature = hmac.digest(self._secret.encode(), stated, "sha256")
        return (stated + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()

    def _keep(self, name: bytes, bearer: Bearer) -> Bearer:
        self._kept[name] = bearer
        if len(self._kept) > KEPT_TOKENS_MOST:
            self._kept.popitem(last=False)
        return bearer

    def _decode(self, token: bytes) -> Bearer:
        try:
            if jwt.get_unverified_header(token).get("kid") != self._key_id:
                raise _unauthenticated()
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": list(CLAIMS)},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            raise _unauthenticated() from None
        if type(claims["exp"]) is not int or claims["typ"] != TOKEN_TYPE:
            raise _unauthenticated()
        return Bearer(_key(claims["sub"]), _key(claims["sid"]), claims["exp"])


class WeChat(Protocol):
    """How sign-in reaches WeChat (api/wechat)."""

    async def openid(self, code: str) -> str:
        """Give the openid behind a login code; raises Refusal, EdgeError."""


_DEVELOPMENT_CODE = re.compile(r"dev:([a-z0-9]+)(?::([1-9][0-9]{0,2})(?:@([0-9]{6,16}))?)?")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Starts, renews and ends sessions."""

    tokens: Tokens
    limits: RateLimits
    lets_developers_in: bool
    wechat: WeChat | None = None

    async def start(self, code: str, *, address: str, device: str) -> Session:
        """Start a session; raises Refusal, or EdgeError LIMITED for an address in a hurry."""
        self.limits.sign_in(address)
        if not 1 <= len(code) <= CODE_LENGTH_MOST or not code.isascii() or not code.isprintable():
            raise _no_code()
        now = datetime.now(UTC)
        if self.lets_developers_in and (known := _DEVELOPMENT_CODE.fullmatch(code)):
            return self._session(await _developer(*known.groups(), device=device, now=now))
        if self.wechat is None:
            raise _no_code()
        openid = await self.wechat.openid(code)
        return self._session(await person.start_session_by_openid(openid, device=device, now=now))

    async def refresh(self, token: str, *, address: str) -> Session:
        """Renew a session; raises Refusal, or EdgeError LIMITED for a session in a hurry."""
        read = self._read(token, address)
        return self._session(await person.refresh_session(read, now=datetime.now(UTC)))

    async def end(self, token: str, *, address: str) -> None:
        """End a session; raises Refusal, or EdgeError LIMITED for a session in a hurry."""
        await person.end_session(self._read(token, address))

    def _read(self, token: str, address: str) -> RefreshToken:
        """Read a refresh token; who guesses counts as one who tries to sign in."""
        read = person.read_refresh_token(token)
        if read is None:
            self.limits.sign_in(address)
            raise Refusal(Code.INVALID, "刷新令牌无效", "refreshToken")
        self.limits.refresh(read.family_hash.hex())
        return read

    def _session(self, signed: SignedIn) -> Session:
        token, expires_at = self.tokens.issue(
            signed.person.id, signed.session_id, until=signed.ends_at
        )
        return Session(token, signed.refresh_token, expires_at, signed.person)


async def _developer(
    key: str, number: str | None, area_code: str | None, *, device: str, now: datetime
) -> SignedIn:
    if key not in person.DEVELOPMENT_ROLES:
        raise _no_code()
    home = OTHER_MICRO_GRID if key == "resident2" else DEVELOPMENT_MICRO_GRID
    return await person.start_development_session(
        key, number=int(number or 1), area_code=area_code or home, device=device, now=now
    )


def _part(value: Mapping[str, object]) -> bytes:
    return urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=")


def _key(claim: str) -> int:
    """Read a key from a claim, which is text of any kind; raises EdgeError UNAUTHENTICATED."""
    if not isinstance(claim, str) or not re.fullmatch("[1-9][0-9]{0,17}", claim):
        raise _unauthenticated()
    return int(claim)


def _no_code() -> Refusal:
    return Refusal(Code.INVALID, "登录凭证无效", "code")


def _unauthenticated() -> EdgeError:
    return EdgeError(EdgeCode.UNAUTHENTICATED, "登录已失效，请重新登录")
