"""The people one can be while developing, made at first use: with a phone, a home and a role."""

import zlib
from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg

from models import cipher, db
from models.area import CODE_LENGTHS, Level
from models.db import Connection
from models.errors import Code, Refusal
from models.person import session
from models.person.record import Person, SignedIn
from models.role import Role

DEVELOPMENT_ROLES = {
    "resident": (Role.RESIDENT, Level.MICRO_GRID),
    "resident2": (Role.RESIDENT, Level.MICRO_GRID),
    "volunteer": (Role.VOLUNTEER, Level.MICRO_GRID),
    "courier": (Role.COURIER, Level.GRID),
    "merchant": (Role.MERCHANT, Level.VILLAGE),
    "liaison": (Role.LIAISON, Level.MICRO_GRID),
    "worker": (Role.GRID_WORKER, Level.GRID),
    "lead": (Role.GRID_LEAD, Level.GRID),
    "cadre": (Role.VILLAGE_CADRE, Level.VILLAGE),
    "town": (Role.TOWN_OFFICER, Level.TOWN),
    "department": (Role.DEPARTMENT_OFFICER, Level.CITY),
    "dispatcher": (Role.DISPATCHER, Level.CITY),
    "auditor": (Role.AUDITOR, Level.CITY),
    "admin": (Role.ADMIN, Level.CITY),
}
"""The people one can be while developing: what they are, and at which level of the tree."""

UNIT_KINDS = {
    Role.VILLAGE_CADRE: "VILLAGE",
    Role.TOWN_OFFICER: "TOWN",
    Role.DEPARTMENT_OFFICER: "DEPARTMENT",
}
PHONE_COLUMN = "person.phone"
ADDRESS_COLUMN = "household.address"
NUMBERS = 1_000
PLACES = 1_000


async def development_person(key: str, *, number: int, area_code: str) -> Person:
    """Give the `number`-th development person of a key in an area, made at first use.

    The area is brought to the level of the key's role: its ancestor there, or the first area
    there below it. They live alone in the micro-grid that the area names or first has, and have
    a verified phone. An officer's unit is the office of the area, or the `number`-th department,
    counted round. Raises Refusal NOT_FOUND where there is no such area.
    """
    async with db.transaction() as connection:
        return await _person(connection, key, number, area_code)


async def start_development_session(
    key: str, *, number: int, area_code: str, device: str, now: datetime
) -> SignedIn:
    """Start a session of a development person; raises Refusal as `development_person` does.

    And NOT_ALLOWED for one who is banned.
    """
    async with db.transaction() as connection:
        who = await _person(connection, key, number, area_code)
        return await session.start(connection, who.id, device=device, now=now)


async def _person(connection: Connection, key: str, number: int, area_code: str) -> Person:
    role, level = DEVELOPMENT_ROLES[key]
    code = await connection.fetchval(_PLACE, area_code, level, _CODE_LENGTHS[level])
    if code is None:
        raise Refusal(Code.NOT_FOUND, "没有这个区划", "code")
    name = f"{role.chinese}{number}号"
    row = await connection.fetchrow(_DEVELOPMENT_PERSON, f"{key}:{number}@{code}", name)
    assert row is not None, "an upsert always returns its row"
    # The phone is there once all is: whoever signs in again costs nothing more.
    if not row["has_phone"]:
        made = _Made(connection, row["id"])
        await made.get_phone(_first_phone(key, number, code))
        await made.move_in(area_code)
        if role is not Role.RESIDENT:
            await made.get_role(role, code, number)
    return Person(row["id"], row["name"])


def _first_phone(key: str, number: int, area_code: str) -> int:
    """Give a number of the range 199: two digits say the key, three the number, three the area."""
    place = zlib.crc32(area_code.encode()) % PLACES
    kind = [*DEVELOPMENT_ROLES].index(key)
    return 199_00_000_000 + (kind * NUMBERS + number) * PLACES + place


