"""Everything that can be done to tickets."""

import strawberry

from resolvers.ticket.closing import ClosingMutation
from resolvers.ticket.dispatch import DispatchMutation
from resolvers.ticket.handling import HandlingMutation
from resolvers.ticket.submit import SubmitMutation
from resolvers.ticket.talking import TalkingMutation


@strawberry.type
class TicketMutation(
    SubmitMutation, DispatchMutation, HandlingMutation, ClosingMutation, TalkingMutation
):
    """Root fields that report and move tickets."""
