"""Tokens, and signing in with the codes of development people."""

import asyncio
import base64
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import orjson
import pytest

from api import identity
from api.city import DEVELOPMENT_MICRO_GRID, DEVELOPMENT_VILLAGE, OTHER_MICRO_GRID
from api.identity import SignIn, Tokens
from api.rate import RateLimits
from models import db, person
from models.area import Level
from models.errors import Code, Refusal
from models.role import Role
from resolvers.errors import EdgeCode, EdgeError
from tests.conftest import Database

SECRET = "a secret of more than thirty-two characters"  # noqa: S105
OTHER_SECRET = "another secret of more than thirty-two characters"  # noqa: S105

LENGTHS = dict(zip(Level, (6, 9, 12, 14, 16), strict=True))


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SECRET)


def assert_unauthenticated(tokens: Tokens, authorization: bytes) -> None:
    with pytest.raises(EdgeError) as refused:
        tokens.verify(authorization)
    assert refused.value.code is EdgeCode.UNAUTHENTICATED
    assert len(tokens) == 0


def forged(tokens: Tokens, *, kid: str | None = None, **claims: object) -> bytes:
    """Sign the claims of a good token with some changed, or left out where None."""
    good, _ = tokens.issue(7, 70)
    header = jwt.get_unverified_header(good)
    read: dict[str, Any] = jwt.decode(good, options={"verify_signature": False})
    changed = {name: value for name, value in {**read, **claims}.items() if value is not None}
    return signed(changed, kid=kid or header["kid"])


def signed(claims: object, *, kid: str) -> bytes:
    """Sign anything with the right secret, as PyJWT would not."""
    algorithm = jwt.get_algorithm_by_name("HS256")
    text = b".".join(map(part, ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims)))
    signature = algorithm.sign(text, algorithm.prepare_key(SECRET))
    return b"Bearer " + text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")


def part(value: object) -> bytes:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=")


# Tokens


def test_a_token_stands_for_its_person_for_thirty_minutes(tokens: Tokens) -> None:
    token, ends = tokens.issue(7, 70)
    assert 1_795 < (ends - datetime.now(UTC)).total_seconds() <= 1_800
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert tokens.verify(f"{scheme} {token}".encode()) == (7, 70, ends.timestamp())
    assert len(tokens) == 1


def test_a_token_ends_although_it_was_kept(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, ends = tokens.issue(7, 70)
    authorization = f"Bearer {token}".encode()
    tokens.verify(authorization)
    monkeypatch.setattr(time, "time", ends.timestamp)
    assert_unauthenticated(tokens, authorization)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": []},
        {"iss": "another"},
        {"typ": "refresh"},
        {"typ": 7},
        {"exp": 1_000_000_000},
        {"exp": "soon"},
        {"exp": "9999999999"},
        {"exp": 1e300},
        {"sub": 7},
        {"sub": ""},
        {"sub": "0"},
        {"sub": "-7"},
        {"sub": "7x"},
        {"sub": "\u0667"},
        {"sub": "9" * 30},
        {"sid": 70},
        {"sid": "0"},
        {"sid": "70x"},
        {"sid": ["70"]},
        {"nbf": 9_999_999_999},
        *({name: None} for name in ("exp", "aud", "iss", "sub", "sid", "typ")),
    ],
    ids=str,
)
def test_a_token_with_other_claims_is_refused(tokens: Tokens, claims: dict[str, Any]) -> None:
    assert_unauthenticated(tokens, forged(tokens, **claims))


def test_the_forgery_itself_is_sound(tokens: Tokens) -> None:
    assert tokens.verify(forged(tokens)).person_id == 7


def test_a_token_of_another_key_is_refused(tokens: Tokens) -> None:
    assert_unauthenticated(tokens, forged(tokens, kid="00000000"))
    foreign, _ = Tokens(OTHER_SECRET).issue(7, 70)
    assert_unauthenticated(tokens, b"Bearer " + foreign.encode())


def test_a_token_without_a_good_signature_is_refused(tokens: Tokens) -> None:
    good, _ = tokens.issue(7, 70)
    head, claims, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    for wrong in (
        f"{head}.{claims}.",
        f"{head}.{claims}",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{part({'sub': '8'}).decode()}.{signature}",
        f"{part({'alg': 'none', 'kid': kid}).decode()}.{claims}.",
        f"{part({'alg': 'none', 'kid': kid}).decode()}.{claims}.{signature}",
        f"{part({'alg': 'HS512', 'kid': kid}).decode()}.{claims}.{signature}",
        f"{part({'alg': 'RS256', 'kid': kid}).decode()}.{claims}.{signature}",
        f"{part({'kid': kid}).decode()}.{claims}.{signature}",
        f"{part([]).decode()}.{claims}.{signature}",
        f"{part({'alg': 'HS256', 'kid': []}).decode()}.{claims}.{signature}",
        f"{part({'alg': 'HS256', 'crit': ['x'], 'kid': kid}).decode()}.{claims}.{signature}",
    ):
        assert_unauthenticated(tokens, f"Bearer {wrong}".encode())


