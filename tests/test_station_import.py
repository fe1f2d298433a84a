"""Stations out of a table and into one: all rows or none, and a round trip changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import db, sheet, station, workbook
from models.station import Kind
from models.station.table import HEADER
from tests import areas, uploading
from tests.areas import CITY, GRID, OTHER_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask
from tests.keeping import HERE, THERE, act, created, everything
from tests.keeping import station_id as sid
from tests.stations import plant, scatter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMPORT = """mutation ($input: StationImportInput!) { stationImport(input: $input) {
  report { rows created changed moved faultCount faults { row column message } isWritten }
  userErrors { code message path }
} }"""
EXPORT = """mutation ($input: StationExportInput!) { stationExport(input: $input) {
  file { id contentType url } userErrors { code message path }
} }"""
NEW = ("", "睦邻点", "长泾睦邻点", "长泾路2号", 120.2801, 31.9101)
NOTHING = {"created": 0, "changed": 0, "moved": 0, "faultCount": 0, "faults": []}


@pytest.fixture(autouse=True)
async def cadre(database: Database, tmp_path: Path) -> AsyncIterator[int]:
    uploading.use(tmp_path)
    await areas.plant()
    await station.load()
    yield await areas.appoint("VILLAGE_CADRE", VILLAGE)
    station.forget()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with uploading.client() as one:
        yield one


def book(*rows: Sequence[str | float | None], header: Sequence[str] = HEADER) -> bytes:
    return sheet.write("阵地", header, rows)


async def bring(
    http: httpx.AsyncClient, person_id: int, content: bytes, **more: object
) -> dict[str, Any]:
    """Upload a table and import it; gives the payload."""
    file_id = await uploading.uploaded(http, person_id, content, kind="TABLE", content_type=XLSX)
    asked = {"fileId": file_id, "idempotencyKey": "k", **more}
    payload: dict[str, Any] = (await ask(IMPORT, person_id, input=asked))["stationImport"]
    return payload


async def exported(
    http: httpx.AsyncClient, person_id: int, area_code: str = VILLAGE, **more: object
) -> bytes:
    asked = {"areaCode": area_code, **more}
    payload = (await ask(EXPORT, person_id, input=asked))["stationExport"]
    assert payload["userErrors"] == []
    answer = await http.get(payload["file"]["url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def rows_of(content: bytes) -> list[dict[str, str]]:
    lines = workbook.table(content, rows_most=5_001, columns_most=20, text_length_most=500)
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


# Round trips


async def test_what_was_exported_and_is_imported_changes_nothing(
    http: httpx.AsyncClient, cadre: int
) -> None:
    made: list[dict[str, Any]] = [
        {"phone": "0510-86001234", "services": ["阅读、休息", "-1+1"], "facilities": ["WIFI"]},
        {"name": "=HYPERLINK(1)", "openingHours": None, "capacity": None, "isAccessible": True},
        {"kind": "MEDIATION_STUDIO", "areaCode": VILLAGE, "audience": ["骑手", "居民"]},
        {"point": {"longitude": 120.28012345678901, "latitude": 31.910123456789}},
    ]
    for turn, more in enumerate(made):
        await created(cadre, idempotencyKey=f"k{turn}", **more)
    await act("stationClose", cadre, stationId=sid(4), version=1, reason="拆迁")
    content = await exported(http, cadre)
    before = {**(await everything()), "file": []}
    for dry_run in (True, False):
        payload = await bring(http, cadre, content, dryRun=dry_run)
        assert payload == {
            "report": {"rows": 4, **NOTHING, "isWritten": not dry_run},
            "userErrors": [],
        }
    assert {**(await everything()), "file": []} == before


async def test_a_whole_city_goes_out_and_comes_back(http: httpx.AsyncClient) -> None:
    admin = await areas.appoint("ADMIN", CITY)
    await plant(scatter(7, 300))
    content = await exported(http, admin, CITY)
    assert len(rows_of(content)) == 300
    payload = await bring(http, admin, content, dryRun=True)
    assert payload["report"] == {"rows": 300, **NOTHING, "isWritten": False}
    only = await exported(http, admin, CITY, kinds=["LOVE_SHOP"])
    assert {one["类别"] for one in rows_of(only)} == {Kind.LOVE_SHOP.chinese}


# Imports


async def test_rows_make_change_and_move_stations(http: httpx.AsyncClient, cadre: int) -> None:
    await created(cadre)
    await created(cadre, idempotencyKey="k2")
    content = book(
        (f"{VILLAGE}-BE01", "新名", None, None, "微波炉，饮水\n充电"),
        (f"{VILLAGE}-BE02", "澄江小蜜蜂驿站", 120.2905, 31.9105, ""),
        header=("编号", "名称", "经度", "纬度", "设施"),
    )
    payload = await bring(http, cadre, content)
    assert payload["report"]["faults"] == [
        {"row": 2, "column": "经度", "message": "经纬度须为数字"}
    ]
    content = book(
        (f"{VILLAGE}-BE01", "新名", HERE["longitude"], HERE["latitude"], "微波炉，饮水\n充电"),
        (f"{VILLAGE}-BE02", "澄江小蜜蜂驿站", 120.2905, 31.9105, ""),
        header=("编号", "名称", "经度", "纬度", "设施"),
    )
    dry = await bring(http, cadre, content, dryRun=True)
    counted = {**NOTHING, "rows": 2, "changed": 1, "moved": 1}
    assert dry == {"report": {**counted, "isWritten": False}, "userErrors": []}
    assert len(await db.fetch("SELECT FROM event")) == 2
    done = await bring(http, cadre, content)
    assert done == {"report": {**counted, "isWritten": True}, "userErrors": []}
    rows = await db.fetch("SELECT name, area_code, facilities, version FROM station ORDER BY id")
    assert [tuple(one) for one in rows] == [
        ("新名", GRID, ["WATER", "MICROWAVE", "CHARGING"], 2),
        ("澄江小蜜蜂驿站", VILLAGE + "02", [], 2),
    ]
    events = await db.fetch("SELECT kind, version, actor_id FROM event ORDER BY id OFFSET 2")
    assert [tuple(one) for one in events] == [("CHANGED", 2, cadre), ("MOVED", 2, cadre)]


async def test_new_rows_are_made_once_with_codes_of_their_own(
    http: httpx.AsyncClient, cadre: int
) -> None:
    content = book(
        (*NEW, "", "0510-86001234", "24/7", "休息、阅读", "饮水", "居民", 12, "是"), NEW, NEW
    )
    file_id = await uploading.uploaded(http, cadre, content, kind="TABLE", content_type=XLSX)
    asked = {"fileId": file_id, "idempotencyKey": "k"}
    payloads = await asyncio.gather(*(ask(IMPORT, cadre, input=asked) for _ in range(3)))
    report = {"rows": 3, **NOTHING, "created": 3, "isWritten": True}
    assert payloads == [{"stationImport": {"report": report, "userErrors": []}}] * 3
    rows = await db.fetch("SELECT code, area_code, services, capacity FROM station ORDER BY id")
    assert [tuple(one) for one in rows] == [
        (f"{VILLAGE}-NP01", GRID, ["休息", "阅读"], 12),
        (f"{VILLAGE}-NP02", GRID, [], None),
        (f"{VILLAGE}-NP03", GRID, [], None),
    ]
    other = await uploading.uploaded(http, cadre, book(NEW), kind="TABLE", content_type=XLSX)
    payload = (await ask(IMPORT, cadre, input={**asked, "fileId": other}))["stationImport"]
    assert payload["userErrors"][0]["code"] == "KEY_REUSED"


async def test_one_wrong_row_keeps_all_from_being_written(
    http: httpx.AsyncClient, cadre: int
) -> None:
    town = await areas.appoint("TOWN_OFFICER", "320281001")
    await created(cadre)
    await created(town, idempotencyKey="k2", point=THERE)
    mine, theirs = f"{VILLAGE}-BE01", f"{OTHER_VILLAGE}-BE01"
    far = (119.0, 31.0)
    content = book(
        ("", "不存在的类别", "名", "址", *NEW[4:]),
        ("", "睦邻点", "", "址", *NEW[4:]),
        ("", "睦邻点", "名", "址", "东", 31.9),
        ("", "睦邻点", "名", "址", *far),
        ("", "睦邻点", "名", "址", *THERE.values()),
        ("", "睦邻点", "名", "址", *NEW[4:], OTHER_GRID),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "打电话"),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "always"),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "", "", "喷泉"),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "", "", "", "", "很多"),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "", "", "", "", 0),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "", "", "", "", "", "也许"),
        ("", "睦邻点", "名", "址", *NEW[4:], "", "", "", "", "", "", "", "", "正常开放"),
        ("没有的编号", "睦邻点", "名", "址", *NEW[4:]),
        (theirs, "小蜜蜂驿站", "偷改", "址", *THERE.values()),
        (mine, "睦邻点", "名", "址", *HERE.values()),
        (mine, "小蜜蜂驿站", "名", "址", *HERE.values(), *[""] * 8, "已关闭"),
        (mine, "小蜜蜂驿站", "名", "址", *HERE.values(), *[""] * 9, 7),
        NEW,
    )
    before = {**(await everything()), "file": []}
    payload = await bring(http, cadre, content)
    report = payload["report"]
    assert (report["isWritten"], report["rows"], report["created"]) == (False, 19, 1)
    assert [(fault["row"], fault["column"]) for fault in report["faults"]] == [
        (2, "类别"),
        (3, "名称"),
        (4, "经度"),
        (5, "经度"),
        (6, "经度"),
        (7, "服务区划"),
        (8, "电话"),
        (9, "开放时间"),
        (10, "设施"),
        (11, "容纳人数"),
        (12, "容纳人数"),
        (13, "无障碍"),
        (14, "状态"),
        (15, "编号"),
        (16, "编号"),
        (17, "类别"),
        (18, "状态"),
        (18, "编号"),
        (19, "版本"),
        (19, "编号"),
    ]
    assert {**(await everything()), "file": []} == before
    assert await db.fetch("SELECT FROM station_import") == []
    # The key was not used up: the table that is right is imported with it.
    good = await bring(http, cadre, book(NEW))
    assert good["report"]["isWritten"]


async def test_a_table_is_imported_by_its_owner_and_who_may(
    http: httpx.AsyncClient, cadre: int
) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID)
    before = {**(await everything()), "file": []}
    refused = await bring(http, worker, book(NEW))
    assert refused["userErrors"][0]["code"] == "NOT_ALLOWED"
    theirs = await uploading.uploaded(http, worker, book(NEW), kind="TABLE", content_type=XLSX)
    photo = await uploading.uploaded(http, cadre, uploading.picture())
    waiting = (await uploading.start(cadre, b"x", kind="TABLE", content_type=XLSX))["file"]["id"]
    for wrong in (theirs, photo, waiting, "x"):
        asked = {"fileId": wrong, "idempotencyKey": "k"}
        payload = (await ask(IMPORT, cadre, input=asked))["stationImport"]
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["fileId"])
    for person_id, place in ((worker, GRID), (cadre, OTHER_VILLAGE), (cadre, "")):
        payload = (await ask(EXPORT, person_id, input={"areaCode": place}))["stationExport"]
        assert payload["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert {**(await everything()), "file": []} == before


async def test_too_many_changes_at_once_are_refused(http: httpx.AsyncClient, cadre: int) -> None:
    payload = await bring(http, cadre, book(*([NEW] * 1_001)))
    assert payload["userErrors"][0]["code"] == "LIMIT_REACHED"
    assert await db.fetch("SELECT FROM station") == []
