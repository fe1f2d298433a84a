"""Stations out of a table and into one, in the graph."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import file, station
from models.access import Action
from models.errors import Code, Refusal
from models.station import Kind
from resolvers import guard
from resolvers.context import Info
from resolvers.file import File
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.station.kept import actor
from resolvers.table import TableFault


@strawberry.type(description="What an import did, or would do. 导入报告")
class StationImportReport:
    """What an import did, or would do."""

    rows: int = strawberry.field(description="Rows with something in them. 行数")
    created: int = strawberry.field(description="New stations. 新增数")
    changed: int = strawberry.field(description="Stations with other facts. 修改数")
    moved: int = strawberry.field(description="Stations at another place. 迁移数")
    fault_count: int = strawberry.field(
        description="Rows with a fault: if there is one, nothing is written. 错误数"
    )
    faults: list[TableFault] = strawberry.field(description="The first 100. 错误明细")
    is_written: bool = strawberry.field(description="Whether it was done. 是否已导入")


@strawberry.input(description="Which table is imported. 导入阵地参数")
class StationImportInput:
    """Which table is imported."""

    file_id: strawberry.ID = strawberry.field(description="A stored file of kind TABLE. 文件标识")
    dry_run: bool = strawberry.field(
        default=False, description="Whether only to say what would be done. 试运行"
    )
    idempotency_key: str = strawberry.field(
        description="The same key with the same table gives the first report again. 幂等键"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What `stationImport` gives back."""

    report: station.Report | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `stationImport` gives back. 导入阵地结果")
class StationImportPayload:
    """What `stationImport` gives back."""

    report: StationImportReport | None = strawberry.field(description="The report. 报告")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.input(description="Which stations are exported. 导出阵地参数")
class StationExportInput:
    """Which stations are exported."""

    area_code: str = strawberry.field(description="Those of this area and below. 区划代码")
    kinds: list[Kind] | None = strawberry.field(
        default=None, description="Of these kinds only. 类别"
    )


_File = file.File


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What `stationExport` gives back."""

    file: _File | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `stationExport` gives back. 导出阵地结果")
class StationExportPayload:
    """What `stationExport` gives back."""

    file: File | None = strawberry.field(description="The table, kept for a day. 文件")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.STATION_IMPORT, outcome=Imported)
async def station_import(
    info: Info,
    given: Annotated[
        StationImportInput,
        strawberry.argument(name="input", description="Which table. 导入阵地参数"),
    ],
) -> Imported:
    """Import stations."""
    key = key_of(given.file_id, File.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "没有这个文件", "fileId")
    report = await station.bring(
        key,
        dry_run=given.dry_run,
        person_id=actor(info),
        idempotency_key=given.idempotency_key,
    )
    return Imported(report=report)


@guard.needs(Action.STATION_IMPORT, outcome=Exported)
async def station_export(
    info: Info,
    given: Annotated[
        StationExportInput,
        strawberry.argument(name="input", description="Which stations. 导出阵地参数"),
    ],
) -> Exported:
    """Export stations."""
    return Exported(
        file=await station.export(given.area_code, kinds=given.kinds, person_id=actor(info))
    )


@strawberry.type
class StationExchangeMutation:
    """Root fields that import and export stations."""

    station_import: StationImportPayload = guard.mutation(
        station_import,
        description="Make, change and move stations by an Excel table: all rows or none. 导入阵地",
    )
    station_export: StationExportPayload = guard.mutation(
        station_export, description="Write stations to an Excel table. 导出阵地"
    )
