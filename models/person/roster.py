"""The roster of an area as an Excel table: what its rows say, and what is wrong with them.

The first row names the columns, in any order. 姓名 and 微网格编码 must be there; 手机号,
身份证号, 户号, 地址, 与户主关系 (户主 or 本人 is the head; also 是否户主 with 是 or 否) and 党员
(是 or 否) may be. Nothing here reads a database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from models import workbook
from models.errors import Code, Refusal
from models.person import protected

ROWS_MOST = 10_000
COLUMNS_MOST = 20
FAULTS_MOST = 1_000
HOUSEHOLD_CODE_LENGTH_MOST = 32

NAME, PHONE, IDENTITY_NUMBER = "姓名", "手机号", "身份证号"
AREA, HOUSEHOLD, ADDRESS = "微网格编码", "户号", "地址"
RELATION, IS_HEAD, PARTY = "与户主关系", "是否户主", "党员"
COLUMNS = (NAME, PHONE, IDENTITY_NUMBER, AREA, HOUSEHOLD, ADDRESS, RELATION, IS_HEAD, PARTY)
NEEDED = (NAME, AREA)
HEADS = {"户主", "本人"}
YES = {"是": True, "党员": True, "中共党员": True, "": False, "否": False, "群众": False}

Value = TypeVar("Value")


class Fault(NamedTuple):
    """What is wrong in a row of the table, which counts from 1, and in which column of it."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody as the roster knows them; `number` is the row of the table."""

    number: int
    name: str
    phone: str | None
    identity_number: str | None
    area_code: str
    household_code: str | None
    address: str | None
    is_head: bool
    is_party_member: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows that are right by themselves, what is wrong, and how many there are in all."""

    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()
    row_count: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do; a table with a fault is not imported at all."""

    rows: int
    people: int
    households: int
    faults: tuple[Fault, ...]
    is_written: bool


def read(data: bytes) -> Roster:
    """Read a table; raises Refusal INVALID for a file that is none, or has not these columns.

    It takes a second for a large one: a server calls it in a thread.
    """
    lines = workbook.table(data, rows_most=ROWS_MOST + 1, columns_most=COLUMNS_MOST)
    if not lines:
        raise Refusal(Code.INVALID, "表格没有内容", "file")
    places = _places(lines[0])
    reading = _Reading()
    for number, line in enumerate(lines[1:], 2):
        if any(line):
            reading.take(number, {name: line[place] for name, place in places.items()})
    rows = reading.rows
    faults = sorted([*reading.faults, *_repeated(rows), *_second_heads(rows)])
    return Roster(tuple(rows), tuple(faults), reading.count)


def _places(header: Sequence[str]) -> dict[str, int]:
    places = {name: place for place, name in enumerate(header) if name}
    unknown = [name for name in places if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in places]
    if unknown or missing or len(places) < len([name for name in header if name]):
        raise Refusal(
            Code.INVALID,
            f"首行须为列名，必须有{'、'.join(NEEDED)}，每列一次，可有"
            f"{'、'.join(name for name in COLUMNS if name not in NEEDED)}",
            "file",
        )
    return places


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def take(self, number: int, cells: dict[str, str]) -> None:
        """Read a row, or note each fault of it."""
        self.count += 1
        before = len(self.faults)

        def cell(column: str, rule: Callable[[str], Value], text: str) -> Value | None:
            try:
                return rule(text)
            except Refusal as refusal:
                self.faults.append(Fault(number, column, refusal.message))
                return None

        def maybe(column: str, rule: Callable[[str], str]) -> str | None:
            text = cells.get(column, "")
            return cell(column, rule, text) if text else None

        name = cell(NAME, protected.name, cells[NAME])
        phone = maybe(PHONE, protected.phone)
        number_of_card = maybe(IDENTITY_NUMBER, protected.identity_number)
        household_code = maybe(HOUSEHOLD, _household_code)
        address = maybe(ADDRESS, protected.address)
        is_flagged = cell(IS_HEAD, _yes, cells.get(IS_HEAD, ""))
        is_party_member = cell(PARTY, _yes, cells.get(PARTY, ""))
        if len(self.faults) > before or name is None:
            return
        is_head = bool(is_flagged) or cells.get(RELATION) in HEADS
        self.rows.append(
            Row(
                number=number,
                name=name,
                phone=phone,
                identity_number=number_of_card,
                area_code=cells[AREA],
                household_code=household_code,
                address=address,
                is_head=is_head,
                is_party_member=bool(is_party_member),
            )
        )


def _household_code(text: str) -> str:
    is_plain = text.isascii() and text.replace("-", "").isalnum()
    if not is_plain or len(text) > HOUSEHOLD_CODE_LENGTH_MOST:
        raise Refusal(
            Code.INVALID, f"户号须为 1 到 {HOUSEHOLD_CODE_LENGTH_MOST} 个字母、数字或短横线"
        )
    return text


def _yes(text: str) -> bool:
    if text not in YES:
        raise Refusal(Code.INVALID, "须填写是或否")
    return YES[text]


def _repeated(rows: Iterable[Row]) -> Iterable[Fault]:
    """Find what may stand in the table once, and stands there again."""
    seen: dict[tuple[str, object], int] = {}
    for row in rows:
        same: list[tuple[str, object]] = [
            (PHONE, row.phone),
            (IDENTITY_NUMBER, row.identity_number),
        ]
        if row.household_code:
            same.append((NAME, (row.household_code, row.name)))
        for column, value in same:
            first = seen.setdefault((column, value), row.number)
            if value is not None and first != row.number:
                yield Fault(row.number, column, f"与第 {first} 行重复")


def _second_heads(rows: Iterable[Row]) -> Iterable[Fault]:
    """Find households with two heads or in two places."""
    heads: dict[str, int] = {}
    places: dict[str, Row] = {}
    for row in rows:
        code = row.household_code
        if code is None:
            continue
        if row.is_head and heads.setdefault(code, row.number) != row.number:
            yield Fault(row.number, RELATION, f"该户户主已在第 {heads[code]} 行")
        first = places.setdefault(code, row)
        if first.area_code != row.area_code:
            yield Fault(row.number, AREA, f"与第 {first.number} 行同户而微网格不同")
