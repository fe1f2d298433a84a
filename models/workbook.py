"""A table out of an Excel workbook that somebody uploaded, or the reason why not.

Nothing of the file is trusted. Its directory is weighed before anything is unpacked, and what is
unpacked is held to what the directory says. Then every part is parsed: no entities, no cell
beyond the limits (one far away makes a reader reserve everything before it), no text that is
longer than its cell may be (ten thousand cells can refer to one text). Only parts that passed are
given to the reader. Formulas are not carried out: what a cell shows is text.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from models.errors import Code, Refusal

BYTES_MOST = 4 * 1024 * 1024
UNPACKED_BYTES_MOST = 48 * 1024 * 1024
RATIO_MOST = 200
PARTS_MOST = 200
TEXT_LENGTH_MOST = 250

Cell = int | float | str | bool | time | date | datetime | timedelta

_PLACE = re.compile(r"\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\s*")
_UNREADABLE = "表格无法识别，请上传 Excel（xlsx）文件"
_TOO_LARGE = "表格解压后过大"


def table(
    data: bytes, *, rows_most: int, columns_most: int, text_length_most: int = TEXT_LENGTH_MOST
) -> list[list[str]]:
    """Give the first sheet as rows of texts without blanks around them; row 1 comes first.

    Whole numbers have no decimal point, days are written 2026-11-24. Raises Refusal INVALID.
    """
    if len(data) > BYTES_MOST:
        raise _refusal(f"表格不得超过 {BYTES_MOST // 1024 // 1024} MB")
    parts = _parts(data)
    for text in parts.values():
        _Inspection(rows_most, columns_most, text_length_most).inspect(text)
    return [[_text(cell) for cell in row] for row in _cells(parts)]


def _parts(data: bytes) -> Mapping[str, bytes]:
    """Unpack the parts that hold text, within what the directory says of them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _weigh(packed.infolist())
            return {
                one.filename: packed.read(one)
                for one in packed.infolist()
                if one.filename.endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise _refusal(_UNREADABLE) from None


def _weigh(parts: list[zipfile.ZipInfo]) -> None:
    names = {one.filename for one in parts}
    is_odd = len(names) < len(parts) or any(one.flag_bits & 1 for one in parts)
    if is_odd or not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise _refusal(_UNREADABLE)
    too_large = (
        len(parts) > PARTS_MOST
        or sum(one.file_size for one in parts) > UNPACKED_BYTES_MOST
        or any(one.file_size > RATIO_MOST * max(one.compress_size, 100) for one in parts)
    )
    if too_large:
        raise _refusal(_TOO_LARGE)


class _Inspection:
    """Parses one part and stops at the first thing that no table needs."""

    def __init__(self, rows_most: int, columns_most: int, text_length_most: int) -> None:
        self._rows_most = rows_most
        self._columns_most = columns_most
        self._text_length_most = text_length_most
        self._row = self._column = self._length = 0
        self._is_in_text = False

    def inspect(self, text: bytes) -> None:
        """Raise Refusal INVALID unless the part keeps to the limits."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read
        parser.XmlDeclHandler = self._declare
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(text, True)
        except expat.ExpatError:
            raise _refusal(_UNREADABLE) from None

    def _declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # A reader that took the bytes for another encoding would see another document.
        if (encoding or "utf-8").lower() != "utf-8":
            raise _refusal(_UNREADABLE)

    def _entity(self, *_declared: object) -> None:
        raise _refusal(_UNREADABLE)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._column = 0
                self._row = self._number(attributes.get("r"), self._row + 1)
            case "c":
                self._is_in_text, self._length = True, 0
                self._place(attributes.get("r"))
            case "si":
                self._is_in_text, self._length = True, 0
        if self._row > self._rows_most:
            raise _refusal(f"表格不得超过 {self._rows_most} 行")
        if self._column > self._columns_most:
            raise _refusal(f"表格不得超过 {self._columns_most} 列")

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] in {"c", "si"}:
            self._is_in_text = False

    def _number(self, text: str | None, following: int) -> int:
        if text is None:
            return following
        if not text.strip().isdecimal():
            raise _refusal(_UNREADABLE)
        return int(text[:10])

    def _place(self, text: str | None) -> None:
        self._column += 1
        if text is None:
            return
        found = _PLACE.fullmatch(text)
        if not found:
            raise _refusal(_UNREADABLE)
        self._column = 0
        for letter in found[1].upper():
            self._column = self._column * 26 + ord(letter) - ord("A") + 1
        self._row = int(found[2])

    def _read(self, text: str) -> None:
        self._length += len(text)
        if self._is_in_text and self._length > self._text_length_most:
            raise _refusal(f"单元格内容不得超过 {self._text_length_most} 个字符")


def _cells(parts: Mapping[str, bytes]) -> list[list[Cell]]:
    # Imported here: a serving process seldom reads a table.
    import python_calamine

    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    clean.seek(0)
    try:
        workbook = python_calamine.load_workbook(clean)
        sheet = workbook.get_sheet_by_index(0)
        return sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError, ValueError, OSError):
        raise _refusal(_UNREADABLE) from None


def _text(cell: Cell) -> str:
    match cell:
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.date().isoformat()
    return str(cell).strip()


def _refusal(message: str) -> Refusal:
    return Refusal(Code.INVALID, message, "file")
