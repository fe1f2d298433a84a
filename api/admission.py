"""Whom the edge lets in: the token, the address behind trusted proxies, and how often."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.types import Scope

from api.identity import Bearer, SignIn, Tokens
from api.phones import PhoneCodes
from api.rate import RateLimits
from resolvers.context import Context
from resolvers.errors import EdgeError

Network = IPv4Network | IPv6Network
FORWARDED_MOST = 16


class Admission:
    """Gives the context of a request, or refuses it; called by `GraphQLEndpoint`."""

    def __init__(
        self,
        tokens: Tokens,
        limits: RateLimits,
        sign_in: SignIn,
        *,
        phones: PhoneCodes,
        proxies: Iterable[Network],
    ) -> None:
        self._tokens = tokens
        self._limits = limits
        self._sign_in = sign_in
        self._phones = phones
        self._proxies = tuple(proxies)

    async def __call__(
        self, scope: Scope, headers: Mapping[bytes, bytes], *, request_id: str
    ) -> Context:
        """Say who asks from where; raises EdgeError UNAUTHENTICATED or LIMITED."""
        address = self.address(scope, headers)
        bearer = self.bearer(headers.get(b"authorization"), address)
        device = headers.get(b"user-agent", b"")
        return self.context(bearer, address, request_id=request_id, device=device)

    def context(
        self, bearer: Bearer | None, address: str, *, request_id: str, device: bytes = b""
    ) -> Context:
        """Give what resolvers know of a request; `device` is what the client calls itself."""
        return Context(
            bearer and bearer.person_id,
            request_id,
            address,
            self._sign_in,
            self._phones,
            session_id=bearer and bearer.session_id,
            device=device,
            expires_at=bearer and bearer.expires_at,
        )

    def bearer(self, authorization: bytes | None, address: str) -> Bearer | None:
        """Say who asks, and count it; raises EdgeError UNAUTHENTICATED or LIMITED."""
        if authorization is None:
            self.count(None, address)
            return None
        try:
            bearer = self.verify(authorization)
        except EdgeError:
            self.count(None, address)
            raise
        self.count(bearer, address)
        return bearer

    def verify(self, authorization: bytes) -> Bearer:
        """Read a token without counting it; raises EdgeError UNAUTHENTICATED."""
        return self._tokens.verify(authorization)

    def count(self, bearer: Bearer | None, address: str) -> None:
        """Count against the person, or against the address of whoever shows no valid token.

        Carriers put thousands of phones behind one address, so only strangers share its bucket.
        Raises EdgeError LIMITED.
        """
        if bearer:
            self._limits.person(bearer.person_id)
        else:
            self._limits.address(address)

    def address(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """Give the client's address: the last one that no trusted proxy has.

        What is no address counts as that of the proxy that passed it on.
        """
        client = scope.get("client")
        address: str = client[0] if client else ""
        if not self._proxies or not self._is_proxy(address):
            return address
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        for hop in reversed(forwarded[-FORWARDED_MOST:]):
            named = _plain(hop.strip())
            if named is None:
                break
            address = named
            if not self._is_proxy(address):
                break
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._proxies)


def _plain(hop: str) -> str | None:
    """Read an address that may have brackets and a port; None if it is none."""
    for text in (hop, hop.partition("]")[0].removeprefix("["), hop.partition(":")[0]):
        try:
            return str(ip_address(text))
        except ValueError:
            continue
    return None
