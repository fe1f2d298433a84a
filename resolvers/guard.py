"""Every mutation is guarded: what it needs of the one who asks is said where it is made.

`mutation` takes only resolvers that state their need, and a test finds a field made without it.
"""

from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import strawberry

from models.errors import Refusal
from resolvers.payload import UserErrorRecord, user_errors


class Need(Enum):
    """What a mutation needs before it looks at its input."""

    NOTHING = auto()
    """Anybody may call it, also when nobody is signed in."""


class Outcome(Protocol):
    """The record of a payload: a result that may be missing, and the reasons why."""

    def __init__(self, *, user_errors: list[UserErrorRecord]) -> None:
        """Make the outcome of a refusal."""


Params = ParamSpec("Params")
Result = TypeVar("Result", bound=Outcome)

NEEDS: dict[Callable[..., Any], Need] = {}
"""The need of every mutation's resolver."""


def needs(
    need: Need, *, outcome: type[Result]
) -> Callable[[Callable[Params, Awaitable[Result]]], Callable[Params, Awaitable[Result]]]:
    """State what a mutation needs; its Refusal becomes the user errors of `outcome`."""

    def guard(
        resolver: Callable[Params, Awaitable[Result]],
    ) -> Callable[Params, Awaitable[Result]]:
        @wraps(resolver)
        async def guarded(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            try:
                return await resolver(*args, **kwargs)
            except Refusal as refusal:
                return outcome(user_errors=user_errors(refusal))

        NEEDS[guarded] = need
        return guarded

    return guard


def mutation(resolver: Callable[..., Any], *, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Make the field of a guarded mutation; one without a stated need does not start."""
    assert resolver in NEEDS, f"{resolver.__name__} states no need"
    return strawberry.mutation(resolver=resolver, description=description)
