"""Rows of homes: the columns that every statement about a residence selects, and its record."""

from typing import Any

import asyncpg
import orjson

from models import area, cipher, db
from models.area import Area
from models.person import protected
from models.person.record import Household, Residence, ResidenceState

ADDRESS_COLUMN = "household.address"
REGISTERED_ADDRESS_COLUMN = "residence.address"
REGISTERED_IDENTITY_NUMBER_COLUMN = "residence.identity_number"

HOLDS = f"started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})"
"""That an appointment holds today, in SQL."""

COLUMNS = f"""residence.id AS residence_id, residence.person_id, residence.state,
    residence.started_on, residence.ended_on, residence.created_at AS registered_at,
    residence.name AS registered_name, residence.address AS registered_address, residence.reason,
    residence.area_code AS home_code, {area.JSON}::text AS area, household.id AS household_id,
    household.code AS household_code, household.address, household.head_id,
    household.version AS household_version"""
PLACES = """LEFT JOIN area ON area.code = residence.area_code
LEFT JOIN household ON household.id = residence.household_id"""
"""What COLUMNS need, joined to residence."""


def from_row(row: asyncpg.Record, *, shows_household: bool) -> Residence:
    """Make the residence of a row with COLUMNS for whoever may see it, with its home or not."""
    place = area.from_json(orjson.loads(row["area"]))
    key = row["residence_id"]
    return Residence(
        id=key,
        person_id=row["person_id"],
        area=place,
        household=household(row, place) if shows_household else None,
        state=ResidenceState(row["state"]),
        started_on=row["started_on"],
        ended_on=row["ended_on"],
        registered_at=row["registered_at"],
        registered_name=row["registered_name"],
        registered_address_masked=_masked(
            row["registered_address"], f"{REGISTERED_ADDRESS_COLUMN}:{key}"
        ),
        reason=row["reason"],
    )


def household(row: asyncpg.Record, place: Area) -> Household | None:
    """Make the household of a row with COLUMNS, if it names one."""
    key = row["household_id"]
    if key is None:
        return None
    return Household(
        id=key,
        code=row["household_code"],
        area=place,
        address_masked=_masked(row["address"], f"{ADDRESS_COLUMN}:{key}"),
        head_id=row["head_id"],
        version=row["household_version"],
    )


def phone_masked(sealed: Any, person_id: int) -> str | None:  # noqa: ANN401 - a column
    """Mask the phone of a person's row."""
    if sealed is None:
        return None
    number = cipher.unseal(sealed, place=f"{protected.PHONE_COLUMN}:{person_id}")
    return protected.masked_phone(number)


def _masked(sealed: bytes | None, place: str) -> str | None:
    if sealed is None:
        return None
    return protected.masked_address(cipher.unseal(sealed, place=place))