class _Made(NamedTuple):
    """A development person who is being made, in the transaction that makes them."""

    connection: Connection
    id: int

    async def get_phone(self, first: int) -> None:
        """Take the number, or the next that is free: people of two areas may have the same."""
        place = first % PLACES
        for turn in range(PLACES):
            phone = str(first - place + (place + turn) % PLACES)
            sealed = cipher.seal(phone, place=f"{PHONE_COLUMN}:{self.id}")
            index = cipher.blind_index(phone, column=PHONE_COLUMN)
            if await self.connection.fetchval(_IS_TAKEN, index):
                continue
            try:
                async with self.connection.transaction():
                    await self.connection.execute(
                        _PHONE, self.id, sealed, index, datetime.now(UTC)
                    )
            except asyncpg.UniqueViolationError:
                # Somebody who is made at this moment took it.
                continue
            return
        raise AssertionError("more people of one key and number than areas")

    async def move_in(self, area_code: str) -> None:
        """Live in a household of one's own, if they never lived anywhere.

        Nobody moves in where the area has no micro-grid.
        """
        if await self.connection.fetchval(_HAS_LIVED, self.id):
            return
        code = await self.connection.fetchval(
            _PLACE, area_code, Level.MICRO_GRID, _CODE_LENGTHS[Level.MICRO_GRID]
        )
        if code is None:
            return
        household = await self.connection.fetchval(_HOUSEHOLD, code, self.id)
        names = await self.connection.fetchval(_NAMES, code)
        address = f"{names.removesuffix('微网格')}{household}号"
        sealed = cipher.seal(address, place=f"{ADDRESS_COLUMN}:{household}")
        await self.connection.execute(_ADDRESS, household, sealed)
        await self.connection.execute(_RESIDENCE, self.id, household, code)

    async def get_role(self, role: Role, area_code: str, number: int) -> None:
        """Hold the role of the key, unless they hold it already."""
        unit_id = await self.connection.fetchval(
            _UNIT, UNIT_KINDS.get(role), area_code, number - 1
        )
        await self.connection.execute(_APPOINT, self.id, role, area_code, unit_id)


_CODE_LENGTHS = dict(zip(Level, CODE_LENGTHS, strict=True))
# The part of the code that a level has is its ancestor there, and begins all that is below it.
_PLACE = """
SELECT code FROM area
WHERE level = $2 AND valid_to IS NULL
    AND code >= left($1, $3) COLLATE "C" AND code < left($1, $3) || ':' COLLATE "C"
    AND EXISTS (SELECT FROM area AS named WHERE named.code = $1)
ORDER BY code LIMIT 1
"""
_DEVELOPMENT_PERSON = """
INSERT INTO person (name, development_key) VALUES ($2, $1)
ON CONFLICT (development_key) DO UPDATE SET name = person.name
RETURNING id, name, phone IS NOT NULL AS has_phone
"""
# A statement of its own: the one above may have waited for who made the person, but looks at
# other tables as they were before.
_HAS_LIVED = "SELECT EXISTS (SELECT FROM residence WHERE person_id = $1)"
_IS_TAKEN = "SELECT EXISTS (SELECT FROM person WHERE phone_index = $1)"
_PHONE = """
UPDATE person SET phone = $2, phone_index = $3, phone_verified_at = $4 WHERE id = $1
"""
# The code is that of the place with the household's own key, so that two never get the same.
_HOUSEHOLD = """
INSERT INTO household (id, code, area_code, head_id)
SELECT fresh.id, $1 || '-' || fresh.id, $1, $2
FROM nextval(pg_get_serial_sequence('household', 'id')) AS fresh (id) RETURNING id
"""
_NAMES = """
SELECT string_agg(name, '' ORDER BY length(code)) FROM area
WHERE code IN (left($1, 9), left($1, 12), $1)
"""
_ADDRESS = "UPDATE household SET address = $2 WHERE id = $1"
_RESIDENCE = f"""
INSERT INTO residence (person_id, household_id, area_code, state, started_on)
VALUES ($1, $2, $3, 'CONFIRMED', {db.TODAY})
"""  # noqa: S608 - constants
# Departments are counted round; an area has one office.
_UNIT = """
SELECT id FROM unit WHERE kind = $1 AND area_code = $2 COLLATE "C" AND closed_at IS NULL
ORDER BY code LIMIT 1 OFFSET $3::int % greatest(1, (
    SELECT count(*) FROM unit
    WHERE kind = $1 AND area_code = $2 COLLATE "C" AND closed_at IS NULL
))
"""
_APPOINT = f"""
INSERT INTO appointment (person_id, role, area_code, unit_id, started_on)
SELECT $1, $2::varchar, $3::varchar, $4, {db.TODAY} WHERE NOT EXISTS (
    SELECT FROM appointment WHERE person_id = $1 AND role = $2 AND area_code = $3 COLLATE "C"
)
ON CONFLICT (person_id, area_code, role, coalesce(unit_id, 0)) WHERE ended_on IS NULL DO NOTHING
"""  # noqa: S608 - constants
