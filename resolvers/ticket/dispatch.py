"""Moves that decide whose a ticket is."""

import strawberry

from models.access import Action
from models.ticket import Move, RejectReason, Request
from resolvers import words
from resolvers.ticket.moving import MoveInput, MovePayload, key_or_absent, moving, photo_keys

words.enum(
    RejectReason, name="TicketRejectReason", description="Why a ticket is rejected. 不予受理原因"
)


@strawberry.input(description="Accept a ticket and dispatch it to a unit. 受理派单参数")
class TicketAcceptInput(MoveInput):
    """Accept a ticket and dispatch it to a unit."""

    unit_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The unit; without it the directory of dispatch names one. 承办单位",
    )
    text: str | None = strawberry.field(
        default=None, description="What the unit should know. 派单说明"
    )

    def request(self) -> Request:
        """Accept a ticket and dispatch it to a unit."""
        return Request(
            move=Move.ACCEPT, unit_id=key_or_absent(self.unit_id, "Unit"), text=self.text
        )


@strawberry.type(description="What `ticketAccept` gives back. 受理派单结果")
class TicketAcceptPayload(MovePayload):
    """What `ticketAccept` gives back."""


@strawberry.input(description="Reject a ticket. 不予受理参数")
class TicketRejectInput(MoveInput):
    """Reject a ticket."""

    reason: RejectReason = strawberry.field(description="Why. 原因")
    text: str | None = strawberry.field(
        default=None, description="What the reporter should know. 说明"
    )

    def request(self) -> Request:
        """Reject a ticket."""
        return Request(move=Move.REJECT, reason=self.reason, text=self.text)


@strawberry.type(description="What `ticketReject` gives back. 不予受理结果")
class TicketRejectPayload(MovePayload):
    """What `ticketReject` gives back."""


@strawberry.input(description="Appeal against a rejection, once. 申诉参数")
class TicketAppealInput(MoveInput):
    """Appeal against a rejection, once."""

    text: str = strawberry.field(description="Why it should be accepted. 申诉理由")

    def request(self) -> Request:
        """Appeal against a rejection, once."""
        return Request(move=Move.APPEAL, text=self.text)


@strawberry.type(description="What `ticketAppeal` gives back. 申诉结果")
class TicketAppealPayload(MovePayload):
    """What `ticketAppeal` gives back."""


@strawberry.input(description="Go on with a ticket as part of another. 并案参数")
class TicketMergeInput(MoveInput):
    """Go on with a ticket as part of another."""

    into_id: strawberry.ID = strawberry.field(description="The ticket that goes on. 主工单")
    text: str | None = strawberry.field(default=None, description="Why. 说明")

    def request(self) -> Request:
        """Go on with a ticket as part of another."""
        return Request(
            move=Move.MERGE, into_id=key_or_absent(self.into_id, "Ticket"), text=self.text
        )


@strawberry.type(description="What `ticketMerge` gives back. 并案结果")
class TicketMergePayload(MovePayload):
    """What `ticketMerge` gives back."""


@strawberry.input(description="Take one's report back before it is accepted. 撤回参数")
class TicketWithdrawInput(MoveInput):
    """Take one's report back before it is accepted."""

    text: str | None = strawberry.field(default=None, description="Why. 说明")

    def request(self) -> Request:
        """Take one's report back before it is accepted."""
        return Request(move=Move.WITHDRAW, text=self.text)


@strawberry.type(description="What `ticketWithdraw` gives back. 撤回结果")
class TicketWithdrawPayload(MovePayload):
    """What `ticketWithdraw` gives back."""


@strawberry.input(
    description="Resolve a ticket on the spot, as the worker of its grid. 自办自结参数"
)
class TicketSettleInput(MoveInput):
    """Resolve a ticket on the spot, as the worker of its grid."""

    text: str | None = strawberry.field(
        default=None, description="What was done; this or a photo is needed. 办理结果"
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )

    def request(self) -> Request:
        """Resolve a ticket on the spot, as the worker of its grid."""
        return Request(move=Move.SETTLE, text=self.text, photo_ids=photo_keys(self.photo_ids))


@strawberry.type(description="What `ticketSettle` gives back. 自办自结结果")
class TicketSettlePayload(MovePayload):
    """What `ticketSettle` gives back."""


@strawberry.input(description="Take a dispatch back before it is acknowledged. 撤回派单参数")
class TicketRecallInput(MoveInput):
    """Take a dispatch back before it is acknowledged."""

    text: str | None = strawberry.field(default=None, description="Why. 说明")

    def request(self) -> Request:
        """Take a dispatch back before it is acknowledged."""
        return Request(move=Move.RECALL, text=self.text)


@strawberry.type(description="What `ticketRecall` gives back. 撤回派单结果")
class TicketRecallPayload(MovePayload):
    """What `ticketRecall` gives back."""


@strawberry.input(description="Decide whose a twice returned ticket is; this binds. 裁决参数")
class TicketArbitrateInput(MoveInput):
    """Decide whose a twice returned ticket is; this binds."""

    unit_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The unit; without it the directory of dispatch names one. 承办单位",
    )
    text: str | None = strawberry.field(default=None, description="The grounds. 裁决依据")

    def request(self) -> Request:
        """Decide whose a twice returned ticket is; this binds."""
        return Request(
            move=Move.ARBITRATE, unit_id=key_or_absent(self.unit_id, "Unit"), text=self.text
        )


@strawberry.type(description="What `ticketArbitrate` gives back. 裁决结果")
class TicketArbitratePayload(MovePayload):
    """What `ticketArbitrate` gives back."""


@strawberry.type
class DispatchMutation:
    """Moves that decide whose a ticket is."""

    ticket_accept: TicketAcceptPayload = moving(
        TicketAcceptInput,
        Action.TICKET_DISPATCH,
        description="Accept a ticket and dispatch it to a unit. 受理派单",
    )
    ticket_reject: TicketRejectPayload = moving(
        TicketRejectInput, Action.TICKET_DISPATCH, description="Reject a ticket. 不予受理"
    )
    ticket_appeal: TicketAppealPayload = moving(
        TicketAppealInput,
        Action.TICKET_SUBMIT,
        description="Appeal against a rejection, once. 申诉",
    )
    ticket_merge: TicketMergePayload = moving(
        TicketMergeInput,
        Action.TICKET_DISPATCH,
        description="Go on with a ticket as part of another. 并案",
    )
    ticket_withdraw: TicketWithdrawPayload = moving(
        TicketWithdrawInput,
        Action.TICKET_SUBMIT,
        description="Take one's report back before it is accepted. 撤回",
    )
    ticket_settle: TicketSettlePayload = moving(
        TicketSettleInput,
        Action.TICKET_PATROL,
        description="Resolve a ticket on the spot, as the worker of its grid. 自办自结",
    )
    ticket_recall: TicketRecallPayload = moving(
        TicketRecallInput,
        Action.TICKET_DISPATCH,
        description="Take a dispatch back before it is acknowledged. 撤回派单",
    )
    ticket_arbitrate: TicketArbitratePayload = moving(
        TicketArbitrateInput,
        Action.TICKET_DISPATCH,
        description="Decide whose a twice returned ticket is; this binds. 裁决",
    )
