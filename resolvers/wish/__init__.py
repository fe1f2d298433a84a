"""Wishes in the graph: what is wished for and offered, how it moves, and what is seen of it."""

from resolvers.wish.change import WishSubscription
from resolvers.wish.claiming import ClaimingMutation
from resolvers.wish.query import WishQuery
from resolvers.wish.record import Wish
from resolvers.wish.resource import ResourceMutation, ResourceQuery
from resolvers.wish.submit import MakingMutation

__all__ = [
    "ClaimingMutation",
    "MakingMutation",
    "ResourceMutation",
    "ResourceQuery",
    "Wish",
    "WishQuery",
    "WishSubscription",
]
