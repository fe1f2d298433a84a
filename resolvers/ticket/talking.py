"""What people say about a ticket, and who joins it."""

import strawberry

from models.access import Action
from models.ticket import Move, Request
from resolvers.place import PointInput
from resolvers.ticket.moving import MoveInput, MovePayload, moving, photo_keys


@strawberry.input(description="Say something about a ticket. 留言参数")
class TicketCommentInput(MoveInput):
    """Say something about a ticket."""

    text: str | None = strawberry.field(
        default=None, description="What; this or a photo is needed. 内容"
    )
    internal: bool = strawberry.field(
        default=False, description="Whether only staff see it. 是否内部"
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )

    def request(self) -> Request:
        """Say something about a ticket."""
        return Request(
            move=Move.COMMENT,
            text=self.text,
            is_internal=self.internal,
            photo_ids=photo_keys(self.photo_ids),
        )


@strawberry.type(description="What `ticketComment` gives back. 留言结果")
class TicketCommentPayload(MovePayload):
    """What `ticketComment` gives back."""


@strawberry.input(description="Urge those who handle one's ticket, once in 24 hours. 催办参数")
class TicketUrgeInput(MoveInput):
    """Urge those who handle one's ticket, once in 24 hours."""

    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Urge those who handle one's ticket, once in 24 hours."""
        return Request(move=Move.URGE, text=self.text)


@strawberry.type(description="What `ticketUrge` gives back. 催办结果")
class TicketUrgePayload(MovePayload):
    """What `ticketUrge` gives back."""


@strawberry.input(
    description="Report the same as an open ticket within 100 m and 72 hours. 我也遇到参数"
)
class TicketJoinInput(MoveInput):
    """Report the same as an open ticket within 100 m and 72 hours."""

    point: PointInput = strawberry.field(description="Where one is. 位置")
    anonymous: bool = strawberry.field(
        default=False, description="Whether one is not to be named. 是否匿名"
    )
    text: str | None = strawberry.field(default=None, description="What to add. 补充说明")

    def request(self) -> Request:
        """Report the same as an open ticket within 100 m and 72 hours."""
        return Request(
            move=Move.JOIN, point=self.point.point(), is_anonymous=self.anonymous, text=self.text
        )


@strawberry.type(description="What `ticketJoin` gives back. 我也遇到结果")
class TicketJoinPayload(MovePayload):
    """What `ticketJoin` gives back."""


@strawberry.type
class TalkingMutation:
    """What people say about a ticket, and who joins it."""

    ticket_comment: TicketCommentPayload = moving(
        TicketCommentInput,
        Action.TICKET_SUBMIT,
        Action.TICKET_READ,
        description="Say something about a ticket. 留言",
    )
    ticket_urge: TicketUrgePayload = moving(
        TicketUrgeInput,
        Action.TICKET_SUBMIT,
        description="Urge those who handle one's ticket, once in 24 hours. 催办",
    )
    ticket_join: TicketJoinPayload = moving(
        TicketJoinInput,
        Action.TICKET_SUBMIT,
        description="Report the same as an open ticket within 100 m and 72 hours. 我也遇到",
    )
