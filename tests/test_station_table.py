"""The table of stations: what it may be, and that it reads as it was written."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import sheet, workbook
from models.errors import Code, Refusal
from models.station import Facility, Status, facts, table
from models.station.table import HEADER, Line, written
from tests.stations import row

NEW = ("", "睦邻点", "长泾睦邻点", "长泾路2号", 120.2801, 31.9101)


def book(*rows: Sequence[str | float | None], header: Sequence[str] = HEADER) -> bytes:
    return sheet.write("阵地", header, rows)


words = st.lists(st.text(st.characters(codec="utf-8"), max_size=24), max_size=4)
given_facts = st.builds(
    facts.Facts,
    name=st.text(st.characters(codec="utf-8"), max_size=70),
    address=st.text(st.sampled_from("=+-@、，,;'\"<&a路 1"), max_size=20),
    phone=st.sampled_from([None, "0510-86001234", "+86 510 1234"]),
    opening_hours=st.sampled_from([None, "24/7", "Mo-Fr 08:00-18:00; PH off"]),
    services=words.map(tuple),
    facilities=st.lists(st.sampled_from(Facility)).map(tuple),
    audience=words.map(tuple),
    capacity=st.none() | st.integers(1, 10_000),
    is_accessible=st.booleans(),
)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            given_facts,
            st.floats(-180, 180, allow_nan=False),
            st.floats(-90, 90, allow_nan=False),
            st.sampled_from(Status),
        ),
        max_size=5,
    )
)
def test_every_table_reads_as_what_was_written(
    many: list[tuple[facts.Facts, float, float, Status]],
) -> None:
    rows: list[dict[str, Any]] = []
    for said, longitude, latitude, status in many:
        try:
            kept = facts.checked(said)
        except Refusal:
            continue
        values = dict(zip(facts.COLUMNS, facts.values(kept), strict=True))
        place = (longitude, latitude)
        rows.append(row(len(rows) + 1, place, **values, status=status.value))
    lines = table.lines(sheet.write("阵地", HEADER, map(written, rows)))
    assert [table.wish(line, one) for line, one in zip(lines, rows, strict=True)] == [None] * len(
        rows
    )


# What a table may be


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 40_000_000)
    return content.getvalue()


def far_cell() -> bytes:
    content = io.BytesIO(book(NEW))
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b'r="A2"', b'r="XFD1048576"')
            new.writestr(name, part)
    return changed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        far_cell(),
        book(NEW, header=("编号", "类别", "秘密")),
        book(NEW, header=("类别", "名称")),
        book(NEW, header=("编号", "编号")),
        book(*([NEW] * 5_001)),
        book(("", "睦邻点", "字" * 501)),
    ],
    ids=["bomb", "far cell", "unknown", "no code", "twice", "many rows", "long"],
)
def test_what_is_no_table_of_stations_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        table.lines(content)
    assert refused.value.code is Code.INVALID


def test_a_formula_is_the_text_that_it_shows() -> None:
    import xlsxwriter  # type: ignore[import-untyped] # It has no types.

    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as made:
        one = made.add_worksheet()
        one.write_row(0, 0, ["编号", "名称"])
        one.write_formula(1, 1, '=HYPERLINK("http://x","名")', value="名")
    assert table.lines(content.getvalue()) == (Line(2, {"编号": "", "名称": "名"}),)


def test_nothing_that_is_written_is_a_formula() -> None:
    content = sheet.write("阵地", ("名称",), [("=1+1",), ("@x",), ("http://x",)])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml")
        styles = parts.read("xl/styles.xml")
    assert b"<f>" not in cells
    assert b"hyperlink" not in cells
    assert b'quotePrefix="1"' in styles
    assert [line[0] for line in workbook.table(content, rows_most=9, columns_most=2)] == [
        "名称",
        "=1+1",
        "@x",
        "http://x",
    ]
