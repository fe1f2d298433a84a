import ipaddress

import pytest

from api.admission import Admission
from api.identity import SignIn, Tokens
from api.phones import PhoneCodes
from api.rate import RateLimits
from api.request import by_name
from resolvers.context import Context
from resolvers.errors import EdgeCode, EdgeError

PROXY = "10.0.0.1"
TOKENS = Tokens("a secret of more than thirty-two characters")
LIMITS = RateLimits()
ADMISSION = Admission(
    TOKENS,
    LIMITS,
    SignIn(TOKENS, LIMITS, True),
    phones=PhoneCodes(True),
    proxies=[ipaddress.ip_network("10.0.0.0/8")],
)


async def admitted(client: str, **headers: bytes) -> Context:
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return await ADMISSION({"client": (client, 1)}, named, request_id="test")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (b"3.3.3.3", "3.3.3.3"),
        (b"6.6.6.6, 3.3.3.3, 10.0.0.2", "3.3.3.3"),
        (b"3.3.3.3:5555", "3.3.3.3"),
        (b"[2001:db8::1]:5555", "2001:db8::1"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"", PROXY),
        (b"x" * 8_000, PROXY),
        (b"3.3.3.3, unknown", PROXY),
    ],
)
async def test_the_address_is_the_last_that_no_trusted_proxy_has(
    forwarded: bytes, address: str
) -> None:
    assert (await admitted(PROXY, x_forwarded_for=forwarded)).address == address


async def test_nobody_else_is_believed() -> None:
    assert (await admitted("7.7.7.7", x_forwarded_for=b"3.3.3.3")).address == "7.7.7.7"


async def test_two_authorizations_are_none() -> None:
    token, _ = TOKENS.issue(7, 70)
    given = [(b"authorization", b"Basic x"), (b"authorization", f"Bearer {token}".encode())]
    with pytest.raises(EdgeError) as refused:
        await ADMISSION({"client": (PROXY, 1)}, by_name(given), request_id="test")
    assert refused.value.code is EdgeCode.UNAUTHENTICATED
