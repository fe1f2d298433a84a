"""The roster of an area as an Excel table, masked, or in full for a reason that is logged."""

import asyncio
import io

import asyncpg

from models import access, cipher, db
from models.access import Action, Thing
from models.errors import Code, Refusal
from models.person import home, protected, roster
from models.person.reveal import Protected, log

ROWS_MOST = roster.ROWS_MOST
HEADER = (
    roster.NAME,
    roster.PHONE,
    roster.IDENTITY_NUMBER,
    roster.AREA,
    roster.HOUSEHOLD,
    roster.ADDRESS,
    roster.RELATION,
    roster.PARTY,
)
WIDTH = 20


async def export(reader_id: int, *, area_code: str, reason: str | None) -> bytes:
    """Give the roster of an area as an xlsx file: who lives there now, by micro-grid and home.

    Without a reason numbers and addresses are masked; with one they are whole, for those who may
    reveal them there, and the log has a line for each person. Raises Refusal NOT_ALLOWED, and
    LIMIT_REACHED for an area with more than ROWS_MOST people.
    """
    why = None if reason is None else protected.reason(reason)
    async with db.transaction() as connection:
        held = await access.rights(connection, reader_id)
        thing = Thing(area_code=area_code)
        access.check(held, Action.ROSTER_EXPORT, thing, path="areaCode")
        if why is not None:
            access.check(held, Action.PERSON_REVEAL, thing, path="reason")
        rows = await connection.fetch(_ROWS, area_code, ROWS_MOST + 1)
        if len(rows) > ROWS_MOST:
            raise Refusal(Code.LIMIT_REACHED, f"超过 {ROWS_MOST} 人，请按下级区划导出", "areaCode")
        if why is not None:
            people = [row["id"] for row in rows]
            await log(connection, reader_id, people, list(Protected), reason=why)
    shows_party = held.may(Action.PARTY_READ, thing)
    # Seconds for a whole village: others are served meanwhile.
    return await asyncio.to_thread(_table, rows, is_whole=why is not None, shows_party=shows_party)


def _table(rows: list[asyncpg.Record], *, is_whole: bool, shows_party: bool) -> bytes:
    return _workbook([_line(row, is_whole=is_whole, shows_party=shows_party) for row in rows])


def _line(row: asyncpg.Record, *, is_whole: bool, shows_party: bool) -> tuple[str, ...]:
    key = row["id"]
    phone = _opened(row["phone"], f"{protected.PHONE_COLUMN}:{key}")
    card = _opened(row["identity_number"], f"{protected.IDENTITY_NUMBER_COLUMN}:{key}")
    address = _opened(row["address"], f"{home.ADDRESS_COLUMN}:{row['household_id']}")
    party = "是" if row["is_party_member"] else "否"
    return (
        row["name"],
        phone if is_whole or not phone else protected.masked_phone(phone),
        card if is_whole or not card else f"{card[:6]}{'*' * 8}{card[-4:]}",
        row["area_code"],
        row["household_code"] or "",
        address if is_whole else protected.masked_address(address),
        "户主" if row["head_id"] == key else "",
        party if shows_party else "",
    )


def _opened(sealed: bytes | None, place: str) -> str:
    return cipher.unseal(sealed, place=place) if sealed else ""


def _workbook(lines: list[tuple[str, ...]]) -> bytes:
    """Write every value as a text that stays one, also when somebody edits the cell."""
    # Imported here: a serving process seldom writes a table.
    import xlsxwriter  # type: ignore[import-untyped] # It has no types.

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as workbook:
        text = workbook.add_format({"quote_prefix": True, "num_format": "@"})
        sheet = workbook.add_worksheet("花名册")
        sheet.set_column(0, len(HEADER) - 1, WIDTH)
        for number, line in enumerate([HEADER, *lines]):
            for place, value in enumerate(line):
                sheet.write_string(number, place, value, text)
    return written.getvalue()


_ROWS = """
SELECT person.id, person.name, person.phone, person.identity_number, person.is_party_member,
    residence.area_code, household.id AS household_id, household.code AS household_code,
    household.address, household.head_id
FROM residence JOIN person ON person.id = residence.person_id
LEFT JOIN household ON household.id = residence.household_id
WHERE residence.state = 'CONFIRMED' AND residence.area_code >= $1 COLLATE "C"
    AND residence.area_code < $1 || ':' COLLATE "C"
ORDER BY residence.area_code, residence.household_id, residence.id LIMIT $2
"""
