"""Rosters: read with every fault named, brought in whole or not at all, and given out masked."""

import asyncio
import io
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped] # It has no types.

from models import cipher, db, person, workbook
from models.errors import Code, Refusal
from models.person import Fault, Report
from models.person.protected import masked_address
from tests import areas, homes
from tests.areas import CITY, GRID, MICRO_GRID, OTHER_GRID, TOWN, VILLAGE
from tests.conftest import Database
from tests.homes import (
    FAR_MICRO_GRID,
    IDENTITY_NUMBER,
    NEXT_MICRO_GRID,
    OTHER_IDENTITY_NUMBER,
    OTHER_PHONE,
    PHONE,
    everything,
    live,
    roster_row,
    somebody,
    value,
)
from tests.program import DATA_KEYS, ROOT, SECRET

HEADER = ("姓名", "手机号", "身份证号", "微网格编码", "户号", "地址", "与户主关系", "党员")
GOOD = (
    ("李四", PHONE, IDENTITY_NUMBER, MICRO_GRID, "A1", "长泾路7号2幢301室", "户主", "是"),
    ("王五", OTHER_PHONE, OTHER_IDENTITY_NUMBER, MICRO_GRID, "A1", "", "配偶", "否"),
    ("赵六", "", "", NEXT_MICRO_GRID, "", "长泾路9号", "", ""),
)


def sheet(*rows: tuple[object, ...], header: tuple[str, ...] = HEADER) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate((header, *rows)):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return written.getvalue()


def faults(*rows: tuple[object, ...]) -> list[tuple[int, str, str]]:
    return [
        (fault.row, fault.column, fault.message)
        for fault in person.read_roster(sheet(*rows)).faults
    ]


async def bring(
    *rows: tuple[object, ...],
    area_code: str = VILLAGE,
    actor_id: int | None = None,
    dry_run: bool = False,
) -> Report:
    said = person.read_roster(sheet(*rows))
    return await person.bring_roster(said, area_code=area_code, actor_id=actor_id, dry_run=dry_run)


# Reading


def test_a_table_is_read_whatever_the_order_of_its_columns() -> None:
    data = sheet(
        (MICRO_GRID, 13800000001, " 李四 ", "是"),
        header=("微网格编码", "手机号", "姓名", "是否户主"),
    )
    roster = person.read_roster(data)
    (row,) = roster.rows
    assert (row.number, row.name, row.phone, row.area_code) == (2, "李四", PHONE, MICRO_GRID)
    assert (row.is_head, row.is_party_member, row.household_code) == (True, False, None)
    assert (roster.faults, roster.row_count) == ((), 1)


@pytest.mark.parametrize(
    "header",
    [
        (),
        ("姓名",),
        ("姓名", "微网格编码", "备注"),
        ("姓名", "姓名", "微网格编码"),
        ("张三", MICRO_GRID),
    ],
)
def test_a_table_with_other_columns_is_refused(header: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        person.read_roster(sheet(("张三", MICRO_GRID), header=header))
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("file",))


def test_every_fault_of_a_row_is_named_by_row_and_column_without_its_value() -> None:
    found = faults(
        ("", "1380000", "320281199001011234", MICRO_GRID, "一户", "x" * 201, "", "也许"),
        (),
        ("李四\u200b", "", "", MICRO_GRID),
    )
    assert found == [
        (2, "党员", "须填写是或否"),
        (2, "地址", "地址须为 1 到 200 个字符"),
        (2, "姓名", "姓名须为 1 到 64 个字符"),
        (2, "户号", "户号须为 1 到 32 个字母、数字或短横线"),
        (2, "手机号", "手机号须为 11 位中国大陆号码"),
        (2, "身份证号", "身份证号校验位不正确"),
        (4, "姓名", "姓名含有不可见的字符"),
    ]


def test_what_stands_twice_is_named_with_the_row_where_it_stood_first() -> None:
    found = faults(
        ("李四", PHONE, IDENTITY_NUMBER, MICRO_GRID, "A1", "", "户主"),
        ("王五", f"+86 {PHONE}", IDENTITY_NUMBER, MICRO_GRID, "A1", "", "本人"),
        ("李四", "", "", NEXT_MICRO_GRID, "A1"),
    )
    assert found == [
        (3, "与户主关系", "该户户主已在第 2 行"),
        (3, "手机号", "与第 2 行重复"),
        (3, "身份证号", "与第 2 行重复"),
        (4, "姓名", "与第 2 行重复"),
        (4, "微网格编码", "与第 2 行同户而微网格不同"),
    ]


# Bringing in


