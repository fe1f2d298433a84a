"""Tickets: what residents report, and how it is accepted, handled, checked and closed.

`submit` reports, `move` changes, `find` and `events` show. Who may do what in which state is one
table, `FLOW` (docs/ticket.md).
"""

from models.ticket.case import Ask, Case, Unit, Who, parties
from models.ticket.category import CATEGORIES, Category, categories, category_of, is_known
from models.ticket.closing import ON_CLOSED, Closing
from models.ticket.due import DEADLINES, Deadline
from models.ticket.duplicate import Similar, similar
from models.ticket.figures import Figures, Rate, figures
from models.ticket.filter import Filter
from models.ticket.flow import FLOW, Decision, Rule, decide, moves
from models.ticket.listing import tickets
from models.ticket.move import Request, move
from models.ticket.news import News, NewsAsked, news_of_each
from models.ticket.record import (
    Office,
    Sight,
    Ticket,
    find,
    find_all,
    find_by_office,
    find_each,
    office,
)
from models.ticket.regrid import regrid
from models.ticket.submit import Report, submit
from models.ticket.timeline import EventsAsked, TicketEvent, events_at, events_of_each
from models.ticket.words import (
    OPEN_STATES,
    Extension,
    Family,
    Move,
    Party,
    RejectReason,
    ReturnReason,
    Source,
    State,
    SuspendReason,
    Urgency,
)

__all__ = [
    "CATEGORIES",
    "DEADLINES",
    "FLOW",
    "ON_CLOSED",
    "OPEN_STATES",
    "Ask",
    "Case",
    "Category",
    "Closing",
    "Deadline",
    "Decision",
    "EventsAsked",
    "Extension",
    "Family",
    "Figures",
    "Filter",
    "Move",
    "News",
    "NewsAsked",
    "Office",
    "Party",
    "Rate",
    "RejectReason",
    "Report",
    "Request",
    "ReturnReason",
    "Rule",
    "Sight",
    "Similar",
    "Source",
    "State",
    "SuspendReason",
    "Ticket",
    "TicketEvent",
    "Unit",
    "Urgency",
    "Who",
    "categories",
    "category_of",
    "decide",
    "events_at",
    "events_of_each",
    "figures",
    "find",
    "find_all",
    "find_by_office",
    "find_each",
    "is_known",
    "move",
    "moves",
    "news_of_each",
    "office",
    "parties",
    "regrid",
    "similar",
    "submit",
    "tickets",
]
