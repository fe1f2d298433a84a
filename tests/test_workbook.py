"""Excel tables that somebody uploaded: what is read, and what no file can do to the reader."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import pytest
import xlsxwriter  # type: ignore[import-untyped] # It has no types.
from hypothesis import given, settings
from hypothesis import strategies as st

from models import workbook
from models.errors import Code, Refusal

TYPES = b"""<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
ROOT = b"""<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
RELATIONS = b"""<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
<Relationship Id="rId2" Target="sharedStrings.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>
</Relationships>"""
BOOK = b"""<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEET = (
    '<?xml version="1.0"{encoding}?>{doctype}<worksheet'
    ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}'
    "</sheetData></worksheet>"
)
STRINGS = (
    '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<si><t>{text}</t></si></sst>"
)


def packed(
    rows: str = "",
    *,
    doctype: str = "",
    encoding: str = "",
    shared: str = "x",
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Pack a workbook by hand, as a program would write it that means no good."""
    written = io.BytesIO()
    sheet = SHEET.format(rows=rows, doctype=doctype, encoding=encoding).encode()
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": STRINGS.format(text=shared).encode(),
        **more,
    }
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in parts.items():
            pack.writestr(name, text)
    return written.getvalue()


def made(*rows: tuple[object, ...]) -> bytes:
    """Write a workbook as Excel does."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                else:
                    sheet.write(number, place, value)
    return written.getvalue()


def table(data: bytes) -> list[list[str]]:
    return workbook.table(data, rows_most=100, columns_most=10)


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as no:
        table(data)
    assert (no.value.code, no.value.path) == (Code.INVALID, ("file",))
    return no.value.message


def test_every_cell_is_a_text() -> None:
    data = made(
        ("姓名", " 张三 ", 13800000001, 1.5),
        (True, date(2026, 11, 24), "", "=1+1"),
    )
    assert table(data) == [
        ["姓名", "张三", "13800000001", "1.5"],
        ["是", "2026-11-24", "", "0"],
    ]


def test_empty_rows_and_columns_before_the_table_are_there() -> None:
    cell = '<row r="2"><c r="B2"><v>7</v></c></row>'
    assert table(packed(cell)) == [["", ""], ["", "7"]]


def test_a_table_as_large_as_may_be_is_read() -> None:
    assert len(table(made(*[("x",) * 10] * 100))) == 100


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 100,
        b"PK\x03\x04" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),  # The old format of Excel
        "姓名,手机号\n张三,1".encode(),
        packed()[:-30],
        packed('<row r="x"/>'),
        packed('<row><c r="?"/></row>'),
        packed("<row>"),
        packed(encoding=' encoding="utf-7"'),
        packed(doctype='<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
        packed(doctype='<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    ],
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    assert refused(data) == "表格无法识别，请上传 Excel（xlsx）文件"


def test_a_file_larger_than_may_be_is_refused_unread() -> None:
    assert refused(bytes(workbook.BYTES_MOST + 1)) == "表格不得超过 4 MB"


@pytest.mark.parametrize(
    "bomb",
    [
        packed(more={"xl/media/x.bin": bytes(workbook.UNPACKED_BYTES_MOST)}),
        packed(more={"xl/theme/theme1.xml": b"<x>" + b" " * 30_000_000 + b"</x>"}),
        packed(more={f"xl/x{number}.xml": b"<x/>" for number in range(300)}),
    ],
    ids=["large", "dense", "many"],
)
def test_a_bomb_is_refused_by_its_directory(bomb: bytes) -> None:
    assert refused(bomb) == "表格解压后过大"


def test_a_directory_that_lies_is_found_out() -> None:
    honest = packed(more={"xl/theme/theme1.xml": b"<x>" + b" " * 100_000 + b"</x>"})
    said, small = (100_007).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert honest.count(said) == 2
    assert refused(honest.replace(said, small)) == "表格无法识别，请上传 Excel（xlsx）文件"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('<row r="1048576"><c r="XFD1048576"/></row>', "表格不得超过 100 行"),
        ('<row r="1"><c r="XFD1"/></row>', "表格不得超过 10 列"),
        ('<row r="1"><c r="a101"/></row>', "表格不得超过 100 行"),
        ("<row/>" * 101, "表格不得超过 100 行"),
        (f"<row>{'<c/>' * 11}</row>", "表格不得超过 10 列"),
    ],
)
def test_a_cell_far_away_is_refused_before_room_is_made_for_it(rows: str, message: str) -> None:
    assert refused(packed(rows)) == message


def test_a_long_text_is_refused_also_if_many_cells_share_it() -> None:
    cell = '<row><c t="s"><v>0</v></c></row>'
    assert refused(packed(cell, shared="长" * 251)) == "单元格内容不得超过 250 个字符"
    assert refused(packed(f'<row><c t="inlineStr"><is><t>{"x" * 251}</t></is></c></row>'))
    assert table(packed(cell, shared="长" * 250)) == [["长" * 250]]


def test_a_sheet_that_is_no_part_of_text_is_not_read() -> None:
    hidden = RELATIONS.replace(b"worksheets/sheet1.xml", b"media/sheet.bin")
    sheet = SHEET.format(rows='<row><c r="ZZZ9"/></row>', doctype="", encoding="").encode()
    more = {"xl/_rels/workbook.xml.rels": hidden, "xl/media/sheet.bin": sheet}
    assert refused(packed(more=more)) == "表格无法识别，请上传 Excel（xlsx）文件"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=8))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(packed('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        table(bytes(data))
    except Refusal:
        return
