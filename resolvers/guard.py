"""Every mutation is guarded: what it needs of the one who asks is said where it is made.

`mutation` takes only resolvers that state their action, and a test finds a field made without
it. Who is not signed in, or not any more, is turned away here; whether the roles of who is reach
this very thing is decided by the models, in the transaction of the change.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import strawberry

from models import access
from models.access import Action
from models.errors import Refusal
from resolvers.context import Info
from resolvers.payload import UserErrorRecord, user_errors

CREDENTIALS = frozenset({Action.SESSION_START, Action.SESSION_REFRESH, Action.SESSION_END})
"""What is done by a code or token of its own, whoever else the request may stand for."""


class Outcome(Protocol):
    """The record of a payload: a result that may be missing, and the reasons why."""

    def __init__(self, *, user_errors: list[UserErrorRecord]) -> None:
        """Make the outcome of a refusal."""


Params = ParamSpec("Params")
Result = TypeVar("Result", bound=Outcome)

ACTIONS: dict[Callable[..., Any], tuple[Action, ...]] = {}
"""The actions of every mutation's resolver, one of which its caller needs."""


def needs(
    *actions: Action, outcome: type[Result]
) -> Callable[[Callable[Params, Awaitable[Result]]], Callable[Params, Awaitable[Result]]]:
    """State the rights of which a mutation needs one; its Refusal becomes user errors.

    The resolver takes `info`. Raises EdgeError UNAUTHENTICATED for who must sign in first or is
    signed out by now, and FORBIDDEN for who is banned.
    """
    assert actions, "a mutation is an action"
    is_open = any(access.is_open_to_anybody(action) for action in actions)
    brings_credentials = CREDENTIALS.issuperset(actions)

    def guard(
        resolver: Callable[Params, Awaitable[Result]],
    ) -> Callable[Params, Awaitable[Result]]:
        @wraps(resolver)
        async def guarded(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            context = cast(Info, kwargs["info"]).context
            if not is_open or (context.asker and not brings_credentials):
                await context.confirm()
            try:
                return await resolver(*args, **kwargs)
            except Refusal as refusal:
                return outcome(user_errors=user_errors(refusal))

        ACTIONS[guarded] = actions
        return guarded

    return guard


def signed_in(info: Info) -> int:
    """Give the person who acts, where nothing is open to anybody."""
    person_id = info.context.person_id
    assert person_id is not None, "`needs` turned who is not signed in away"
    return person_id


def mutation(resolver: Callable[..., Any], *, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Make the field of a guarded mutation; one without a stated action does not start."""
    assert resolver in ACTIONS, f"{resolver.__name__} states no action"
    return strawberry.mutation(resolver=resolver, description=description)
