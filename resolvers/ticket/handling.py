"""Moves of those who handle a ticket."""

import strawberry

from models.access import Action
from models.ticket import Move, Request, ReturnReason, SuspendReason
from resolvers import words
from resolvers.ticket.moving import MoveInput, MovePayload, key_or_absent, moving, photo_keys

words.enum(
    ReturnReason, name="TicketReturnReason", description="Why a unit returns a ticket. 退单原因"
)
words.enum(
    SuspendReason, name="TicketSuspendReason", description="Why handling may wait. 挂账原因"
)


@strawberry.input(description="Take a ticket as one's unit's. 签收参数")
class TicketAcknowledgeInput(MoveInput):
    """Take a ticket as one's unit's."""

    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Take a ticket as one's unit's."""
        return Request(move=Move.ACKNOWLEDGE, text=self.text)


@strawberry.type(description="What `ticketAcknowledge` gives back. 签收结果")
class TicketAcknowledgePayload(MovePayload):
    """What `ticketAcknowledge` gives back."""


@strawberry.input(description="Give a ticket back as not one's unit's. 退单参数")
class TicketReturnInput(MoveInput):
    """Give a ticket back as not one's unit's."""

    reason: ReturnReason = strawberry.field(description="Why. 退单原因")
    text: str = strawberry.field(description="On what basis. 退单依据")
    unit_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose it is instead. 建议承办单位"
    )

    def request(self) -> Request:
        """Give a ticket back as not one's unit's."""
        return Request(
            move=Move.RETURN,
            reason=self.reason,
            text=self.text,
            unit_id=key_or_absent(self.unit_id, "Unit"),
        )


@strawberry.type(description="What `ticketReturn` gives back. 退单结果")
class TicketReturnPayload(MovePayload):
    """What `ticketReturn` gives back."""


@strawberry.input(
    description="Say that the reporter was contacted for the first time. 首次联系参数"
)
class TicketContactInput(MoveInput):
    """Say that the reporter was contacted for the first time."""

    text: str | None = strawberry.field(default=None, description="What was said. 联系情况")

    def request(self) -> Request:
        """Say that the reporter was contacted for the first time."""
        return Request(move=Move.CONTACT, text=self.text)


@strawberry.type(description="What `ticketContact` gives back. 首次联系结果")
class TicketContactPayload(MovePayload):
    """What `ticketContact` gives back."""


@strawberry.input(description="Begin to handle a ticket. 开始办理参数")
class TicketStartInput(MoveInput):
    """Begin to handle a ticket."""

    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Begin to handle a ticket."""
        return Request(move=Move.START, text=self.text)


@strawberry.type(description="What `ticketStart` gives back. 开始办理结果")
class TicketStartPayload(MovePayload):
    """What `ticketStart` gives back."""


@strawberry.input(
    description="Ask for more time: once a round, a working day before it is due. 申请延期参数"
)
class TicketAskExtensionInput(MoveInput):
    """Ask for more time: once a round, a working day before it is due."""

    days: int = strawberry.field(description="How many days, 1 to 20. 延期天数")
    text: str = strawberry.field(description="Why. 延期理由")

    def request(self) -> Request:
        """Ask for more time: once a round, a working day before it is due."""
        return Request(move=Move.ASK_EXTENSION, days=self.days, text=self.text)


@strawberry.type(description="What `ticketAskExtension` gives back. 申请延期结果")
class TicketAskExtensionPayload(MovePayload):
    """What `ticketAskExtension` gives back."""


@strawberry.input(description="Give the time that was asked for. 同意延期参数")
class TicketGrantExtensionInput(MoveInput):
    """Give the time that was asked for."""

    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Give the time that was asked for."""
        return Request(move=Move.GRANT_EXTENSION, text=self.text)


@strawberry.type(description="What `ticketGrantExtension` gives back. 同意延期结果")
class TicketGrantExtensionPayload(MovePayload):
    """What `ticketGrantExtension` gives back."""


@strawberry.input(description="Don't give the time that was asked for. 不同意延期参数")
class TicketDenyExtensionInput(MoveInput):
    """Don't give the time that was asked for."""

    text: str | None = strawberry.field(default=None, description="Why not. 说明")

    def request(self) -> Request:
        """Don't give the time that was asked for."""
        return Request(move=Move.DENY_EXTENSION, text=self.text)


@strawberry.type(description="What `ticketDenyExtension` gives back. 不同意延期结果")
class TicketDenyExtensionPayload(MovePayload):
    """What `ticketDenyExtension` gives back."""


