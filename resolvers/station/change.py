"""A station as it changes: followed live by everybody who likes to."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import station
from models.event import Topic
from resolvers import live
from resolvers.field import shown
from resolvers.node import key_of
from resolvers.station.shape import Station


@strawberry.type(description="Something that happened to a station. 阵地事件")
class StationEvent:
    """Something that happened to a station."""

    kind: str = strawberry.field(description="What happened. 事件类型")
    version: int = strawberry.field(description="The station's version after it. 版本")
    at: datetime = strawberry.field(description="When. 时间")


@strawberry.type(description="How a station stands, or what happened to it. 阵地动态")
class StationUpdate(live.UpdateFields):
    """How a station stands, or what happened to it."""

    station: Station | None = shown(
        live.thing, description="The station as it is now; null once it is gone. 阵地"
    )
    event: StationEvent | None = shown(
        live.event, description="What happened; null unless this is a CHANGE. 事件"
    )


async def station_changed(
    station_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 标识")
    ],
    after: live.After = None,
) -> live.Source:
    """Follow a station; raises EdgeError FORBIDDEN if there is none."""
    key = key_of(station_id, Station.__name__)
    if key is None or station.find(key) is None:
        raise live.unseen()

    async def read(_happened: object) -> station.Station | None:
        return await station.read(key)

    return live.of_thing(Topic.STATION, key, read=read, after=after)


@strawberry.type
class StationSubscription:
    """Root fields that follow stations."""

    station_changed: StationUpdate = live.subscription(
        station_changed, description="A station as it is, and every change of it. 关注阵地变化"
    )
