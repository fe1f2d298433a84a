"""What a resolver knows of the one who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

import strawberry

from models import person
from models.person import Asker, Person, Standing
from resolvers.errors import EdgeCode, EdgeError
from resolvers.loaders import Loaders

SIGN_IN_TEXT = "请先登录"
SIGNED_OUT_TEXT = "登录已失效，请重新登录"
BANNED_TEXT = "账号已被停用"


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the access token (30 minutes), what renews it, and who it stands for."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    person: Person


class Sessions(Protocol):
    """How sign-in reaches the edge, which alone knows tokens and the outside."""

    async def start(self, code: str, *, address: str, device: str) -> Session:
        """Start a session by a sign-in code; raises Refusal, EdgeError."""

    async def refresh(self, token: str, *, address: str) -> Session:
        """Renew a session by its refresh token; raises Refusal, EdgeError."""

    async def end(self, token: str, *, address: str) -> None:
        """End a session by its refresh token; raises Refusal, EdgeError."""


class Phones(Protocol):
    """How a phone code reaches the outside that knows which number it stands for."""

    async def number(self, code: str) -> str:
        """Give the number, as the outside writes it; raises Refusal."""


class Context:
    """One request: who asks (None: nobody signed in), from where, and by which id.

    Access tokens outlive their session by up to 30 minutes, so the answer of whoever goes by
    `person_id` is held back until the session is known to hold. Models whose own statement looks
    at the session take `asker` instead.

    `expires_at` is when a person has to show a new token, in epoch seconds.
    """

    __slots__ = (
        "_is_confirmed",
        "_loaders",
        "_refusal",
        "address",
        "asker",
        "device",
        "expires_at",
        "is_held_back",
        "phones",
        "request_id",
        "sessions",
    )

    def __init__(  # noqa: PLR0913 - a request has that many sides
        self,
        person_id: int | None,
        request_id: str,
        address: str,
        sessions: Sessions,
        phones: Phones,
        *,
        session_id: int | None = None,
        device: bytes = b"",
        expires_at: float | None = None,
    ) -> None:
        self.asker = None if person_id is None else Asker(person_id, session_id)
        self.request_id = request_id
        self.address = address
        self.sessions = sessions
        self.phones = phones
        self.device = device
        self.expires_at = expires_at
        self.is_held_back = False
        self._is_confirmed = False
        self._refusal: EdgeError | None = None
        self._loaders: Loaders | None = None

    def anew(self) -> "Context":
        """Ask as the same again: nothing that was read or confirmed before is remembered."""
        return Context(
            self.asker and self.asker.person_id,
            self.request_id,
            self.address,
            self.sessions,
            self.phones,
            session_id=self.asker and self.asker.session_id,
            device=self.device,
            expires_at=self.expires_at,
        )

    @property
    def loaders(self) -> Loaders:
        """The batches of this request."""
        if self._loaders is None:
            self._loaders = Loaders()
        return self._loaders

    @property
    def person_id(self) -> int | None:
        """Who asks; from here on the answer is held back."""
        if self.asker is None:
            return None
        self.is_held_back = self.is_held_back or not self._is_confirmed
        return self.asker.person_id

    async def confirm(self) -> None:
        """Make sure that somebody is signed in, at this moment; once for each request.

        Raises EdgeError UNAUTHENTICATED, or FORBIDDEN for who is banned, and Unavailable.
        """
        if self.asker is None:
            raise EdgeError(EdgeCode.UNAUTHENTICATED, SIGN_IN_TEXT)
        if self._is_confirmed or self.asker.session_id is None:
            return
        match await person.standing(self.asker):
            case Standing.SIGNED_OUT:
                raise EdgeError(EdgeCode.UNAUTHENTICATED, SIGNED_OUT_TEXT)
            case Standing.BANNED:
                raise EdgeError(EdgeCode.FORBIDDEN, BANNED_TEXT)
        self._is_confirmed = True

    async def turn_away(self) -> None:
        """Refuse the whole request of who was found not to be signed in; raises as `confirm`."""
        try:
            await self.confirm()
        except EdgeError as refusal:
            self._refusal, self.is_held_back = refusal, True
            raise

    async def let_go(self, answer: Mapping[str, object] | None) -> None:
        """Say that an answer which is held back may go; raises as `confirm` where it may not.

        One in which every root field is null tells nothing: while PostgreSQL is away it waits no
        second time.
        """
        if self._refusal:
            raise self._refusal
        if any(part is not None for part in (answer or {}).values()):
            await self.confirm()


Info: TypeAlias = strawberry.Info[Context, None]