@pytest.mark.usefixtures("database")
async def test_a_roster_is_brought_in_whole_and_its_people_are_claimed_by_phone() -> None:
    await homes.plant()
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    report = await bring(*GOOD, actor_id=cadre)
    assert report == Report(rows=3, people=3, households=2, faults=(), is_written=True)
    rows = await db.fetch(
        "SELECT person.name, is_party_member, residence.area_code, code,"
        " head_id = person.id AS is_head"
        " FROM person JOIN residence ON person_id = person.id AND state = 'CONFIRMED'"
        " JOIN household ON household.id = household_id ORDER BY person.id"
    )
    assert [tuple(row)[:3] for row in rows] == [
        ("李四", True, MICRO_GRID),
        ("王五", False, MICRO_GRID),
        ("赵六", False, NEXT_MICRO_GRID),
    ]
    assert [row["is_head"] for row in rows] == [True, False, True]
    assert [row["code"] for row in rows][:2] == ["A1", "A1"]
    assert rows[2]["code"].startswith(f"{NEXT_MICRO_GRID}-")
    kinds = await db.fetch("SELECT kind, area_code, actor_id FROM event ORDER BY id")
    assert [tuple(row) for row in kinds] == [
        ("IMPORTED", code, cadre) for code in (MICRO_GRID, MICRO_GRID, NEXT_MICRO_GRID)
    ]
    household = await db.fetch_one("SELECT id, address FROM household WHERE code = 'A1'")
    assert household
    place = f"household.address:{household['id']}"
    assert cipher.unseal(household["address"], place=place) == "长泾路7号2幢301室"
    me = await somebody("微信用户")

    async def number(_code: str) -> str:
        return PHONE

    await person.verify_phone(me, code="c", key="k", look_up=number)
    viewer = await person.viewer(me)
    assert viewer
    assert (viewer.name, viewer.is_party_member) == ("李四", True)


@pytest.mark.usefixtures("database")
async def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    await homes.plant()
    before = await everything()
    report = await bring(*GOOD, dry_run=True)
    assert report == Report(rows=3, people=3, households=2, faults=(), is_written=False)
    assert await everything() == before


