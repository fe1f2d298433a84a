"""What all moves of tickets share: their input, their payload, and how they are carried out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry

from models import ticket
from models.access import Action
from models.errors import Code, Refusal
from models.ticket import Request
from models.ticket import Ticket as TicketRecord
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.ticket.record import Ticket

ABSENT = -1
"""A key that no thing has: what stands for an id that is none."""


@strawberry.input(description="What every move of a ticket takes. 工单操作参数")
class MoveInput:
    """What every move of a ticket takes."""

    ticket_id: strawberry.ID = strawberry.field(description="The ticket. 工单标识")
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )

    def request(self) -> Request:
        """Say which move this is; each input does."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move gives back."""

    ticket: TicketRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What a move of a ticket gives back. 工单操作结果")
class MovePayload:
    """What a move of a ticket gives back."""

    ticket: Ticket | None = strawberry.field(description="The ticket after the move. 工单")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


def moving(given: type[MoveInput], *actions: Action, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Make the field of the mutation whose input is `given`."""

    async def resolver(info: Info, move: MoveInput) -> Moved:
        key = key_of(move.ticket_id, "Ticket")
        if key is None:
            raise Refusal(Code.NOT_FOUND, "未找到该工单", "ticketId")
        who = info.context.person_id
        assert who is not None, "the guard asks for a sign-in"
        moved = await ticket.move(key, move.request(), person_id=who, key=move.idempotency_key)
        return Moved(ticket=await ticket.find(moved, person_id=who))

    argument = strawberry.argument(name="input", description="What is asked for. 操作参数")
    resolver.__annotations__["move"] = Annotated[given, argument]
    return guard.mutation(guard.needs(*actions, outcome=Moved)(resolver), description=description)


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
