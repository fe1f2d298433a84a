"""Wishes: what residents wish for, and how it is checked, claimed, fulfilled and confirmed.

`submit` makes one, `move` changes it, `find` and `events` show it. Who may do what in which state
is one table, `FLOW` (docs/wish.md). A resource is what somebody offers to those who wish for it.
"""

from models.wish.board import change as change_board
from models.wish.board import forget as forget_board
from models.wish.board import hear as hear_board
from models.wish.case import Ask, Case, Claim, Who, parties
from models.wish.clock import end_states
from models.wish.contact import Contact, contact
from models.wish.flow import FLOW, Decision, Rule, decide, moves
from models.wish.listing import Filter, NearbyWish, counts, near, wishes
from models.wish.move import Request, check, move, run
from models.wish.offering import Offer, close_due, offer
from models.wish.offering import close as close_resource
from models.wish.offering import review as review_resource
from models.wish.offers import (
    NearbyResource,
    Resource,
    resource,
    resources,
    suggested_wishes,
    suggestions,
)
from models.wish.record import Sight, Wish, WishUnit, find, find_all
from models.wish.submit import Proposal, draft, submit
from models.wish.timeline import EventsAsked, WishEvent, events_at, events_of_each
from models.wish.unchecked import START, Place, Unchecked, settle, unchecked
from models.wish.words import (
    BOARD_STATES,
    OVER_STATES,
    Beneficiary,
    Category,
    Checked,
    Move,
    Outcome,
    Party,
    RejectReason,
    ResourceState,
    State,
)

__all__ = [
    "BOARD_STATES",
    "FLOW",
    "OVER_STATES",
    "START",
    "Ask",
    "Beneficiary",
    "Case",
    "Category",
    "Checked",
    "Claim",
    "Contact",
    "Decision",
    "EventsAsked",
    "Filter",
    "Move",
    "NearbyResource",
    "NearbyWish",
    "Offer",
    "Outcome",
    "Party",
    "Place",
    "Proposal",
    "RejectReason",
    "Request",
    "Resource",
    "ResourceState",
    "Rule",
    "Sight",
    "State",
    "Unchecked",
    "Who",
    "Wish",
    "WishEvent",
    "WishUnit",
    "change_board",
    "check",
    "close_due",
    "close_resource",
    "contact",
    "counts",
    "decide",
    "draft",
    "end_states",
    "events_at",
    "events_of_each",
    "find",
    "find_all",
    "forget_board",
    "hear_board",
    "move",
    "moves",
    "near",
    "offer",
    "parties",
    "resource",
    "resources",
    "review_resource",
    "run",
    "settle",
    "submit",
    "suggested_wishes",
    "suggestions",
    "unchecked",
    "wishes",
]
