"""Who asks: access tokens, and signing in.

A token is a JWT (HS256) with exp, aud, iss, sub and typ, all required, and the id of its key.
Whatever else comes in the Authorization header is refused, not ignored.
"""

import hashlib
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import jwt

from api.city import DEVELOPMENT_MICRO_GRID, OTHER_MICRO_GRID
from api.rate import RateLimits
from models import person
from models.errors import Code, Refusal
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


class Bearer(NamedTuple):
    """Who a token stands for, and until when (epoch seconds)."""

    person_id: int
    expires_at: float


class Tokens:
    """Makes and verifies the tokens of one secret; a verified one is kept by its hash."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._key_id = hashlib.sha256(secret.encode()).hexdigest()[:8]
        self._kept: OrderedDict[bytes, Bearer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def issue(self, person_id: int) -> tuple[str, datetime]:
        """Make a token for a person; gives it with its end."""
        ends = int(time.time()) + TOKEN_SECONDS
        claims = {
            "sub": str(person_id),
            "iss": ISSUER,
            "aud": AUDIENCE,
            "typ": TOKEN_TYPE,
            "exp": ends,
        }
        token = jwt.encode(claims, self._secret, ALGORITHM, headers={"kid": self._key_id})
        return token, datetime.fromtimestamp(ends, UTC)

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
                options={"require": ["exp", "aud", "iss", "sub", "typ"]},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            raise _unauthenticated() from None
        if type(claims["exp"]) is not int or claims["typ"] != TOKEN_TYPE:
            raise _unauthenticated()
        if not re.fullmatch("[1-9][0-9]{0,17}", claims["sub"]):
            raise _unauthenticated()
        return Bearer(int(claims["sub"]), claims["exp"])


_DEVELOPMENT_CODE = re.compile(r"dev:([a-z0-9]+)(?::([1-9][0-9]{0,2})(?:@([0-9]{6,16}))?)?")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Starts sessions by sign-in codes."""

    tokens: Tokens
    limits: RateLimits
    lets_developers_in: bool

    async def start(self, code: str, *, address: str) -> Session:
        """Start a session; raises Refusal, or EdgeError LIMITED for an address in a hurry."""
        self.limits.sign_in(address)
        known = _DEVELOPMENT_CODE.fullmatch(code) if len(code) <= CODE_LENGTH_MOST else None
        if not known or not self.lets_developers_in or known[1] not in person.DEVELOPMENT_ROLES:
            raise Refusal(Code.INVALID, "登录凭证无效", "code")
        key, number, area_code = known.groups()
        home = OTHER_MICRO_GRID if key == "resident2" else DEVELOPMENT_MICRO_GRID
        who = await person.development_person(
            key, number=int(number or 1), area_code=area_code or home
        )
        token, expires_at = self.tokens.issue(who.id)
        return Session(token, None, expires_at, who)


def _unauthenticated() -> EdgeError:
    return EdgeError(EdgeCode.UNAUTHENTICATED, "登录已失效，请重新登录")
