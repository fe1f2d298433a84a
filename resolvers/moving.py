"""Moves of things in the graph: an id, what the move takes and a key in; the thing out."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of

ABSENT = -1
"""A key that no thing has: what stands for an id that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing that moves, such as Ticket.

    The inputs of its moves have the id as `field`, an `idempotency_key`, and `request()`, which
    says which move it is; `act` carries that out, once, and `find` gives the thing to be shown
    by `outcome`, as `result`.
    """

    name: str
    field: str
    path: str
    unknown: str
    result: str
    outcome: type[Any]
    act: Callable[..., Awaitable[int]]
    find: Callable[..., Awaitable[Any]]


def moving(given: type[Any], *actions: Action, kind: Kind, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Make the field of the mutation whose input is `given`."""

    async def resolver(info: Info, move: Any) -> Any:  # noqa: ANN401 - annotated below
        key = key_of(getattr(move, kind.field), kind.name)
        if key is None:
            raise Refusal(Code.NOT_FOUND, kind.unknown, kind.path)
        who = guard.signed_in(info)
        moved = await kind.act(key, move.request(), person_id=who, key=move.idempotency_key)
        return kind.outcome(**{kind.result: await kind.find(moved, person_id=who)})

    argument = strawberry.argument(name="input", description="What is asked for. 操作参数")
    resolver.__annotations__["move"] = Annotated[given, argument]
    guarded = guard.needs(*actions, outcome=kind.outcome)(resolver)
    return guard.mutation(guarded, description=description)


def key_or_absent(value: strawberry.ID | None, name: str) -> int | None:
    """Read the id of a thing that may be missing; one that is no such id is of no thing."""
    if value is None:
        return None
    found = key_of(value, name)
    return ABSENT if found is None else found


def photo_keys(values: Iterable[strawberry.ID] | None) -> tuple[int, ...]:
    """Read the ids of photos."""
    keys = [key_of(value, "File") for value in values or ()]
    if None in keys:
        raise Refusal(Code.NOT_FOUND, "没有这张照片", "photoIds")
    return tuple(key for key in keys if key is not None)
