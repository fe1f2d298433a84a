"""What every mutation of a station gives back."""

from collections.abc import Awaitable
from dataclasses import dataclass, field

import strawberry

from models import station
from models.errors import Code, Invalid, Refusal
from models.geo import Point
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord, user_errors
from resolvers.place import PointInput
from resolvers.station.shape import Station

_Record = station.Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The station as it is now, and why nothing was done, if nothing was."""

    station: _Record | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type
class KeptFields:
    """The fields of every such payload."""

    station: Station | None = strawberry.field(
        description="The station as it is now; after a CONFLICT as somebody else left it. 阵地"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


def known_key(station_id: strawberry.ID) -> int:
    """Read the key of a station; raises Refusal NOT_FOUND for what can't be one."""
    key = key_of(station_id, Station.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "没有这个阵地", "stationId")
    return key


def known_point(point: PointInput) -> Point:
    """Read where something is; raises Refusal INVALID off the globe."""
    try:
        return point.point()
    except Invalid as invalid:
        raise Refusal(Code.INVALID, str(invalid), "point") from None


def actor(info: Info) -> int:
    """Give the key of who acts."""
    key = info.context.person_id
    assert key, "the guard lets nobody else in"
    return key


async def kept(key: int, acting: Awaitable[_Record]) -> Kept:
    """Await an action on a station; after a CONFLICT show the station beside the refusal."""
    try:
        return Kept(station=await acting)
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT:
            raise
        return Kept(station=await station.read(key), user_errors=user_errors(refusal))
