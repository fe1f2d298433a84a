"""Stations to be read: near someone, on the care map, and how a village is served."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

import strawberry

from models import station
from models.errors import Invalid
from models.page import FIRST_DEFAULT, Page
from models.station import Facility, Kind, NearbyStation
from resolvers.area import Area
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import PageInfo, page_info
from resolvers.place import Point, PointInput
from resolvers.scalars import Long
from resolvers.station.shape import Station


@strawberry.type(name="NearbyStationEdge", description="A station near a place. 附近的阵地")
class NearbyStationEdge:
    """A station near a place."""

    cursor: str = strawberry.field(description="Where this item stands. 游标")
    distance_meters: float = strawberry.field(description="How far, in a straight line. 距离")
    open_now: bool = strawberry.field(description="Whether it is open at this moment. 是否开放")
    node: Station = strawberry.field(description="The station. 阵地")


class Nearby(NamedTuple):
    """A nearby station with its cursor."""

    cursor: str
    distance_meters: float
    open_now: bool
    node: station.Station


def _edges(page: strawberry.Parent[Page[Any]]) -> list[Nearby]:
    return [
        Nearby(cursor, near.distance_meters, near.open_now, near.station)
        for cursor, near in zip(page.cursors, page.items, strict=True)
    ]


def _nodes(page: strawberry.Parent[Page[Any]]) -> list[station.Station]:
    return [near.station for near in page.items]


@strawberry.type(description="Stations near a place, nearest first. 附近阵地列表")
class NearbyStationConnection:
    """Stations near a place, nearest first."""

    edges: list[NearbyStationEdge] = shown(_edges, description="Stations with distance. 各项")
    nodes: list[Station] = shown(_nodes, description="The stations alone. 各阵地")
    page_info: PageInfo = shown(page_info, description="Where the page stands. 分页信息")


@strawberry.input(description="The part of a map that is seen, in GCJ-02. 地图范围")
class ViewportInput:
    """The part of a map that is seen."""

    west: float = strawberry.field(description="The western edge, degrees east. 西")
    south: float = strawberry.field(description="The southern edge, degrees north. 南")
    east: float = strawberry.field(description="The eastern edge, degrees east. 东")
    north: float = strawberry.field(description="The northern edge, degrees north. 北")


@strawberry.type(description="A station on the map, or how many stand around a point. 地图标记")
class Marker:
    """A station on the map, or a cluster."""

    point: Point = strawberry.field(description="Where it is. 坐标")
    count: int = strawberry.field(description="How many stations it stands for. 数量")
    station: Station | None = strawberry.field(description="The station, if it is one. 阵地")


@strawberry.type(description="The stations of a viewport. 关爱地图")
class CareMap:
    """The stations of a viewport."""

    markers: list[Marker] = strawberry.field(description="At most 200. 标记")


@strawberry.type(description="How many stations of a kind are missing. 缺少的阵地")
class StationShortage:
    """How many stations of a kind are missing."""

    kind: Kind = strawberry.field(description="The kind. 类别")
    count: int = strawberry.field(description="How many more are needed. 缺少数量")


@strawberry.type(
    description="The cluster of a village, by the city's rule: a service centre, 3 pioneer"
    " stations and 10 neighbour points, unless it says otherwise. 阵地集群"
)
class StationCluster:
    """The cluster of a village."""

    service_centres: int = strawberry.field(description="Open service centres. 党群服务中心")
    pioneer_stations: int = strawberry.field(description="Open pioneer stations. 先锋驿站")
    neighbour_points: int = strawberry.field(description="Open neighbour points. 睦邻点")
    missing: list[StationShortage] = strawberry.field(description="What is missing. 缺项")
    is_complete: bool = strawberry.field(description="Whether nothing is. 是否完整")


@strawberry.type(description="A micro-grid without a station in reach. 服务空白")
class CoverageGap:
    """A micro-grid without a station in reach."""

    area: Area = strawberry.field(description="The micro-grid. 微网格")
    residents: Long = strawberry.field(description="How many people live there. 居民数")


@strawberry.type(
    description="Who has an open station within 8 minutes on foot, by the city's rule; 498 m in a"
    " straight line unless it says otherwise. 八分钟服务圈"
)
class StationCoverage:
    """Who has an open station within 8 minutes on foot."""

    residents: Long = strawberry.field(description="Residents of the area. 居民数")
    covered: Long = strawberry.field(description="Those within a circle. 覆盖居民数")
    rate: float | None = strawberry.field(
        description="Covered of all, from 0 to 1; null where nobody lives. 覆盖率"
    )
    gap_count: int = strawberry.field(description="Micro-grids outside of all circles. 空白数")
    gaps: list[CoverageGap] = strawberry.field(
        description="Those with most residents first: where one more point helps most. 空白明细"
    )


def stations_near(  # noqa: PLR0913, PLR0917 - the arguments of the graph
    near: Annotated[PointInput, strawberry.argument(description="Around where. 位置")],
    within_meters: Annotated[
        int | None, strawberry.argument(description="How far at most, 1 to 20,000. 半径（米）")
    ] = station.WITHIN_METERS_DEFAULT,
    kinds: Annotated[
        list[Kind] | None, strawberry.argument(description="Of any of these kinds. 类别")
    ] = None,
    facilities: Annotated[
        list[Facility] | None, strawberry.argument(description="With all of these. 设施")
    ] = None,
    open_at: Annotated[
        datetime | None,
        strawberry.argument(description="Open at this instant, with its offset from UTC. 开放于"),
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[NearbyStation]:
    """Find the stations around a place."""
    if open_at is not None and open_at.tzinfo is None:
        raise Invalid("时间须带时区，例如 2026-11-02T08:00:00+08:00")
    return station.near(
        near.point(),
        within_meters=given(within_meters, station.WITHIN_METERS_DEFAULT),
        kinds=kinds,
        facilities=facilities,
        open_at=open_at,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


def find(
    station_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 标识")
    ],
) -> station.Station | None:
    """Find a station by its id."""
    key = key_of(station_id, Station.__name__)
    return station.find(key) if key else None


def care_map(
    viewport: Annotated[ViewportInput, strawberry.argument(description="What is seen. 范围")],
    zoom: Annotated[int, strawberry.argument(description="The zoom level, 0 to 22. 缩放级别")],
    kinds: Annotated[
        list[Kind] | None,
        strawberry.argument(description="Of these kinds; without: the six care kinds. 类别"),
    ] = None,
) -> station.CareMap:
    """Show the stations of a viewport."""
    seen = station.Viewport(viewport.west, viewport.south, viewport.east, viewport.north)
    return station.care_map(seen, zoom=zoom, kinds=kinds)


async def station_cluster(
    info: Info,
    village_code: Annotated[
        str, strawberry.argument(description="The village's code, 12 digits. 村（社区）代码")
    ],
) -> station.Cluster | None:
    """Count the cluster of a village."""
    counted = station.cluster(village_code)
    return counted if await info.context.loaders.areas.load(village_code) else None


async def station_coverage(
    info: Info,
    area_code: Annotated[str, strawberry.argument(description="The area's code. 区划代码")],
    first: First = FIRST_DEFAULT,
) -> station.Coverage | None:
    """Weigh who is within reach of a station."""
    weighed = await station.coverage(area_code, first=given(first, FIRST_DEFAULT))
    return weighed if await info.context.loaders.areas.load(area_code) else None


@strawberry.type
class StationQuery:
    """Root fields that show stations."""

    stations_near: NearbyStationConnection = shown(
        stations_near, description="Stations around a place, nearest first. 附近阵地"
    )
    station: Station | None = shown(find, description="The station with this id. 阵地")
    care_map: CareMap = shown(
        care_map, description="The stations of a viewport, gathered into clusters. 关爱地图"
    )
    station_cluster: StationCluster | None = shown(
        station_cluster,
        description="How complete the cluster of a village is; null if there is no such village."
        " 阵地集群完整度",
    )
    station_coverage: StationCoverage | None = shown(
        station_coverage,
        description="Who in an area has a station within reach, and the worst gaps; null if there"
        " is no such area. 服务圈覆盖",
    )