@pytest.mark.parametrize(
    "claims", [None, 7, [], "text", {}, {"exp": {}, "aud": {}, "iss": {}, "sub": {}, "typ": {}}]
)
def test_claims_that_are_none_are_refused(tokens: Tokens, claims: object) -> None:
    kid = jwt.get_unverified_header(tokens.issue(7, 70)[0])["kid"]
    assert_unauthenticated(tokens, signed(claims, kid=kid))


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer x",
        b"Bearer ..",
        b"Bearer \xff\xfe.\x00.",
        b"Basic dXNlcjpwYXNz",
        b"Digest x",
        b"Bearer " + b"[" * 1_900,
        b"Bearer " + base64.urlsafe_b64encode(b"[" * 1_400) + b".e30.e30",
    ],
)
def test_whatever_else_stands_in_the_header_is_refused(
    tokens: Tokens, authorization: bytes
) -> None:
    assert_unauthenticated(tokens, authorization)


def test_a_token_under_another_scheme_or_too_long_is_refused(tokens: Tokens) -> None:
    token, _ = tokens.issue(7, 70)
    assert_unauthenticated(tokens, f"Token {token}".encode())
    assert_unauthenticated(tokens, token.encode())
    assert_unauthenticated(tokens, forged(tokens, more="x" * 2_048))


def test_the_number_of_kept_tokens_has_a_limit(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "KEPT_TOKENS_MOST", 10)
    for number in range(1, 31):
        token, _ = tokens.issue(number, 70)
        assert tokens.verify(f"Bearer {token}".encode()).person_id == number
    assert len(tokens) == 10


# Signing in


def sign_in(*, lets_developers_in: bool = True) -> SignIn:
    return SignIn(Tokens(SECRET), RateLimits(), lets_developers_in)


async def roles_of(person_id: int) -> dict[str, str]:
    rows = await db.fetch(
        "SELECT role, area_code FROM appointment WHERE person_id = $1", person_id
    )
    return {row["role"]: row["area_code"] for row in rows}


async def test_every_key_signs_in_as_what_it_says(city: Database) -> None:
    signing = sign_in()
    for key, (role, level) in person.DEVELOPMENT_ROLES.items():
        session = await signing.start(f"dev:{key}", address="10.0.0.1", device="")
        bearer = signing.tokens.verify(f"Bearer {session.access_token}".encode())
        assert bearer.person_id == session.person.id
        assert session.expires_at.timestamp() == bearer.expires_at
        token = person.read_refresh_token(session.refresh_token)
        assert token
        assert token.generation == 1
        viewer = await person.viewer(session.person.id)
        assert viewer
        assert set(viewer.roles) == {Role.RESIDENT, role}
        place = DEVELOPMENT_MICRO_GRID[: LENGTHS[level]]
        expected = {} if role is Role.RESIDENT else {role.value: place}
        assert await roles_of(session.person.id) == expected


async def test_a_number_and_an_area_name_another_person(city: Database) -> None:
    signing = sign_in()

    async def who(code: str) -> int:
        return (await signing.start(code, address="10.0.0.1", device="")).person.id

    first = await who("dev:worker")
    assert await who("dev:worker:1") == first
    assert await who(f"dev:worker:1@{DEVELOPMENT_VILLAGE}") == first
    assert len({first, await who("dev:worker:2"), await who("dev:worker:999")}) == 3
    there = await who(f"dev:worker:1@{OTHER_MICRO_GRID}")
    assert await roles_of(there) == {"GRID_WORKER": OTHER_MICRO_GRID[:14]}
    assert await who("dev:resident") != await who("dev:resident2")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "dev:",
        "dev:nobody",
        "dev:worker:",
        "dev:worker:0",
        "dev:worker:01",
        "dev:worker:1000",
        "dev:worker:-1",
        "dev:worker:1@",
        "dev:worker:1@3202",
        "dev:worker:1@jiangyin",
        "dev:worker@320281",
        "dev:worker\n",
        "dev:worker:\u0661",
        " dev:worker",
        "DEV:worker",
        "0b3kLd000ABC",
        "dev:worker:1@" + "3" * 1_000,
        "\x00",
    ],
)
async def test_a_code_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await sign_in().start(code, address="10.0.0.1", device="")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("code",))


async def test_an_area_that_is_none_is_refused_and_makes_nobody(city: Database) -> None:
    before = await db.fetch_one("SELECT count(*) FROM person")
    with pytest.raises(Refusal) as refused:
        await sign_in().start("dev:worker:1@999999", address="10.0.0.1", device="")
    assert refused.value.code is Code.NOT_FOUND
    assert await db.fetch_one("SELECT count(*) FROM person") == before


async def test_where_developers_are_not_let_in_no_code_of_theirs_is_taken() -> None:
    with pytest.raises(Refusal) as refused:
        await sign_in(lets_developers_in=False).start("dev:admin", address="10.0.0.1", device="")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("code",))


async def test_those_who_sign_in_at_once_are_one_person(city: Database) -> None:
    signing = sign_in()
    sessions = await asyncio.gather(
        *(signing.start("dev:cadre:7", address="10.0.0.1", device="") for _ in range(20))
    )
    (person_id,) = {session.person.id for session in sessions}
    rows = await db.fetch("SELECT FROM appointment WHERE person_id = $1", person_id)
    assert len(rows) == 1


async def test_signing_in_is_limited_for_each_address() -> None:
    signing = sign_in(lets_developers_in=False)
    for _ in range(30):
        with pytest.raises(Refusal):
            await signing.start("x", address="10.0.0.1", device="")
    with pytest.raises(EdgeError) as limited:
        await signing.start("x", address="10.0.0.1", device="")
    assert limited.value.code is EdgeCode.LIMITED
    assert limited.value.retry_after
    with pytest.raises(Refusal):
        await signing.start("x", address="10.0.0.2", device="")
