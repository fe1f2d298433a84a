"""Moves that check and close a ticket, or open it again."""

import strawberry

from models.access import Action
from models.ticket import Move, Request
from resolvers.ticket.moving import MoveInput, MovePayload, moving, photo_keys


@strawberry.input(
    description="Say whether a ticket was handled; never by who handled it. 核查参数"
)
class TicketVerifyInput(MoveInput):
    """Say whether a ticket was handled; never by who handled it."""

    ok: bool = strawberry.field(
        description="Whether it was; if not, the next round begins. 是否通过"
    )
    text: str | None = strawberry.field(default=None, description="What was found. 核查情况")
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )

    def request(self) -> Request:
        """Say whether a ticket was handled; never by who handled it."""
        return Request(
            move=Move.VERIFY if self.ok else Move.REWORK,
            text=self.text,
            photo_ids=photo_keys(self.photo_ids),
        )


@strawberry.type(description="What `ticketVerify` gives back. 核查结果")
class TicketVerifyPayload(MovePayload):
    """What `ticketVerify` gives back."""


@strawberry.input(
    description="Write down a call; the third without an answer closes, not rated. 回访参数"
)
class TicketCallBackInput(MoveInput):
    """Write down a call; the third without an answer closes, not rated."""

    contacted: bool = strawberry.field(description="Whether the reporter answered. 是否联系上")
    solved: bool | None = strawberry.field(
        default=None,
        description="Whether they say it is solved; needed if they answered. 是否解决",
    )
    satisfaction: int | None = strawberry.field(
        default=None, description="From 1 to 5, if they said so. 满意度"
    )
    text: str | None = strawberry.field(default=None, description="What they said. 回访情况")

    def request(self) -> Request:
        """Write down a call; the third without an answer closes, not rated."""
        return Request(
            move=Move.CALL_BACK,
            is_contacted=self.contacted,
            is_solved=self.solved,
            satisfaction=self.satisfaction,
            text=self.text,
        )


@strawberry.type(description="What `ticketCallBack` gives back. 回访结果")
class TicketCallBackPayload(MovePayload):
    """What `ticketCallBack` gives back."""


@strawberry.input(description="Rate how one's ticket was handled; closes it. 评价参数")
class TicketRateInput(MoveInput):
    """Rate how one's ticket was handled; closes it."""

    satisfaction: int = strawberry.field(description="From 1 to 5. 满意度")
    solved: bool = strawberry.field(default=True, description="Whether it is solved. 是否解决")
    text: str | None = strawberry.field(default=None, description="What to say. 评价内容")

    def request(self) -> Request:
        """Rate how one's ticket was handled; closes it."""
        return Request(
            move=Move.RATE, is_solved=self.solved, satisfaction=self.satisfaction, text=self.text
        )


@strawberry.type(description="What `ticketRate` gives back. 评价结果")
class TicketRatePayload(MovePayload):
    """What `ticketRate` gives back."""


@strawberry.input(
    description="Open a closed ticket again: its reporter within 14 days. 重新办理参数"
)
class TicketReopenInput(MoveInput):
    """Open a closed ticket again: its reporter within 14 days."""

    text: str = strawberry.field(description="Why. 理由")

    def request(self) -> Request:
        """Open a closed ticket again: its reporter within 14 days."""
        return Request(move=Move.REOPEN, text=self.text)


@strawberry.type(description="What `ticketReopen` gives back. 重新办理结果")
class TicketReopenPayload(MovePayload):
    """What `ticketReopen` gives back."""


@strawberry.type
class ClosingMutation:
    """Moves that check and close a ticket, or open it again."""

    ticket_verify: TicketVerifyPayload = moving(
        TicketVerifyInput,
        Action.TICKET_VERIFY,
        Action.TICKET_DISPATCH,
        description="Say whether a ticket was handled; never by who handled it. 核查",
    )
    ticket_call_back: TicketCallBackPayload = moving(
        TicketCallBackInput,
        Action.TICKET_DISPATCH,
        description="Write down a call; the third without an answer closes, not rated. 回访",
    )
    ticket_rate: TicketRatePayload = moving(
        TicketRateInput,
        Action.TICKET_SUBMIT,
        description="Rate how one's ticket was handled; closes it. 评价",
    )
    ticket_reopen: TicketReopenPayload = moving(
        TicketReopenInput,
        Action.TICKET_SUBMIT,
        Action.TICKET_DISPATCH,
        description="Open a closed ticket again: its reporter within 14 days. 重新办理",
    )
