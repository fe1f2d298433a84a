"""The schema: every root field, from the files of their domain words."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.area import AreaMutation, AreaQuery
from resolvers.file import FileMutation
from resolvers.message import MessageMutation
from resolvers.node import NodeQuery
from resolvers.notification import NotificationMutation, NotificationSubscription
from resolvers.person import PersonMutation, PersonQuery
from resolvers.points import PointsMutation, PointsQuery, PointsSubscription
from resolvers.reward import RewardMutation, RewardQuery, VoucherSubscription
from resolvers.roster import RosterMutation
from resolvers.scalars import SCALARS
from resolvers.station import StationMutation, StationQuery, StationSubscription
from resolvers.ticket import TicketMutation, TicketQuery, TicketSubscription
from resolvers.unit import UnitMutation, UnitQuery
from resolvers.wish import (
    ClaimingMutation,
    MakingMutation,
    ResourceMutation,
    ResourceQuery,
    WishQuery,
    WishSubscription,
)


@strawberry.type(description="Everything that can be read. 查询")
class Query(
    PersonQuery,
    NodeQuery,
    AreaQuery,
    UnitQuery,
    StationQuery,
    TicketQuery,
    PointsQuery,
    RewardQuery,
    WishQuery,
    ResourceQuery,
):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be done. 操作")
class Mutation(
    PersonMutation,
    RosterMutation,
    AreaMutation,
    UnitMutation,
    FileMutation,
    MessageMutation,
    NotificationMutation,
    StationMutation,
    TicketMutation,
    PointsMutation,
    RewardMutation,
    MakingMutation,
    ClaimingMutation,
    ResourceMutation,
):
    """Everything that can be done."""


@strawberry.type(description="Everything that can be followed live. 订阅")
class Subscription(
    NotificationSubscription,
    StationSubscription,
    TicketSubscription,
    PointsSubscription,
    VoucherSubscription,
    WishSubscription,
):
    """Everything that can be followed live."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
)
