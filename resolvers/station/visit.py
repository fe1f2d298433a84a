"""Visits in the graph: people who check in at a station, and out again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import station
from models.access import Action
from resolvers import guard
from resolvers.context import Context, Info
from resolvers.field import shown
from resolvers.node import Node, shows
from resolvers.payload import UserError, UserErrorRecord
from resolvers.station.kept import actor, known_key
from resolvers.station.shape import Station

KEY_TEXT = "The same key with the same input gives the first answer again. 幂等键"


async def _load(context: Context, key: int) -> station.Visit | None:
    """Give a visit's node to nobody but the visitor."""
    who = context.person_id
    return await station.find_visit(key, person_id=who) if who else None


def _station(of: strawberry.Parent[station.Visit]) -> station.Station | None:
    return station.find(of.station_id)


@shows(station.Visit, load=_load)
@strawberry.type(description="That the person who asks is, or was, at a station. 到站记录")
class StationVisit(Node):
    """That the person who asks is, or was, at a station."""

    station: Station | None = shown(_station, description="The station. 阵地")
    entered_at: datetime = strawberry.field(description="When they checked in. 签到时间")
    ends_at: datetime = strawberry.field(
        description="When they are checked out by themselves: at closing. 自动签退时间"
    )
    left_at: datetime | None = strawberry.field(
        description="When they left; null while they are there. 离开时间"
    )


@strawberry.input(description="Where somebody checks in. 签到参数")
class StationCheckInInput:
    """Where somebody checks in."""

    station_id: strawberry.ID = strawberry.field(description="The id of the station. 阵地标识")
    idempotency_key: str = strawberry.field(description=KEY_TEXT)


@strawberry.input(description="Where somebody checks out. 签退参数")
class StationCheckOutInput:
    """Where somebody checks out."""

    station_id: strawberry.ID = strawberry.field(description="The id of the station. 阵地标识")
    idempotency_key: str = strawberry.field(description=KEY_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What checking in or out gives back."""

    visit: station.Visit | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type
class VisitedFields:
    """The fields of both payloads."""

    visit: StationVisit | None = strawberry.field(description="The visit. 到站记录")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `stationCheckIn` gives back. 签到结果")
class StationCheckInPayload(VisitedFields):
    """What `stationCheckIn` gives back."""


@strawberry.type(description="What `stationCheckOut` gives back. 签退结果")
class StationCheckOutPayload(VisitedFields):
    """What `stationCheckOut` gives back."""


@guard.needs(Action.STATION_CHECK_IN, outcome=Visited)
async def station_check_in(
    info: Info,
    check_in: Annotated[
        StationCheckInInput, strawberry.argument(name="input", description="Where. 签到参数")
    ],
) -> Visited:
    """Check in."""
    visit = await station.check_in(
        known_key(check_in.station_id),
        person_id=actor(info),
        idempotency_key=check_in.idempotency_key,
    )
    return Visited(visit=visit)


@guard.needs(Action.STATION_CHECK_IN, outcome=Visited)
async def station_check_out(
    info: Info,
    check_out: Annotated[
        StationCheckOutInput, strawberry.argument(name="input", description="Where. 签退参数")
    ],
) -> Visited:
    """Check out."""
    visit = await station.check_out(
        known_key(check_out.station_id),
        person_id=actor(info),
        idempotency_key=check_out.idempotency_key,
    )
    return Visited(visit=visit)


async def station_visit(info: Info) -> station.Visit | None:
    """Give the visit of who asks."""
    who = info.context.person_id
    return await station.visit_of(who) if who else None


@strawberry.type
class StationVisitQuery:
    """The root field that shows where one is."""

    station_visit: StationVisit | None = shown(
        station_visit,
        description="Where the person who asks is checked in; null if nowhere. 当前到站",
    )


@strawberry.type
class StationVisitMutation:
    """Root fields to check in and out."""

    station_check_in: StationCheckInPayload = guard.mutation(
        station_check_in, description="Check in at a station with a capacity. 签到"
    )
    station_check_out: StationCheckOutPayload = guard.mutation(
        station_check_out, description="Check out of a station. 签退"
    )
