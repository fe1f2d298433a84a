"""What is protected of a person, in full, to those who may; and the log of it, for ever."""

from collections.abc import Collection
from dataclasses import dataclass

import asyncpg
import orjson

from models import access, cipher, db
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.person import home, people, protected
from models.person.sight import reaches
from models.words import Word


class Protected(Word):
    """What is shown in full only for a reason, and never without a line in the log."""

    PHONE = "PHONE", "The phone number.", "手机号"
    IDENTITY_NUMBER = "IDENTITY_NUMBER", "The number of the identity card.", "身份证号"
    ADDRESS = "ADDRESS", "The address of the home.", "住址"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """What was asked for, in full; None is what was not asked for or is not there.

    The registered ones stand in a registration that is not decided yet.
    """

    phone: str | None = None
    identity_number: str | None = None
    address: str | None = None
    registered_identity_number: str | None = None
    registered_address: str | None = None


async def reveal(
    reader_id: int, person_id: int, fields: Collection[Protected], *, reason: str
) -> Revealed:
    """Give protected values of a person, and log who read which of them and why.

    Nothing is given before the log is written for good. What lies at a place that the reader
    does not look after is left out. Raises Refusal: INVALID, NOT_FOUND for who is not the
    reader's to see, NOT_ALLOWED for who is, but not in full.
    """
    why = protected.reason(reason)
    asked = [one for one in Protected if one in fields]
    if not asked:
        raise Refusal(Code.INVALID, "请选择要查看的内容", "fields")
    async with db.transaction() as connection:
        held = await access.rights(connection, reader_id)
        row = await connection.fetchrow(_PROTECTED, person_id)
        if row is None or not reaches(held, Action.PERSON_READ, people.standing(row)):
            raise Refusal(Code.NOT_FOUND, "没有这个人员", "personId")
        if not reaches(held, Action.PERSON_REVEAL, people.standing(row)):
            raise Refusal(Code.NOT_ALLOWED, "您没有权限查看完整信息", "personId")
        await log(connection, reader_id, [person_id], asked, reason=why)
        return _opened(row, held, asked)


async def log(
    connection: Connection,
    reader_id: int,
    person_ids: Collection[int],
    fields: Collection[Protected],
    *,
    reason: str,
) -> None:
    """Write in the caller's transaction who reads what of these people, and why."""
    body = orjson.dumps({"reason": reason}).decode()
    await connection.execute(_LOG, body, reader_id, list(person_ids), ",".join(fields))


def _opened(row: asyncpg.Record, held: Rights, fields: Collection[Protected]) -> Revealed:
    key = row["id"]
    lives = Thing(key, row["household_id"], None, row["home_code"])
    asks = Thing(key, None, None, row["pending_code"])
    at_home = held.may(Action.PERSON_REVEAL, lives)
    at_pending = held.may(Action.PERSON_REVEAL, asks)

    def opened(column: str, place: str, *, may: bool) -> str | None:
        return cipher.unseal(row[column], place=place) if may and row[column] else None

    number, address = Protected.IDENTITY_NUMBER in fields, Protected.ADDRESS in fields
    return Revealed(
        phone=opened("phone", f"{protected.PHONE_COLUMN}:{key}", may=Protected.PHONE in fields),
        identity_number=opened(
            "identity_number", f"{protected.IDENTITY_NUMBER_COLUMN}:{key}", may=number and at_home
        ),
        address=opened(
            "address", f"{home.ADDRESS_COLUMN}:{row['household_id']}", may=address and at_home
        ),
        registered_identity_number=opened(
            "pending_identity_number",
            f"{home.REGISTERED_IDENTITY_NUMBER_COLUMN}:{row['pending_id']}",
            may=number and at_pending,
        ),
        registered_address=opened(
            "pending_address",
            f"{home.REGISTERED_ADDRESS_COLUMN}:{row['pending_id']}",
            may=address and at_pending,
        ),
    )


_PROTECTED = f"""
SELECT {people.COLUMNS}, person.identity_number, wish.id AS pending_id,
    wish.address AS pending_address, wish.identity_number AS pending_identity_number
{people.FROM}
LEFT JOIN residence AS wish ON wish.person_id = person.id AND wish.state = 'PENDING'
WHERE person.id = $1 AND person.claimed_by_id IS NULL
"""
_LOG = """
WITH reason AS (INSERT INTO content (body) VALUES ($1::jsonb) RETURNING id)
INSERT INTO access (reader_id, person_id, columns, content_id)
SELECT $2, read.id, $4, reason.id FROM reason, unnest($3::bigint[]) AS read (id)
"""
