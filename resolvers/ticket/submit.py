"""Reporting a ticket."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import ticket
from models.access import Action
from models.ticket import Report, Similar, Urgency
from models.ticket import Ticket as TicketRecord
from resolvers import guard
from resolvers.context import Info
from resolvers.field import given
from resolvers.payload import UserError, UserErrorRecord
from resolvers.place import PointInput
from resolvers.ticket.moving import photo_keys
from resolvers.ticket.record import SimilarTicketType, Ticket


@strawberry.input(description="What is reported. 上报参数")
class TicketSubmitInput:
    """What is reported."""

    category: str = strawberry.field(description="A code of `ticketCategories`. 事项类别代码")
    text: str = strawberry.field(description="What is wrong, 1 to 1,000 characters. 描述")
    point: PointInput = strawberry.field(description="Where. 位置")
    address: str | None = strawberry.field(
        default=None, description="Where, in words, at most 128 characters. 地址"
    )
    urgency: Urgency | None = strawberry.field(
        default=Urgency.NORMAL, description="How urgent it is. 紧急程度"
    )
    anonymous: bool | None = strawberry.field(
        default=False, description="Whether nobody is to be named. 是否匿名"
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )

    def report(self) -> Report:
        """Give what is reported."""
        return Report(
            category=self.category,
            text=self.text,
            longitude=self.point.longitude,
            latitude=self.point.latitude,
            system=self.point.system,
            address=self.address,
            urgency=given(self.urgency, Urgency.NORMAL),
            is_anonymous=given(self.anonymous, False),
            photo_ids=photo_keys(self.photo_ids),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What `ticketSubmit` gives back."""

    ticket: TicketRecord | None = None
    similar: tuple[Similar, ...] = ()
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `ticketSubmit` gives back. 上报结果")
class TicketSubmitPayload:
    """What `ticketSubmit` gives back."""

    ticket: Ticket | None = strawberry.field(description="The new ticket. 工单")
    similar: list[SimilarTicketType] = strawberry.field(
        description="Open tickets that may be the same: what, where and when. 疑似重复工单"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.TICKET_SUBMIT, outcome=Submitted)
async def submit(
    info: Info,
    report: Annotated[
        TicketSubmitInput,
        strawberry.argument(name="input", description="What is reported. 上报参数"),
    ],
) -> Submitted:
    """Report a ticket."""
    who = info.context.person_id
    assert who is not None, "the guard asks for a sign-in"
    key = await ticket.submit(report.report(), person_id=who, key=report.idempotency_key)
    found = await ticket.find(key, person_id=who)
    if found is None:
        return Submitted()
    similar = await ticket.similar(
        found.category, found.place, at=found.submitted_at, but=[found.id]
    )
    return Submitted(ticket=found, similar=similar)


@strawberry.type
class SubmitMutation:
    """The root field that reports."""

    ticket_submit: TicketSubmitPayload = guard.mutation(
        submit, description="Report something; its grid is found from the point. 上报工单"
    )
