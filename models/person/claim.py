"""A roster row becomes the person whom it meant: the one who proved a phone or an identity."""

from typing import NamedTuple

import asyncpg

from models import cipher
from models.db import Connection
from models.person import moving, protected


class Found(NamedTuple):
    """Who holds a number, and whether it is somebody who signs in."""

    person_id: int
    signs_in: bool


async def holder(connection: Connection, column: str, index: bytes) -> Found | None:
    """Find who holds a phone or identity number, by its blind index; it is not locked yet."""
    row = await connection.fetchrow(_HOLDERS[column], index)
    return Found(row["id"], row["signs_in"]) if row else None


async def absorb(
    connection: Connection, roster: asyncpg.Record, by: asyncpg.Record, *, takes_home: bool
) -> str | None:
    """Give what the locked roster row has to the locked person who claims it.

    Its home ends, and with `takes_home` an equal one begins for the claimant, who has none; so
    do its name, and the head of the household if it was. Gives the code of the area that it
    lived in. The claimant's own identity number stays, if there is one.
    """
    home = await moving.home_of(connection, roster["id"])
    if home:
        await moving.lock_households(connection, [home.household_id])
        if takes_home:
            await connection.execute(_TAKE_HOME, by["id"], home.residence_id)
            await connection.execute(_TAKE_HEAD, by["id"], home.household_id, roster["id"])
        await moving.leave(connection, roster["id"], home)
    await connection.execute(_CLEAR, roster["id"], by["id"])
    await _take_facts(connection, roster, by, takes_name=takes_home)
    await moving.record(
        connection,
        roster["id"],
        kind="CLAIMED",
        actor_id=by["id"],
        facts={"claimedBy": by["id"]},
        area_codes=[home.area_code] if home else [],
    )
    return home.area_code if home else None


async def _take_facts(
    connection: Connection, roster: asyncpg.Record, by: asyncpg.Record, *, takes_name: bool
) -> None:
    sealed, index = by["identity_number"], by["identity_number_index"]
    if sealed is None and roster["identity_number"] is not None:
        column = protected.IDENTITY_NUMBER_COLUMN
        number = cipher.unseal(roster["identity_number"], place=f"{column}:{roster['id']}")
        sealed = cipher.seal(number, place=f"{column}:{by['id']}")
        index = roster["identity_number_index"]
    await connection.execute(
        _TAKE,
        by["id"],
        roster["name"] if takes_name else by["name"],
        roster["is_party_member"],
        sealed,
        index,
    )


_SIGNS_IN = "id, openid IS NOT NULL OR development_key IS NOT NULL AS signs_in"
_BY_PHONE = f"SELECT {_SIGNS_IN} FROM person WHERE phone_index = $1"  # noqa: S608 - constants
_BY_IDENTITY_NUMBER = f"SELECT {_SIGNS_IN} FROM person WHERE identity_number_index = $1"  # noqa: S608 - constants
_HOLDERS = {
    protected.PHONE_COLUMN: _BY_PHONE,
    protected.IDENTITY_NUMBER_COLUMN: _BY_IDENTITY_NUMBER,
}
_TAKE_HOME = """
INSERT INTO residence (person_id, household_id, area_code, state, started_on, decided_by_id,
    decided_at)
SELECT $1, household_id, area_code, state, started_on, decided_by_id, decided_at
FROM residence WHERE id = $2
"""
_TAKE_HEAD = "UPDATE household SET head_id = $1 WHERE id = $2 AND head_id = $3"
_CLEAR = """
UPDATE person SET claimed_by_id = $2, phone = NULL, phone_index = NULL, phone_verified_at = NULL,
    identity_number = NULL, identity_number_index = NULL
WHERE id = $1
"""
_TAKE = """
UPDATE person SET name = $2, is_party_member = is_party_member OR $3, identity_number = $4,
    identity_number_index = $5
WHERE id = $1
"""
