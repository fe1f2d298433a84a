"""What all moves of tickets share: their input, their payload, and how they are carried out."""

from dataclasses import dataclass, field
from functools import partial

import strawberry

from models import ticket
from models.ticket import Request
from models.ticket import Ticket as TicketRecord
from resolvers.moving import Kind, key_or_absent, photo_keys
from resolvers.moving import moving as movement
from resolvers.payload import UserError, UserErrorRecord
from resolvers.ticket.record import Ticket

__all__ = ["MoveInput", "MovePayload", "Moved", "key_or_absent", "moving", "photo_keys"]


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


_KIND = Kind(
    name="Ticket",
    field="ticket_id",
    path="ticketId",
    unknown="未找到该工单",
    result="ticket",
    outcome=Moved,
    act=ticket.move,
    find=ticket.find,
)
moving = partial(movement, kind=_KIND)
"""Make the field of the mutation whose input is given, and of which one action is needed."""
