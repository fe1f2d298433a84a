"""Rosters out of a table and into one, in the graph."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import file, roster
from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info
from resolvers.file import File
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.table import TableFault


@strawberry.type(description="What an import of a roster did, or would do. 花名册导入报告")
class RosterImportReport:
    """What an import did, or would do."""

    rows: int = strawberry.field(description="Rows with something in them. 行数")
    people: int = strawberry.field(description="People who are new. 新增人数")
    households: int = strawberry.field(description="Households that are new. 新增户数")
    fault_count: int = strawberry.field(
        description="How much is wrong, 1,000 at most: if anything is, nothing is written. 错误数"
    )
    faults: list[TableFault] = strawberry.field(description="The first 100. 错误明细")
    is_written: bool = strawberry.field(description="Whether it was done. 是否已导入")


@strawberry.input(description="Which roster is imported. 导入花名册参数")
class RosterImportInput:
    """Which roster is imported."""

    file_id: strawberry.ID = strawberry.field(description="A stored file of kind TABLE. 文件标识")
    area_code: str = strawberry.field(
        description="The area in which everybody on it lives. 区划代码"
    )
    dry_run: bool = strawberry.field(
        default=False, description="Whether only to say what would be done. 试运行"
    )
    idempotency_key: str = strawberry.field(
        description="The same key with the same table gives the first report again. 幂等键"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What `rosterImport` gives back."""

    report: roster.Report | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `rosterImport` gives back. 导入花名册结果")
class RosterImportPayload:
    """What `rosterImport` gives back."""

    report: RosterImportReport | None = strawberry.field(description="The report. 报告")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.input(description="Which roster is exported. 导出花名册参数")
class RosterExportInput:
    """Which roster is exported."""

    area_code: str = strawberry.field(description="Those who live in this area or below. 区划代码")
    reason: str | None = strawberry.field(
        default=None,
        description="Why numbers and addresses are needed in full, for the log that nobody can"
        " change; without it they are masked. 理由",
    )


_File = file.File


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What `rosterExport` gives back."""

    file: _File | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `rosterExport` gives back. 导出花名册结果")
class RosterExportPayload:
    """What `rosterExport` gives back."""

    file: File | None = strawberry.field(description="The table, kept for a day. 文件")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.ROSTER_IMPORT, outcome=Imported)
async def roster_import(
    info: Info,
    which: Annotated[
        RosterImportInput,
        strawberry.argument(name="input", description="Which table. 导入花名册参数"),
    ],
) -> Imported:
    """Import a roster."""
    key = key_of(which.file_id, File.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "没有这个文件", "fileId")
    report = await roster.bring(
        key,
        area_code=which.area_code,
        dry_run=which.dry_run,
        person_id=guard.signed_in(info),
        idempotency_key=which.idempotency_key,
    )
    return Imported(report=report)


@guard.needs(Action.ROSTER_EXPORT, outcome=Exported)
async def roster_export(
    info: Info,
    which: Annotated[
        RosterExportInput,
        strawberry.argument(name="input", description="Which area. 导出花名册参数"),
    ],
) -> Exported:
    """Export a roster."""
    return Exported(
        file=await roster.export(
            which.area_code, reason=which.reason, person_id=guard.signed_in(info)
        )
    )


@strawberry.type
class RosterMutation:
    """Root fields that import and export rosters."""

    roster_import: RosterImportPayload = guard.mutation(
        roster_import,
        description="Bring the people of an Excel table into an area: all rows or none."
        " 导入花名册",
    )
    roster_export: RosterExportPayload = guard.mutation(
        roster_export,
        description="Write who lives in an area to an Excel table. 导出花名册",
    )
