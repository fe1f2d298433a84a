"""Saying where one lives, and taking it back, until somebody decides."""

from dataclasses import dataclass

from models import access, area, cipher
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.geo import Point
from models.once import once
from models.person import home, moving, protected
from models.person.record import ResidenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What somebody says of where they live: the micro-grid's code, or a point in it."""

    micro_grid_code: str | None = None
    point: Point | None = None
    household_code: str | None = None
    name: str
    address: str
    identity_number: str | None = None


async def register(person_id: int, said: Registration, *, key: str) -> int:
    """Ask that somebody's home be confirmed; gives the key of the pending residence.

    Raises Refusal: INVALID, NOT_FOUND for a place or household that is not there, CONFLICT
    while another one is pending.
    """
    name, address = protected.name(said.name), protected.address(said.address)
    number = protected.identity_number(said.identity_number) if said.identity_number else None
    code = await _place(said)

    async def act(connection: Connection) -> int:
        if await area.hold(connection, code) is None:
            raise await area.gone(connection, code, "microGridCode")
        held = await access.rights(connection, person_id)
        access.check(held, Action.PERSON_REGISTER, Thing(owner_id=person_id))
        await moving.lock_people(connection, [person_id])
        residence_id = await _write(connection, person_id, code, said.household_code, name)
        await _seal(connection, residence_id, address, number)
        await moving.record(
            connection,
            person_id,
            kind="RESIDENCE_REGISTERED",
            actor_id=person_id,
            facts={"residence": residence_id},
            area_codes=[code],
        )
        return residence_id

    return await once(
        act, person_id=person_id, operation="person.register", key=key, asked=_asked(said)
    )


async def withdraw(person_id: int, residence_id: int, *, key: str) -> int:
    """Take one's own pending registration back; raises Refusal NOT_FOUND or ILLEGAL_MOVE."""

    async def act(connection: Connection) -> int:
        held = await access.rights(connection, person_id)
        access.check(held, Action.PERSON_REGISTER, Thing(owner_id=person_id))
        await moving.lock_people(connection, [person_id])
        row = await connection.fetchrow(_OWN, residence_id, person_id)
        if row is None:
            raise Refusal(Code.NOT_FOUND, "没有这条居住登记", "residenceId")
        if row["state"] != ResidenceState.PENDING:
            raise Refusal(Code.ILLEGAL_MOVE, "该登记已有结果", "residenceId")
        await connection.execute(_WITHDRAW, residence_id)
        await moving.record(
            connection,
            person_id,
            kind="RESIDENCE_WITHDRAWN",
            actor_id=person_id,
            facts={"residence": residence_id},
            area_codes=[row["area_code"]],
        )
        return residence_id

    return await once(
        act,
        person_id=person_id,
        operation="residence.withdraw",
        key=key,
        asked={"residence": residence_id},
    )


async def _place(said: Registration) -> str:
    """Give the code of the micro-grid; raises Refusal."""
    if (said.micro_grid_code is None) == (said.point is None):
        raise Refusal(Code.INVALID, "微网格代码与坐标须且只须提供一项", "microGridCode")
    if said.point is not None:
        found = await area.micro_grid_at(said.point)
        if found is None:
            raise Refusal(Code.NOT_FOUND, "该位置不在任何微网格内", "point")
        return found.code
    found = await area.find(said.micro_grid_code or "")
    if found is None or found.level is not area.Level.MICRO_GRID or found.ended_on is not None:
        raise Refusal(Code.NOT_FOUND, "没有这个微网格", "microGridCode")
    return found.code


async def _write(
    connection: Connection, person_id: int, code: str, household_code: str | None, name: str
) -> int:
    household_id = None
    if household_code is not None:
        household_id = await connection.fetchval(_HOUSEHOLD, household_code, code)
        if household_id is None:
            raise Refusal(Code.NOT_FOUND, "该微网格没有这个户号", "householdCode")
    written = await connection.fetchval(_REGISTER, person_id, household_id, code, name)
    if written is None:
        raise Refusal(Code.CONFLICT, "您已有待确认的居住登记")
    key: int = written
    return key


async def _seal(connection: Connection, key: int, address: str, number: str | None) -> None:
    await connection.execute(
        _SEAL,
        key,
        cipher.seal(address, place=f"{home.REGISTERED_ADDRESS_COLUMN}:{key}"),
        cipher.seal(number, place=f"{home.REGISTERED_IDENTITY_NUMBER_COLUMN}:{key}")
        if number
        else None,
    )


def _asked(said: Registration) -> dict[str, object]:
    return {
        "code": said.micro_grid_code,
        "point": tuple(said.point) if said.point else None,
        "household": said.household_code,
        "name": said.name,
        "address": said.address,
        "identityNumber": said.identity_number,
    }


_HOUSEHOLD = 'SELECT id FROM household WHERE code = $1 AND area_code = $2 COLLATE "C"'
_REGISTER = """
INSERT INTO residence (person_id, household_id, area_code, state, name)
VALUES ($1, $2, $3, 'PENDING', $4)
ON CONFLICT (person_id) WHERE state = 'PENDING' DO NOTHING RETURNING id
"""
_SEAL = "UPDATE residence SET address = $2, identity_number = $3 WHERE id = $1"
_OWN = "SELECT state, area_code FROM residence WHERE id = $1 AND person_id = $2 FOR NO KEY UPDATE"
_WITHDRAW = """
UPDATE residence SET state = 'WITHDRAWN', name = NULL, address = NULL, identity_number = NULL
WHERE id = $1
"""
