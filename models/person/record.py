"""What is shown of a person."""

from dataclasses import dataclass

from models.role import Role


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
