"""Things with an id: `node(id)`, and which record each type of the graph shows.

An id is the base64url text of "Type:key". One that is malformed, of another type, absent or
invisible answers alike: nothing.
"""

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.base import StrawberryObjectDefinition

from resolvers.context import Context, Info
from resolvers.field import shown

ID_LENGTH_MOST = 64
KEY_MOST = 2**63 - 1
NO_KEY = 0
"""A key that no thing has."""


class Keyed(Protocol):
    """A record with a key."""

    @property
    def id(self) -> int:
        """The key, a bigint of its table."""


Load: TypeAlias = Callable[[Context, int], Awaitable[Keyed | None] | Keyed | None]
Kind = TypeVar("Kind", bound=type)

_names: dict[type, str] = {}
_loads: dict[str, Load] = {}


def shows(record: type, *, load: Load | None = None) -> Callable[[Kind], Kind]:
    """State which record a type of the graph shows, and how `node(id)` finds one by its key.

    `load` gives what this viewer may see, or None.
    """

    def state(kind: Kind) -> Kind:
        def is_type_of(value: object, _info: GraphQLResolveInfo[Context]) -> bool:
            return isinstance(value, record)

        definition: StrawberryObjectDefinition = kind.__strawberry_definition__  # type: ignore[attr-defined] # Strawberry adds it.
        definition.is_type_of = is_type_of
        _names[record] = kind.__name__
        if load:
            _loads[kind.__name__] = load
        return kind

    return state


def global_id(name: str, key: int) -> strawberry.ID:
    """Write the id of the thing of type `name` with this key."""
    # Letters, digits and a colon never make the two characters in which base64url differs.
    text = b2a_base64(f"{name}:{key}".encode(), newline=False).rstrip(b"=")
    return text.decode()  # type: ignore[return-value] # An ID is a str; no call to say so.


def key_of(value: str, name: str) -> int | None:
    """Read the key from the id of a thing of type `name`; None if it is no such id."""
    found = _read(value)
    return found[1] if found and found[0] == name else None


def key_given(value: str | None, name: str) -> int | None:
    """Read the key from an id that a client may leave out; what is no such id is NO_KEY."""
    return None if value is None else key_of(value, name) or NO_KEY


def _id(record: strawberry.Parent[Any]) -> strawberry.ID:
    return global_id(_names[type(record)], record.id)


@strawberry.interface(description="A thing with an id of its own. 有标识的对象")
class Node:
    """A thing with an id of its own."""

    id: strawberry.ID = shown(_id, description="The global id, opaque to clients. 全局标识")


async def node(
    info: Info,
    global_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 标识")
    ],
) -> Keyed | None:
    """Find a thing by its id; whatever can't be found or seen is null."""
    found = _read(global_id)
    load = _loads.get(found[0]) if found else None
    if found is None or load is None:
        return None
    record = load(info.context, found[1])
    return await record if isawaitable(record) else record


@strawberry.type
class NodeQuery:
    """The root field for every thing with an id."""

    node: Node | None = shown(node, description="The thing with this id, if any. 按标识查找")


def _read(value: str) -> tuple[str, int] | None:
    if len(value) > ID_LENGTH_MOST or not value.isascii():
        return None
    try:
        text = urlsafe_b64decode(value.encode() + b"=" * (-len(value) % 4)).decode("ascii")
    except ValueError:
        return None
    name, _, key = text.partition(":")
    if not key.isdecimal() or not 0 < int(key) <= KEY_MOST or global_id(name, int(key)) != value:
        return None
    return name, int(key)
