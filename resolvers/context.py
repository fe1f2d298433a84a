"""What a resolver knows of the one who asks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

import strawberry

from models.person import Person
from resolvers.loaders import Loaders


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the access token (30 minutes) and who it stands for."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime
    person: Person


class Sessions(Protocol):
    """How sign-in reaches the edge, which alone knows tokens and the outside."""

    async def start(self, code: str, *, address: str) -> Session:
        """Start a session by a sign-in code; raises Refusal."""


@dataclass(slots=True)
class Context:
    """One request: who asks (None: nobody signed in), from where, and by which id."""

    person_id: int | None
    request_id: str
    address: str
    sessions: Sessions
    loaders: Loaders = field(default_factory=Loaders)


Info: TypeAlias = strawberry.Info[Context, None]
