"""Rosters as files: brought in once by those in charge, and downloaded by nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import db, sheet, workbook
from models.file import XLSX
from tests import areas, homes, uploading
from tests.areas import MICRO_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask
from tests.homes import FAR_MICRO_GRID, IDENTITY_NUMBER, PHONE, everything, value

HEADER = ("姓名", "手机号", "身份证号", "微网格编码", "户号", "地址", "与户主关系", "党员")
ROW = ("李四", PHONE, IDENTITY_NUMBER, MICRO_GRID, "A1", "长泾路7号2幢301室", "户主", "是")
MATE = ("王五", "", "", MICRO_GRID, "A1", "", "", "")
IMPORT = """mutation ($input: RosterImportInput!) { rosterImport(input: $input) {
  report { rows people households faultCount faults { row column message } isWritten }
  userErrors { code path }
} }"""
EXPORT = """mutation ($input: RosterExportInput!) { rosterExport(input: $input) {
  file { contentType url } userErrors { code path }
} }"""
DONE = {
    "rows": 2,
    "people": 2,
    "households": 1,
    "faultCount": 0,
    "faults": [],
    "isWritten": True,
}


@pytest.fixture(autouse=True)
async def cadre(database: Database, tmp_path: Path) -> int:
    uploading.use(tmp_path)
    await homes.plant()
    return await areas.appoint("VILLAGE_CADRE", VILLAGE)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with uploading.client() as one:
        yield one


async def uploaded(http: httpx.AsyncClient, person_id: int, *rows: tuple[str, ...]) -> str:
    table = sheet.write("花名册", HEADER, rows)
    return await uploading.uploaded(http, person_id, table, kind="TABLE", content_type=XLSX)


async def bring(person_id: int, file_id: str, **more: object) -> dict[str, Any]:
    asked = {"fileId": file_id, "areaCode": VILLAGE, "idempotencyKey": "k", **more}
    payload: dict[str, Any] = (await ask(IMPORT, person_id, input=asked))["rosterImport"]
    return payload


async def export(person_id: int, **more: object) -> dict[str, Any]:
    asked = {"areaCode": VILLAGE, **more}
    payload: dict[str, Any] = (await ask(EXPORT, person_id, input=asked))["rosterExport"]
    return payload


def refused(payload: dict[str, Any]) -> tuple[str, list[str]]:
    assert [value for name, value in payload.items() if name != "userErrors"] == [None]
    (error,) = payload["userErrors"]
    return error["code"], error["path"]


async def test_a_roster_is_brought_once_however_often_it_is_sent(
    http: httpx.AsyncClient, cadre: int
) -> None:
    file_id = await uploaded(http, cadre, ROW, MATE)
    dry = await bring(cadre, file_id, dryRun=True)
    assert dry == {"report": {**DONE, "isWritten": False}, "userErrors": []}
    assert await value("SELECT count(*) FROM residence") == 0
    answers = await asyncio.gather(*(bring(cadre, file_id) for _ in range(3)))
    assert answers == [{"report": DONE, "userErrors": []}] * 3
    rows = await db.fetch(
        "SELECT person.name, area_code FROM residence"
        " JOIN person ON person.id = person_id ORDER BY residence.id"
    )
    assert [tuple(row) for row in rows] == [("李四", MICRO_GRID), ("王五", MICRO_GRID)]
    kept = await db.fetch(
        "SELECT person_id, area_code, rows, people, households FROM roster_import"
    )
    assert [tuple(row) for row in kept] == [(cadre, VILLAGE, 2, 2, 1)]
    other = await uploaded(http, cadre, MATE)
    assert refused(await bring(cadre, other)) == ("KEY_REUSED", ["idempotencyKey"])


async def test_a_fault_keeps_all_from_being_written_and_leaves_the_key(
    http: httpx.AsyncClient, cadre: int
) -> None:
    before = await everything()
    bad = await uploaded(http, cadre, ROW, ("", "1", "", FAR_MICRO_GRID))
    report = (await bring(cadre, bad))["report"]
    assert (report["isWritten"], report["rows"], report["faultCount"]) == (False, 2, 2)
    assert [(fault["row"], fault["column"]) for fault in report["faults"]] == [
        (3, "姓名"),
        (3, "手机号"),
    ]
    far = await uploaded(http, cadre, ("赵六", "", "", FAR_MICRO_GRID))
    report = (await bring(cadre, far))["report"]
    assert report["faults"] == [
        {"row": 2, "column": "微网格编码", "message": "不是本辖区的微网格"}
    ]
    assert await everything() == before
    good = await uploaded(http, cadre, ROW, MATE)
    assert (await bring(cadre, good))["report"] == DONE


async def test_what_is_no_roster_or_not_ones_own_is_refused(
    http: httpx.AsyncClient, cadre: int
) -> None:
    other = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    worker = await areas.appoint("GRID_WORKER", VILLAGE + "01")
    mine = await uploaded(http, cadre, ROW)
    before = await everything()
    assert refused(await bring(other, mine)) == ("NOT_FOUND", ["fileId"])
    assert refused(await bring(other, "x")) == ("NOT_FOUND", ["fileId"])
    assert refused(await bring(worker, mine)) == ("NOT_ALLOWED", ["areaCode"])
    assert refused(await bring(cadre, mine, areaCode=OTHER_VILLAGE)) == (
        "NOT_ALLOWED",
        ["areaCode"],
    )
    table = sheet.write("阵地", ("编号", "名称"), [("1", "2")])
    none = await uploading.uploaded(http, cadre, table, kind="TABLE", content_type=XLSX)
    assert refused(await bring(cadre, none, idempotencyKey="k2")) == ("INVALID", ["fileId"])
    assert await everything() == before


async def test_of_two_who_bring_the_same_people_at_once_one_does(
    http: httpx.AsyncClient, cadre: int
) -> None:
    other = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    mine, theirs = await uploaded(http, cadre, ROW), await uploaded(http, other, ROW)
    answers = await asyncio.gather(bring(cadre, mine), bring(other, theirs))
    written = [answer["report"] and answer["report"]["isWritten"] for answer in answers]
    assert written.count(True) == 1
    assert await value("SELECT count(*) FROM residence") == 1
    # The other one may send the same again, and is told who is there.
    late = (cadre, mine) if written[1] else (other, theirs)
    report = (await bring(*late))["report"]
    assert {"row": 2, "column": "手机号", "message": "该手机号已登记"} in report["faults"]


async def test_a_roster_goes_out_masked_or_in_full_for_a_reason(
    http: httpx.AsyncClient, cadre: int
) -> None:
    await bring(cadre, await uploaded(http, cadre, ROW, MATE))
    shown = {}
    for reason in (None, "核对名册"):
        payload = await export(cadre, reason=reason)
        assert payload["userErrors"] == []
        assert payload["file"]["contentType"] == XLSX
        answer = await http.get(payload["file"]["url"])
        lines = workbook.table(answer.content, rows_most=10, columns_most=20)
        shown[reason] = lines[1]
    assert list(shown[None][1:3]) == [
        "138****0001",
        f"{IDENTITY_NUMBER[:6]}********{IDENTITY_NUMBER[-4:]}",
    ]
    assert list(shown["核对名册"][1:3]) == [PHONE, IDENTITY_NUMBER]
    assert await value("SELECT count(*) FROM access") == 2
    assert (await http.get(payload["file"]["url"][:-1])).status_code == 403


async def test_nobody_else_gets_a_roster(cadre: int) -> None:
    worker = await areas.appoint("GRID_WORKER", VILLAGE + "01")
    before = await everything()
    assert refused(await export(worker)) == ("NOT_ALLOWED", ["areaCode"])
    assert refused(await export(cadre, areaCode=OTHER_VILLAGE)) == ("NOT_ALLOWED", ["areaCode"])
    assert refused(await export(cadre, reason=" ")) == ("INVALID", ["reason"])
    assert await everything() == before
    assert await value("SELECT count(*) FROM file") == 0