@strawberry.input(description="Let handling wait; the clock stands still. 挂账参数")
class TicketSuspendInput(MoveInput):
    """Let handling wait; the clock stands still."""

    reason: SuspendReason = strawberry.field(description="One of the approved reasons. 挂账原因")
    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Let handling wait; the clock stands still."""
        return Request(move=Move.SUSPEND, reason=self.reason, text=self.text)


@strawberry.type(description="What `ticketSuspend` gives back. 挂账结果")
class TicketSuspendPayload(MovePayload):
    """What `ticketSuspend` gives back."""


@strawberry.input(description="Go on handling; the clock goes on. 恢复办理参数")
class TicketResumeInput(MoveInput):
    """Go on handling; the clock goes on."""

    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Go on handling; the clock goes on."""
        return Request(move=Move.RESUME, text=self.text)


@strawberry.type(description="What `ticketResume` gives back. 恢复办理结果")
class TicketResumePayload(MovePayload):
    """What `ticketResume` gives back."""


@strawberry.input(description="Finish handling, with evidence. 办结参数")
class TicketResolveInput(MoveInput):
    """Finish handling, with evidence."""

    text: str | None = strawberry.field(
        default=None, description="What was done; this or a photo is needed. 办理结果"
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )

    def request(self) -> Request:
        """Finish handling, with evidence."""
        return Request(move=Move.RESOLVE, text=self.text, photo_ids=photo_keys(self.photo_ids))


@strawberry.type(description="What `ticketResolve` gives back. 办结结果")
class TicketResolvePayload(MovePayload):
    """What `ticketResolve` gives back."""


@strawberry.input(description="Give a ticket to a person of the unit. 指派参数")
class TicketAssignInput(MoveInput):
    """Give a ticket to a person of the unit."""

    person_id: strawberry.ID = strawberry.field(
        description="Staff of the unit; for a town or village also the grid's worker. 经办人"
    )

    def request(self) -> Request:
        """Give a ticket to a person of the unit."""
        return Request(move=Move.ASSIGN, assignee_id=key_or_absent(self.person_id, "Person"))


@strawberry.type(description="What `ticketAssign` gives back. 指派结果")
class TicketAssignPayload(MovePayload):
    """What `ticketAssign` gives back."""


@strawberry.type
class HandlingMutation:
    """Moves of those who handle a ticket."""

    ticket_acknowledge: TicketAcknowledgePayload = moving(
        TicketAcknowledgeInput,
        Action.TICKET_HANDLE,
        description="Take a ticket as one's unit's. 签收",
    )
    ticket_return: TicketReturnPayload = moving(
        TicketReturnInput,
        Action.TICKET_HANDLE,
        description="Give a ticket back as not one's unit's. 退单",
    )
    ticket_contact: TicketContactPayload = moving(
        TicketContactInput,
        Action.TICKET_HANDLE,
        description="Say that the reporter was contacted for the first time. 首次联系",
    )
    ticket_start: TicketStartPayload = moving(
        TicketStartInput, Action.TICKET_HANDLE, description="Begin to handle a ticket. 开始办理"
    )
    ticket_ask_extension: TicketAskExtensionPayload = moving(
        TicketAskExtensionInput,
        Action.TICKET_HANDLE,
        description="Ask for more time: once a round, a working day before it is due. 申请延期",
    )
    ticket_grant_extension: TicketGrantExtensionPayload = moving(
        TicketGrantExtensionInput,
        Action.TICKET_DISPATCH,
        description="Give the time that was asked for. 同意延期",
    )
    ticket_deny_extension: TicketDenyExtensionPayload = moving(
        TicketDenyExtensionInput,
        Action.TICKET_DISPATCH,
        description="Don't give the time that was asked for. 不同意延期",
    )
    ticket_suspend: TicketSuspendPayload = moving(
        TicketSuspendInput,
        Action.TICKET_HANDLE,
        description="Let handling wait; the clock stands still. 挂账",
    )
    ticket_resume: TicketResumePayload = moving(
        TicketResumeInput,
        Action.TICKET_HANDLE,
        Action.TICKET_DISPATCH,
        description="Go on handling; the clock goes on. 恢复办理",
    )
    ticket_resolve: TicketResolvePayload = moving(
        TicketResolveInput,
        Action.TICKET_HANDLE,
        description="Finish handling, with evidence. 办结",
    )
    ticket_assign: TicketAssignPayload = moving(
        TicketAssignInput,
        Action.TICKET_HANDLE,
        description="Give a ticket to a person of the unit. 指派",
    )