@pytest.mark.usefixtures("database")
async def test_one_fault_keeps_all_out() -> None:
    await homes.plant()
    neighbour = await somebody("邻居", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(neighbour, MICRO_GRID, "A1")
    await live(await roster_row("远亲"), FAR_MICRO_GRID, "FAR")
    before = await everything()
    report = await bring(
        ("李四", PHONE, IDENTITY_NUMBER, MICRO_GRID, "A1", "", "户主", "是"),
        ("邻居", "", "", MICRO_GRID, "A1"),
        ("王五", "", "", FAR_MICRO_GRID, "B1"),
        ("赵六", "", "", GRID, "B2"),
        ("孙七", "", "", MICRO_GRID, "FAR"),
        ("周八", "", "", MICRO_GRID, f"{MICRO_GRID}-999"),
        ("吴九", "", "", MICRO_GRID, "B3"),
    )
    assert report.faults == (
        Fault(2, "与户主关系", "该户已有户主"),
        Fault(2, "手机号", "该手机号已登记"),
        Fault(2, "身份证号", "该身份证号已登记"),
        Fault(3, "姓名", "该户已有同名成员"),
        Fault(4, "微网格编码", "不是本辖区的微网格"),
        Fault(5, "微网格编码", "不是本辖区的微网格"),
        Fault(6, "户号", "该户号已用于其他微网格"),
        Fault(7, "户号", "没有这个户号"),
    )
    assert not report.is_written
    assert await everything() == before


@pytest.mark.usefixtures("database")
async def test_of_a_stranger_with_a_number_nothing_is_told_and_nothing_taken() -> None:
    await homes.plant()
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    stranger = await somebody("远亲", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(stranger, FAR_MICRO_GRID, "FAR")
    there = await bring(*GOOD[:2], actor_id=cadre, dry_run=True)
    await db.execute(
        "UPDATE person SET phone_index = NULL, identity_number_index = NULL WHERE id = $1",
        stranger,
    )
    assert await bring(*GOOD[:2], actor_id=cadre, dry_run=True) == there
    assert there.faults == ()
    await homes._seal(stranger, "phone", PHONE)
    await homes._seal(stranger, "identity_number", IDENTITY_NUMBER)
    # Whoever runs the city, and who is in charge of both places, is told.
    town = await areas.appoint("TOWN_OFFICER", TOWN)
    for actor in (None, town):
        told = await bring(*GOOD[:2], actor_id=actor, dry_run=True)
        assert [fault.column for fault in told.faults] == ["手机号", "身份证号"]
    assert (await bring(*GOOD[:2], actor_id=cadre)).is_written
    found = await person.search(phone=PHONE, viewer_id=town)
    assert found
    assert found.id == stranger
    assert await person.search(phone=PHONE, viewer_id=cadre) is None
    row = await db.fetch_one("SELECT id, phone, phone_index FROM person WHERE name = '李四'")
    assert row
    assert (cipher.unseal(row["phone"], place=f"person.phone:{row['id']}"), row[2]) == (
        PHONE,
        None,
    )


@pytest.mark.usefixtures("database")
async def test_the_same_roster_is_not_brought_in_twice_nor_by_two_at_once() -> None:
    await homes.plant()
    answers = await asyncio.gather(*(bring(*GOOD) for _ in range(3)), return_exceptions=True)
    written = [one for one in answers if isinstance(one, Report) and one.is_written]
    assert len(written) == 1
    codes = [one.code for one in answers if isinstance(one, Refusal)]
    reports = [one for one in answers if isinstance(one, Report)]
    assert len(codes) + len(reports) == 3
    assert set(codes) <= {Code.CONFLICT}
    assert len((await bring(*GOOD)).faults) >= 4
    assert await value("SELECT count(*) FROM person") == 3


@pytest.mark.usefixtures("database")
async def test_only_those_in_charge_bring_a_roster_in_or_take_it_out() -> None:
    await homes.plant()
    others = [
        await somebody(),
        await areas.appoint("GRID_WORKER", GRID),
        await areas.appoint("VILLAGE_CADRE", areas.OTHER_VILLAGE),
        await areas.appoint("AUDITOR", CITY),
    ]
    before = await everything()
    for actor in others:
        with pytest.raises(Refusal) as refused:
            await bring(*GOOD, actor_id=actor)
        assert (refused.value.code, refused.value.path) == (Code.NOT_ALLOWED, ("areaCode",))
        for reason in (None, "核对名册"):
            with pytest.raises(Refusal) as refused:
                await person.export_roster(actor, area_code=VILLAGE, reason=reason)
            assert refused.value.code is Code.NOT_ALLOWED
    assert await everything() == before


# Giving out


def table(data: bytes) -> list[list[str]]:
    return workbook.table(data, rows_most=100, columns_most=20)


@pytest.mark.usefixtures("database")
async def test_an_export_is_masked_or_whole_for_a_reason_that_is_logged() -> None:
    await homes.plant()
    await bring(*GOOD)
    await live(await roster_row("远亲"), FAR_MICRO_GRID, "FAR")
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    masked = table(await person.export_roster(cadre, area_code=VILLAGE, reason=None))
    assert masked[:3] == [
        list(HEADER),
        [
            "李四",
            "138****0001",
            "320281********1233",
            MICRO_GRID,
            "A1",
            masked_address("长泾路7号2幢301室"),
            "户主",
            "是",
        ],
        [
            "王五",
            "139****0002",
            "320281********0015",
            MICRO_GRID,
            "A1",
            "长泾路*号*幢*室",
            "",
            "否",
        ],
    ]
    assert [row[0] for row in masked] == ["姓名", "李四", "王五", "赵六"]
    assert await value("SELECT count(*) FROM access") == 0
    whole = table(await person.export_roster(cadre, area_code=VILLAGE, reason="核对名册"))
    assert whole[1][1:3] == [PHONE, IDENTITY_NUMBER]
    lines = await db.fetch("SELECT reader_id, columns, content_id FROM access")
    assert {tuple(row) for row in lines} == {
        (cadre, "PHONE,IDENTITY_NUMBER,ADDRESS", lines[0]["content_id"])
    }
    assert len(lines) == 3


@pytest.mark.usefixtures("database")
async def test_a_value_that_looks_like_a_formula_stays_a_text() -> None:
    await homes.plant()
    for name in ("=1+1", "+A1", "-1", "@SUM(A1)", "http://example.com"):
        await live(await roster_row(name), MICRO_GRID, f"H{ord(name[0])}", address=name)
    town = await areas.appoint("TOWN_OFFICER", TOWN)
    data = await person.export_roster(town, area_code=TOWN, reason="核对名册")
    names = [row[0] for row in table(data)[1:]]
    assert sorted(names) == ["+A1", "-1", "=1+1", "@SUM(A1)", "http://example.com"]
    assert [row[5] for row in table(data)[1:]] == names


# The command


async def test_the_command_reports_and_imports(database: Database, tmp_path: Path) -> None:
    await homes.plant()
    file = tmp_path / "roster.xlsx"
    file.write_bytes(sheet(*GOOD))

    async def run(*more: str, area: str = VILLAGE) -> tuple[int | None, str]:
        environment = {
            "DATABASE_URL": database.url,
            "JWT_SECRET": SECRET,
            "DATA_KEYS": DATA_KEYS,
            "REDIS_URL": "redis://127.0.0.1:1",
        }
        command = [sys.executable, "-m", "api", "data", "roster", str(file), "--area", area]
        done = await asyncio.create_subprocess_exec(
            *command, *more, cwd=ROOT, env=os.environ | environment, stdout=PIPE, stderr=PIPE
        )
        told, errors = await done.communicate()
        return done.returncode, (told + errors).decode()

    code, told = await run("--dry-run")
    assert (code, told.splitlines()) == (
        0,
        ["3 rows, 3 people, 2 new households, 0 faults.", "Nothing was written."],
    )
    code, told = await run(area=OTHER_GRID)
    assert code == 1
    assert told.count("不是本辖区的微网格") == 3
    assert await value("SELECT count(*) FROM person") == 0
    code, told = await run()
    assert (code, told.splitlines()[-1]) == (0, "All of it is imported.")
    assert await value("SELECT count(*) FROM person") == 3
    file.write_bytes(b"PK")
    assert await run() == (1, "表格无法识别，请上传 Excel（xlsx）文件\n")
