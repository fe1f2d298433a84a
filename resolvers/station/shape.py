"""A station in the graph: what is shown of it."""

from datetime import datetime

import strawberry

from models import station
from models.station import Facility, Kind, Opening, Status
from resolvers import words
from resolvers.area import Area
from resolvers.context import Context
from resolvers.field import shown
from resolvers.file import Photo
from resolvers.node import Node, shows
from resolvers.place import Point

words.enum(Kind, name="StationKind", description="What a station is. 阵地类别")
words.enum(Facility, description="What a station has for those who come in. 设施")
words.enum(Status, name="StationStatus", description="How a station stands. 阵地状态")


def _open_now(of: strawberry.Parent[station.Station]) -> bool:
    return station.is_open(of)


def _week(of: strawberry.Parent[station.Station]) -> tuple[Opening, ...]:
    return station.open_intervals(of)


def _people(of: strawberry.Parent[station.Station]) -> int | None:
    return station.people_at(of)


@strawberry.type(name="Opening", description="A time when a station is open. 开放时段")
class OpeningType:
    """A time when a station is open."""

    opens_at: datetime = strawberry.field(description="From. 开始")
    closes_at: datetime = strawberry.field(description="Until. 结束")


def _load(_context: Context, key: int) -> station.Station | None:
    return station.find(key)


@shows(station.Station, load=_load)
@strawberry.type(description="A place where the city serves people. 阵地")
class Station(Node):
    """A place where the city serves people."""

    code: str = strawberry.field(description="The code on its sign. 编号")
    name: str = strawberry.field(description="The name. 名称")
    kind: Kind = strawberry.field(description="What it is. 类别")
    address: str = strawberry.field(description="The address. 地址")
    point: Point = strawberry.field(description="Where it is. 坐标")
    phone: str | None = strawberry.field(description="The public phone number. 电话")
    opening_hours: str | None = strawberry.field(
        description="When it is open, as an OpenStreetMap opening_hours text. 开放时间"
    )
    open_now: bool = shown(_open_now, description="Whether it is open at this moment. 是否开放")
    openings: list[OpeningType] = shown(
        _week,
        description="When it is open today and the six days after, holidays heeded. 一周开放",
    )
    services: list[str] = strawberry.field(description="What it offers, in Chinese. 服务项目")
    facilities: list[Facility] = strawberry.field(description="What it has. 设施")
    audience: list[str] = strawberry.field(description="Whom it serves, in Chinese. 服务对象")
    capacity: int | None = strawberry.field(description="How many people it holds. 容纳人数")
    occupancy: int | None = shown(
        _people,
        description="How many are checked in now; null where nobody checks in. 当前人数",
    )
    is_accessible: bool = strawberry.field(description="Whether a wheelchair gets in. 无障碍")
    status: Status = strawberry.field(description="How it stands. 状态")
    verified_at: datetime | None = strawberry.field(
        description="When somebody last checked these facts. 核实时间"
    )
    photos: list[Photo] = strawberry.field(description="At most 6, in their order. 照片")
    version: int = strawberry.field(description="Grows with every change. 版本")
    area_code: str = strawberry.field(description="The code of the area that it serves. 区划代码")
    grid: Area | None = strawberry.field(
        description="The grid it stands in; null at a village or above. 所在网格"
    )
