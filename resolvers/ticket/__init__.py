"""Tickets in the graph: what is reported, how it moves, and what can be seen of it."""

from resolvers.ticket.change import TicketSubscription
from resolvers.ticket.mutation import TicketMutation
from resolvers.ticket.query import TicketQuery
from resolvers.ticket.record import Ticket

__all__ = ["Ticket", "TicketMutation", "TicketQuery", "TicketSubscription"]
