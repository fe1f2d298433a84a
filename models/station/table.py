"""Stations as a table: what an export writes, and what the rows of an import ask for.

A row with a code is about that station, one without makes a new one. A cell that says what the
station says already asks for nothing, so that a table that was exported and is imported again
changes nothing. Lists are written one word a line; 、 and commas part them as well.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models import geo, workbook
from models.area import GRID_CODE_LENGTH
from models.errors import Code, Invalid, Refusal
from models.geo import CoordinateSystem, Point
from models.station import facts
from models.station.facts import Facts
from models.station.record import Row
from models.station.words import Facility, Kind, Status

ROWS_MOST = 5_000
CELL_LENGTH_MOST = 500
DEGREES_DIGITS = 7
"""Degrees are written to a centimetre."""

CODE, KIND, NAME, ADDRESS = "编号", "类别", "名称", "地址"
LONGITUDE, LATITUDE, AREA = "经度", "纬度", "服务区划"
PHONE, HOURS, CAPACITY, ACCESSIBLE = "电话", "开放时间", "容纳人数", "无障碍"
SERVICES, FACILITIES, AUDIENCE = "服务项目", "设施", "服务对象"
STATUS, VERSION = "状态", "版本"
HEADER = (
    *(CODE, KIND, NAME, ADDRESS, LONGITUDE, LATITUDE, AREA, PHONE, HOURS),
    *(SERVICES, FACILITIES, AUDIENCE, CAPACITY, ACCESSIBLE, STATUS, VERSION),
)
COLUMNS = {
    "name": NAME,
    "address": ADDRESS,
    "phone": PHONE,
    "openingHours": HOURS,
    "services": SERVICES,
    "audience": AUDIENCE,
    "capacity": CAPACITY,
    "point": LONGITUDE,
    "areaCode": AREA,
}
"""The column of each input field."""

_FACTS = (NAME, ADDRESS, PHONE, HOURS, SERVICES, FACILITIES, AUDIENCE, CAPACITY, ACCESSIBLE)
_FIXED = {
    KIND: "类别不能修改",
    STATUS: "状态不能通过导入修改",
    VERSION: "已被他人修改，请重新导出",
}
_PARTS = re.compile(r"[\n、，,；;]")
_KINDS = {kind.chinese: kind for kind in Kind}
_FACILITIES = {facility.chinese: facility for facility in Facility}
_YES = {"是": True, "否": False, "": False}


class Fault(NamedTuple):
    """What is wrong in a row of the table, which counts from 1, and in which column of it."""

    row: int
    column: str
    message: str


class Line(NamedTuple):
    """A row of the table: its number, and its cells by the names of their columns."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for: a new station, or other facts or another place for `key`.

    `point` is None for one that stays where it is; `area_code` is as in keep.New.
    """

    number: int
    key: int | None
    kind: Kind
    facts: Facts
    point: Point | None
    area_code: str | None


def written(row: Row) -> tuple[str | float | None, ...]:
    """Give the cells of a station in the order of HEADER."""
    return (
        row["code"],
        Kind(row["kind"]).chinese,
        row["name"],
        row["address"],
        round(row["longitude"], DEGREES_DIGITS),
        round(row["latitude"], DEGREES_DIGITS),
        row["area_code"],
        row["phone"],
        row["opening_hours"],
        "\n".join(row["services"]),
        "\n".join(one.chinese for one in Facility if one in set(row["facilities"])),
        "\n".join(row["audience"]),
        row["capacity"],
        "是" if row["is_accessible"] else "否",
        Status(row["status"]).chinese,
        row["version"],
    )


def lines(content: bytes) -> tuple[Line, ...]:
    """Read the rows of a workbook that say something; raises Refusal INVALID."""
    table = workbook.table(
        content,
        rows_most=ROWS_MOST + 1,
        columns_most=len(HEADER),
        text_length_most=CELL_LENGTH_MOST,
    )
    header = table[0] if table else []
    named = [name for name in header if name]
    if CODE not in named or len(set(named)) < len(named) or not set(named) <= set(HEADER):
        raise Refusal(Code.INVALID, f"首行须为列名，取自：{'、'.join(HEADER)}", "fileId")
    return tuple(
        Line(number, {name: cell for name, cell in zip(header, row, strict=False) if name})
        for number, row in enumerate(table[1:], 2)
        if any(row)
    )


def repeated(given: Iterable[Line]) -> list[Fault]:
    """Find the codes that stand in more than one row."""
    seen: set[str] = set()
    faults = []
    for line in given:
        code = line.cells[CODE]
        if code and code in seen:
            faults.append(Fault(line.number, CODE, "编号重复"))
        seen.add(code)
    return faults


def wish(line: Line, row: Row | None) -> Wish | Fault | None:
    """Read what a line asks for of the station in `row`, if it names one; None for nothing."""
    if row is None and line.cells[CODE]:
        return Fault(line.number, CODE, "没有这个编号")
    try:
        return _new(line) if row is None else _other(line, row)
    except _Wrong as wrong:
        return Fault(line.number, wrong.column, wrong.message)
    except Refusal as refusal:
        return Fault(line.number, COLUMNS[refusal.path[0]], refusal.message)


class _Wrong(Exception):
    """A cell that can't be read."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


