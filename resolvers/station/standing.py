"""Stations suspended, closed and reopened by those whose area it is."""

from typing import Annotated

import strawberry

from models import station
from models.access import Action
from resolvers import guard
from resolvers.context import Info
from resolvers.station.keep import VERSION_TEXT
from resolvers.station.kept import Kept, KeptFields, actor, kept, known_key


@strawberry.input
class _StandingFields:
    """The fields of each of these inputs."""

    station_id: strawberry.ID = strawberry.field(description="The id of the station. 阵地标识")
    version: int = strawberry.field(description=VERSION_TEXT)
    reason: str = strawberry.field(description="Why, at most 500 characters. 原因")


@strawberry.input(description="Which station is suspended, and why. 暂停阵地参数")
class StationSuspendInput(_StandingFields):
    """Which station is suspended, and why."""


@strawberry.input(description="Which station is closed, and why. 关闭阵地参数")
class StationCloseInput(_StandingFields):
    """Which station is closed, and why."""


@strawberry.input(description="Which station is reopened, and why. 恢复阵地参数")
class StationReopenInput(_StandingFields):
    """Which station is reopened, and why."""


@strawberry.type(description="What `stationSuspend` gives back. 暂停阵地结果")
class StationSuspendPayload(KeptFields):
    """What `stationSuspend` gives back."""


@strawberry.type(description="What `stationClose` gives back. 关闭阵地结果")
class StationClosePayload(KeptFields):
    """What `stationClose` gives back."""


@strawberry.type(description="What `stationReopen` gives back. 恢复阵地结果")
class StationReopenPayload(KeptFields):
    """What `stationReopen` gives back."""


@guard.needs(Action.STATION_CLOSE, outcome=Kept)
async def station_suspend(
    info: Info,
    suspend: Annotated[
        StationSuspendInput,
        strawberry.argument(name="input", description="Which and why. 暂停阵地参数"),
    ],
) -> Kept:
    """Suspend a station."""
    key = known_key(suspend.station_id)
    acting = station.suspend(
        key,
        version=suspend.version,
        reason=suspend.reason,
        person_id=actor(info),
    )
    return await kept(key, acting)


@guard.needs(Action.STATION_CLOSE, outcome=Kept)
async def station_close(
    info: Info,
    close: Annotated[
        StationCloseInput,
        strawberry.argument(name="input", description="Which and why. 关闭阵地参数"),
    ],
) -> Kept:
    """Close a station."""
    key = known_key(close.station_id)
    acting = station.close(key, version=close.version, reason=close.reason, person_id=actor(info))
    return await kept(key, acting)


@guard.needs(Action.STATION_CLOSE, outcome=Kept)
async def station_reopen(
    info: Info,
    reopen: Annotated[
        StationReopenInput,
        strawberry.argument(name="input", description="Which and why. 恢复阵地参数"),
    ],
) -> Kept:
    """Reopen a station."""
    key = known_key(reopen.station_id)
    acting = station.reopen(
        key, version=reopen.version, reason=reopen.reason, person_id=actor(info)
    )
    return await kept(key, acting)


@strawberry.type
class StationStandingMutation:
    """Root fields that say how stations stand."""

    station_suspend: StationSuspendPayload = guard.mutation(
        station_suspend, description="Take a station out of service for a while. 暂停阵地"
    )
    station_close: StationClosePayload = guard.mutation(
        station_close, description="Give a station up. 关闭阵地"
    )
    station_reopen: StationReopenPayload = guard.mutation(
        station_reopen, description="Put a station back into service. 恢复阵地"
    )
