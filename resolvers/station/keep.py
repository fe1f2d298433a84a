"""Stations made, changed and moved by those whose area it is."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from models import station
from models.access import Action
from models.errors import Code, Refusal
from models.station import Facility, Facts, Kind
from resolvers import guard
from resolvers.context import Info
from resolvers.field import shown
from resolvers.file import File
from resolvers.node import key_of
from resolvers.place import PointInput
from resolvers.station.kept import Kept, KeptFields, actor, kept, known_key, known_point
from resolvers.station.shape import OpeningType

AREA_TEXT = (
    "The code of the area that it serves, if that is one above the grid it stands in. 服务区划代码"
)
VERSION_TEXT = "The version that was seen: if there is a newer one, nothing is done. 版本"


@strawberry.input(description="A new station. 新增阵地参数")
class StationCreateInput:
    """A new station."""

    kind: Kind = strawberry.field(description="What it is. 类别")
    name: str = strawberry.field(description="The name, at most 64 characters. 名称")
    address: str = strawberry.field(description="The address, at most 128 characters. 地址")
    point: PointInput = strawberry.field(
        description="Where it is; its grid is found from this. 坐标"
    )
    area_code: str | None = strawberry.field(default=None, description=AREA_TEXT)
    phone: str | None = strawberry.field(default=None, description="The public phone. 电话")
    opening_hours: str | None = strawberry.field(
        default=None, description="As an OpenStreetMap opening_hours text. 开放时间"
    )
    services: list[str] = strawberry.field(
        default_factory=list, description="What it offers, in Chinese, at most 20. 服务项目"
    )
    facilities: list[Facility] = strawberry.field(
        default_factory=list, description="What it has. 设施"
    )
    audience: list[str] = strawberry.field(
        default_factory=list, description="Whom it serves, in Chinese, at most 20. 服务对象"
    )
    capacity: int | None = strawberry.field(
        default=None, description="How many people it holds, if they check in. 容纳人数"
    )
    is_accessible: bool = strawberry.field(
        default=False, description="Whether a wheelchair gets in. 无障碍"
    )
    photo_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Files of kind PHOTO, stored, at most 6. 照片"
    )
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again. 幂等键"
    )


@strawberry.input(
    description="What is to change at a station: what is left out stays as it is. 修改阵地参数"
)
class StationChangeInput:
    """What is to change at a station."""

    station_id: strawberry.ID = strawberry.field(description="The id of the station. 阵地标识")
    version: int = strawberry.field(description=VERSION_TEXT)
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name; null leaves it. 名称"
    )
    address: str | None = strawberry.field(
        default=strawberry.UNSET, description="The address; null leaves it. 地址"
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The public phone; null takes it away. 电话"
    )
    opening_hours: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="As an OpenStreetMap opening_hours text; null takes it away. 开放时间",
    )
    services: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All that it offers; null leaves it. 服务项目"
    )
    facilities: list[Facility] | None = strawberry.field(
        default=strawberry.UNSET, description="All that it has; null leaves it. 设施"
    )
    audience: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All whom it serves; null leaves it. 服务对象"
    )
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many people it holds; null: nobody checks in. 容纳人数",
    )
    is_accessible: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether a wheelchair gets in; null leaves it. 无障碍",
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All its photos in their order, by the ids of their files; null leaves them."
        " 照片",
    )


@strawberry.input(description="Where a station moves to. 迁移阵地参数")
class StationMoveInput:
    """Where a station moves to."""

    station_id: strawberry.ID = strawberry.field(description="The id of the station. 阵地标识")
    version: int = strawberry.field(description=VERSION_TEXT)
    point: PointInput = strawberry.field(description="The new place. 新坐标")
    address: str = strawberry.field(description="The new address. 新地址")
    area_code: str | None = strawberry.field(default=None, description=AREA_TEXT)


@strawberry.type(description="What `stationCreate` gives back. 新增阵地结果")
class StationCreatePayload(KeptFields):
    """What `stationCreate` gives back."""


@strawberry.type(description="What `stationChange` gives back. 修改阵地结果")
class StationChangePayload(KeptFields):
    """What `stationChange` gives back."""


@strawberry.type(description="What `stationMove` gives back. 迁移阵地结果")
class StationMovePayload(KeptFields):
    """What `stationMove` gives back."""


@guard.needs(Action.STATION_CREATE, outcome=Kept)
async def station_create(
    info: Info,
    new: Annotated[
        StationCreateInput,
        strawberry.argument(name="input", description="The station. 新增阵地参数"),
    ],
) -> Kept:
    """Open a station."""
    wanted = station.New(
        facts=Facts(
            name=new.name,
            address=new.address,
            phone=new.phone,
            opening_hours=new.opening_hours,
            services=tuple(new.services),
            facilities=tuple(new.facilities),
            audience=tuple(new.audience),
            capacity=new.capacity,
            is_accessible=new.is_accessible,
        ),
        kind=new.kind,
        point=known_point(new.point),
        area_code=new.area_code,
        photo_ids=_photo_keys(new.photo_ids),
    )
    return Kept(
        station=await station.create(
            wanted, person_id=actor(info), idempotency_key=new.idempotency_key
        )
    )


@guard.needs(Action.STATION_CHANGE, outcome=Kept)
async def station_change(
    info: Info,
    change: Annotated[
        StationChangeInput,
        strawberry.argument(name="input", description="The changes. 修改阵地参数"),
    ],
) -> Kept:
    """Change a station."""
    key = known_key(change.station_id)
    acting = station.change(
        key,
        version=change.version,
        given=_given(change),
        photo_ids=None if _is_left(change.photo_ids) else _photo_keys(change.photo_ids or ()),
        person_id=actor(info),
    )
    return await kept(key, acting)


@guard.needs(Action.STATION_MOVE, outcome=Kept)
async def station_move(
    info: Info,
    move: Annotated[
        StationMoveInput,
        strawberry.argument(name="input", description="The new place. 迁移阵地参数"),
    ],
) -> Kept:
    """Move a station."""
    key = known_key(move.station_id)
    place = station.Place(
        point=known_point(move.point), address=move.address, area_code=move.area_code
    )
    acting = station.move(key, version=move.version, place=place, person_id=actor(info))
    return await kept(key, acting)


REMOVABLE = ("phone", "opening_hours", "capacity")
FACTS = (
    *REMOVABLE,
    *("name", "address", "services", "facilities", "audience", "is_accessible"),
)


def _given(change: StationChangeInput) -> dict[str, Any]:
    """Give the facts that are to change: null takes away what a station need not have."""
    given = {name: getattr(change, name) for name in FACTS}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in given.items()
        if value is not strawberry.UNSET and (value is not None or name in REMOVABLE)
    }


def _is_left(given: object) -> bool:
    return given is None or given is strawberry.UNSET


def _photo_keys(ids: Sequence[strawberry.ID]) -> tuple[int, ...]:
    keys = tuple(key_of(one, File.__name__) for one in ids)
    if None in keys:
        raise Refusal(Code.NOT_FOUND, "没有这张照片", "photoIds")
    return tuple(key for key in keys if key)


def station_openings(
    opening_hours: Annotated[
        str,
        strawberry.argument(description="An OpenStreetMap opening_hours text. 开放时间"),
    ],
) -> tuple[station.Opening, ...]:
    """Show what a text means, before it is saved."""
    return station.openings(opening_hours)


@strawberry.type
class StationKeepQuery:
    """The root field that helps to keep stations up."""

    station_openings: list[OpeningType] = shown(
        station_openings,
        description="When a text means to be open, today and on the six days after: to be looked"
        " at before it is saved. 预览开放时间",
    )


@strawberry.type
class StationKeepMutation:
    """Root fields that make, change and move stations."""

    station_create: StationCreatePayload = guard.mutation(
        station_create, description="Open a new station. 新增阵地"
    )
    station_change: StationChangePayload = guard.mutation(
        station_change, description="Change what a station says of itself. 修改阵地"
    )
    station_move: StationMovePayload = guard.mutation(
        station_move, description="Move a station to another place. 迁移阵地"
    )