def _new(line: Line) -> Wish:
    cells = line.cells
    for column in (STATUS, VERSION):
        if cells.get(column):
            raise _Wrong(column, "新增阵地不填此列")
    kind = _KINDS.get(cells.get(KIND, ""))
    if kind is None:
        raise _Wrong(KIND, f"类别须为：{'、'.join(_KINDS)}")
    return Wish(
        number=line.number,
        key=None,
        kind=kind,
        facts=facts.checked(_facts(cells, Facts(name="", address=""), _FACTS)),
        point=_point(cells),
        area_code=cells.get(AREA) or None,
    )


def _other(line: Line, row: Row) -> Wish | None:
    before = dict(zip(HEADER, map(_text, written(row)), strict=True))
    differing = [name for name, cell in line.cells.items() if cell != before[name]]
    for column in differing:
        if column in _FIXED and line.cells[column]:
            raise _Wrong(column, _FIXED[column])
    old = facts.from_row(row)
    new = facts.checked(_facts(line.cells, old, [name for name in _FACTS if name in differing]))
    is_moved = not {LONGITUDE, LATITUDE, AREA}.isdisjoint(differing)
    if new == old and not is_moved:
        return None
    if row["status"] == Status.CLOSED:
        raise _Wrong(STATUS, "该阵地已关闭，请先恢复开放")
    return Wish(
        number=line.number,
        key=row["id"],
        kind=Kind(row["kind"]),
        facts=new,
        point=_point({**before, **line.cells}) if is_moved else None,
        area_code=_area(line.cells.get(AREA, before[AREA]), before[AREA]),
    )


def _area(said: str, before: str) -> str | None:
    """Give the area that was named; a grid that was not changed follows the place."""
    return None if said == before and len(said) == GRID_CODE_LENGTH else said or None


def _facts(cells: Mapping[str, str], old: Facts, columns: Sequence[str]) -> Facts:
    """Give the facts with those of some columns read anew, where the table has them."""
    given: dict[str, Any] = {name: getattr(old, name) for name in facts.COLUMNS}
    for column in columns:
        if column in cells:
            name, read = _READ[column]
            given[name] = read(cells[column])
    return Facts(**given)


def _point(cells: Mapping[str, str]) -> Point:
    longitude, latitude = (_degrees(cells, column) for column in (LONGITUDE, LATITUDE))
    try:
        return geo.to_gcj_02(longitude, latitude, CoordinateSystem.GCJ_02)
    except Invalid as invalid:
        raise _Wrong(LONGITUDE, str(invalid)) from None


def _degrees(cells: Mapping[str, str], column: str) -> float:
    try:
        return float(cells.get(column, ""))
    except ValueError:
        raise _Wrong(column, "经纬度须为数字") from None


def _words(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in _PARTS.split(cell)) if part)


def _facilities(cell: str) -> tuple[Facility, ...]:
    words = _words(cell)
    unknown = [word for word in words if word not in _FACILITIES]
    if unknown:
        raise _Wrong(FACILITIES, f"设施须为：{'、'.join(_FACILITIES)}")
    return tuple(_FACILITIES[word] for word in words)


def _capacity(cell: str) -> int | None:
    if not cell:
        return None
    if not re.fullmatch("[0-9]{1,6}", cell):
        raise _Wrong(CAPACITY, "容纳人数须为整数")
    return int(cell)


def _is_accessible(cell: str) -> bool:
    if cell not in _YES:
        raise _Wrong(ACCESSIBLE, "无障碍须填是或否")
    return _YES[cell]


def _optional(cell: str) -> str | None:
    return cell or None


_READ: Mapping[str, tuple[str, Any]] = {
    NAME: ("name", str),
    ADDRESS: ("address", str),
    PHONE: ("phone", _optional),
    HOURS: ("opening_hours", _optional),
    SERVICES: ("services", _words),
    FACILITIES: ("facilities", _facilities),
    AUDIENCE: ("audience", _words),
    CAPACITY: ("capacity", _capacity),
    ACCESSIBLE: ("is_accessible", _is_accessible),
}


def _text(value: str | float | None) -> str:
    """Give a cell as it is read again."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
