"""A roster row becomes the person whom it meant: the one who proved a phone or an identity."""

from collections.abc import Iterable
from typing import NamedTuple

import asyncpg

from models import cipher, db
from models.db import Connection
from models.event.entry import AREAS_MOST
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
    connection: Connection,
    roster: asyncpg.Record,
    by: asyncpg.Record,
    *,
    takes_home: bool,
    takes_identity: bool,
) -> str | None:
    """Give what the locked roster row has to the locked person who claims it.

    Its home ends, and with `takes_home` an equal one begins for the claimant, who has none; so
    do its name, and the head of the household if it was. Gives the code of the area that it
    lived in. Its offices end and are nobody's: whoever gave them gives them anew. With
    `takes_identity` its identity number becomes the claimant's, if there is none
    (docs/decisions/0008).
    """
    home = await moving.home_of(connection, roster["id"])
    if home:
        await moving.lock_households(connection, [home.household_id])
        if takes_home:
            await connection.execute(_TAKE_HOME, by["id"], home.residence_id)
            await connection.execute(_TAKE_HEAD, by["id"], home.household_id, roster["id"])
        await moving.leave(connection, roster["id"], home)
    offices = await connection.fetch(_END_OFFICES, roster["id"], by["id"])
    await connection.execute(_CLEAR, roster["id"], by["id"])
    await _take_facts(connection, roster, by, takes_name=takes_home, takes_identity=takes_identity)
    await moving.record(
        connection,
        roster["id"],
        kind="CLAIMED",
        actor_id=by["id"],
        facts={"claimedBy": by["id"], "appointments": [one["id"] for one in offices]},
        area_codes=_touched(home, offices),
    )
    return home.area_code if home else None


def _touched(home: moving.Home | None, offices: Iterable[asyncpg.Record]) -> list[str]:
    """Name where something ended, for those who watch these areas: the home's area first."""
    codes = [*([home.area_code] if home else []), *(one["area_code"] for one in offices)]
    return list(dict.fromkeys(codes))[:AREAS_MOST]


async def _take_facts(
    connection: Connection,
    roster: asyncpg.Record,
    by: asyncpg.Record,
    *,
    takes_name: bool,
    takes_identity: bool,
) -> None:
    sealed, index = by["identity_number"], by["identity_number_index"]
    if takes_identity and sealed is None and roster["identity_number"] is not None:
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
        roster["id"],
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
_END_OFFICES = f"""
UPDATE appointment SET ended_on = greatest({db.TODAY}, started_on) - 1, ended_by_id = $2
WHERE person_id = $1 AND (ended_on IS NULL OR ended_on >= {db.TODAY}) RETURNING id, area_code
"""  # noqa: S608 - constants
_CLEAR = """
UPDATE person SET claimed_by_id = $2, phone = NULL, phone_index = NULL, phone_verified_at = NULL,
    identity_number = NULL, identity_number_index = NULL
WHERE id = $1
"""
_TAKE = """
UPDATE person SET name = $2, is_party_member = is_party_member OR $3, identity_number = $4,
    identity_number_index = $5, banned_at = coalesce(banned_at, (
        SELECT row.banned_at FROM person AS row WHERE row.id = $6
    ))
WHERE id = $1
"""
