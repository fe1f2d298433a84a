"""Banning people, and lifting bans."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Person

KEY = "Sent again with the same key, it is done once. 幂等键"
REASON = "Why, which is kept with the event; 2 to 200 characters. 理由"


@strawberry.input(description="Who is banned, and why. 封禁参数")
class PersonBanInput:
    """Who is banned, and why."""

    person_id: strawberry.ID = strawberry.field(description="The person. 人员标识")
    reason: str = strawberry.field(description=REASON)
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="Whose ban is lifted, and why. 解封参数")
class PersonUnbanInput:
    """Whose ban is lifted, and why."""

    person_id: strawberry.ID = strawberry.field(description="The person. 人员标识")
    reason: str = strawberry.field(description=REASON)
    idempotency_key: str = strawberry.field(description=KEY)


_Person = person.Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Somebody who was banned, or is banned no more."""

    person: _Person | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `personBan` gives back. 封禁结果")
class PersonBanPayload:
    """What `personBan` gives back."""

    person: Person | None = strawberry.field(description="Who was banned. 人员")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `personUnban` gives back. 解封结果")
class PersonUnbanPayload:
    """What `personUnban` gives back."""

    person: Person | None = strawberry.field(description="Who is banned no more. 人员")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.PERSON_BAN, outcome=Judged)
async def person_ban(
    info: Info,
    whom: Annotated[
        PersonBanInput, strawberry.argument(name="input", description="Whom. 封禁参数")
    ],
) -> Judged:
    """Ban somebody."""
    key = await person.ban(
        _key(whom.person_id),
        actor_id=guard.signed_in(info),
        reason=whom.reason,
        key=whom.idempotency_key,
    )
    return Judged(person=await person.find(key, viewer_id=info.context.person_id))


@guard.needs(Action.PERSON_BAN, outcome=Judged)
async def person_unban(
    info: Info,
    whom: Annotated[
        PersonUnbanInput, strawberry.argument(name="input", description="Whom. 解封参数")
    ],
) -> Judged:
    """Lift a ban."""
    key = await person.unban(
        _key(whom.person_id),
        actor_id=guard.signed_in(info),
        reason=whom.reason,
        key=whom.idempotency_key,
    )
    return Judged(person=await person.find(key, viewer_id=info.context.person_id))


def _key(person_id: str) -> int:
    """Read the key of a person; one that is none has a key that nobody has."""
    return key_of(person_id, Person.__name__) or 0


@strawberry.type
class BanMutation:
    """Root fields that ban."""

    person_ban: PersonBanPayload = guard.mutation(
        person_ban,
        description="Ban somebody: from their next request on they are signed out and may"
        " nothing. 封禁人员",
    )
    person_unban: PersonUnbanPayload = guard.mutation(
        person_unban, description="Lift a ban; roles and home are as before. 解除封禁"
    )
