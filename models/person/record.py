"""What is shown of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.role import Role


class Asker(NamedTuple):
    """Who asks, and by which session; None where no session has to hold."""

    person_id: int
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as this viewer may see them."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who asks, with the roles that hold today."""

    id: int
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was started or renewed: the token that renews it, and its last moment."""

    session_id: int
    person: Person
    refresh_token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ActiveSession:
    """Where the person who asks is signed in."""

    id: int
    device: str
    started_at: datetime
    used_at: datetime
    is_current: bool
