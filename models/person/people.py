"""People as a viewer may see them, whoever shows them."""

from collections.abc import Iterable

import asyncpg

from models import access, cipher, db
from models.access import Action, Rights
from models.errors import Invalid, Refusal
from models.person import home, protected
from models.person.record import Person
from models.person.sight import Standing, reaches


async def find(person_id: int, *, viewer_id: int | None) -> Person | None:
    """Give a person to those whose rights reach them; nobody else learns that there is one."""
    return _reached(await db.fetch_one(_ONE, person_id, viewer_id))


async def search(
    *, phone: str | None = None, identity_number: str | None = None, viewer_id: int | None
) -> Person | None:
    """Find a person by a phone or identity number in full, for those whose rights reach them.

    Raises Invalid unless exactly one of them is given, and is such a number.
    """
    if (phone is None) == (identity_number is None):
        raise Invalid("须且只须提供手机号或身份证号")
    try:
        if phone is not None:
            column, number = protected.PHONE_COLUMN, protected.phone(phone)
        else:
            column = protected.IDENTITY_NUMBER_COLUMN
            number = protected.identity_number(identity_number or "")
    except Refusal as refusal:
        raise Invalid(refusal.message) from None
    index = cipher.blind_index(number, column=column)
    sql = _BY_PHONE if phone is not None else _BY_IDENTITY_NUMBER
    return _reached(await db.fetch_one(sql, index, viewer_id))


def _reached(row: asyncpg.Record | None) -> Person | None:
    if row is None:
        return None
    held = access.read(row["rights"])
    return from_row(row, held) if reaches(held, Action.PERSON_READ, standing(row)) else None


async def seen(ids: Iterable[int], *, viewer_id: int | None) -> dict[int, Person]:
    """Give these people, in one statement, to a viewer who is shown something of theirs.

    Who may not read a person sees the masked name and no more.
    """
    rows = await db.fetch(_PEOPLE, list(ids), viewer_id)
    return {row["id"]: from_row(row, access.read(row["rights"])) for row in rows}


def from_row(row: asyncpg.Record, held: Rights) -> Person:
    """Make the record of a row with COLUMNS as these rights may see it."""
    of = standing(row)
    is_read = reaches(held, Action.PERSON_READ, of)
    lives = row["residence_id"] is not None and reaches(held, Action.HOUSEHOLD_READ, of)
    return Person(
        id=row["id"],
        name=row["name"] if is_read else protected.masked_name(row["name"]),
        phone_masked=home.phone_masked(row["phone"], row["id"]) if is_read else None,
        is_party_member=row["is_party_member"] if reaches(held, Action.PARTY_READ, of) else None,
        residence=home.from_row(row, shows_household=True) if lives else None,
        is_banned=row["is_banned"] if reaches(held, Action.PERSON_BAN, of) else None,
    )


def standing(row: asyncpg.Record) -> Standing:
    """Say where the person of a row with COLUMNS stands."""
    return Standing(
        row["id"],
        row["household_id"],
        row["home_code"],
        row["pending_code"],
        tuple(row["office_codes"]),
    )


COLUMNS = f"""person.id, person.name, person.phone, person.is_party_member,
    person.banned_at IS NOT NULL AS is_banned, ARRAY(
    SELECT area_code::text FROM appointment
    WHERE appointment.person_id = person.id AND {home.HOLDS}
) AS office_codes, (
    SELECT area_code FROM residence AS asked
    WHERE asked.person_id = person.id AND asked.state = 'PENDING'
) AS pending_code, {home.COLUMNS}"""  # noqa: S608 - constants
FROM = f"""FROM person
LEFT JOIN residence ON residence.person_id = person.id AND residence.state = 'CONFIRMED'
{home.PLACES}"""
"""What COLUMNS need."""

_SEEN = f"""
SELECT {COLUMNS}, {access.rights_sql("$2")} AS rights {FROM}
WHERE person.claimed_by_id IS NULL AND person."""
_PEOPLE = f"{_SEEN}id = ANY($1::bigint[])"
_ONE = f"{_SEEN}id = $1"
_BY_PHONE = f"{_SEEN}phone_index = $1"
_BY_IDENTITY_NUMBER = f"{_SEEN}identity_number_index = $1"
