"""Appointing and relieving: by those above, never by oneself, and never the last administrator."""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import asyncpg

from models import access, area, cipher, db, event, unit
from models.access import Action, Rights, Thing
from models.area import Area
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.person import admins
from models.person.appointment import Appointment, find_appointment
from models.person.office import Term, check_level, is_shown, last_day, new_term, office
from models.role import Role
from models.unit import Unit

_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


class Whom(NamedTuple):
    """Who is appointed: a person whom the appointer may see, or whoever has a phone number."""

    person_id: int | None = None
    phone: str | None = None


class Where(NamedTuple):
    """Where a role is held: in an area, in a unit, or in an area on behalf of a unit."""

    area_code: str | None = None
    unit_id: int | None = None


async def appoint(  # noqa: PLR0913 - the sides of an appointment
    whom: Whom,
    *,
    actor_id: int,
    role: Role,
    where: Where,
    starts_on: date | None = None,
    ends_on: date | None = None,
    key: str,
) -> Appointment | None:
    """Give a role to a person from today or later, once for this idempotency key.

    None if the actor may not see it any more, when an old request is sent again. Raises Refusal
    NOT_ALLOWED, NOT_FOUND, ILLEGAL_MOVE, INVALID, or CONFLICT for a role that is held already.
    """
    index = _index(whom)

    async def act(connection: Connection) -> int:
        place, body = await _hold(connection, role, where)
        row = await connection.fetchrow(_LOCK_PERSON, whom.person_id, index)
        held = await access.rights(connection, actor_id)
        thing = Thing(None, None, body.id if body else None, place.code)
        path = "areaCode" if where.area_code else "unitId"
        access.check(held, office(role).action, thing, path=path)
        if body and role is Role.SPECIALIST:
            # They handle what the unit has in the whole city: the unit's own must send them.
            sent = Thing(None, None, body.id, body.area_code)
            access.check(held, Action.APPOINT_UNIT_STAFF, sent, path="unitId")
        if row is None or not (index or _is_visible(held, row)):
            raise Refusal(Code.NOT_FOUND, "没有这个人员", "phone" if index else "personId")
        _check_person(row, actor_id)
        term = new_term(starts_on, ends_on, today=row["today"])
        return await _start(connection, row, role, place, body, term, actor_id)

    asked = {
        "person": whom.person_id,
        "phone": index and index.hex(),
        "role": role,
        "area": where.area_code,
        "unit": where.unit_id,
        "startsOn": starts_on,
        "endsOn": ends_on,
    }
    made = await once(act, person_id=actor_id, operation="appointmentStart", key=key, asked=asked)
    return await find_appointment(made, viewer_id=actor_id)


async def relieve(
    appointment_id: int | None, *, actor_id: int, ends_on: date | None = None, key: str
) -> Appointment | None:
    """End an appointment, at once or after a last day, once for this idempotency key.

    Raises Refusal NOT_ALLOWED, NOT_FOUND, ILLEGAL_MOVE or INVALID.
    """

    async def act(connection: Connection) -> int:
        row = await _lock(connection, appointment_id, actor_id)
        held = await access.rights(connection, actor_id)
        _check_shown(held, row)
        role, term = Role(row["role"]), Term(row["started_on"], row["ended_on"])
        access.check(held, office(role).action, _thing(row), path="appointmentId")
        if row["person_id"] == actor_id:
            raise Refusal(Code.NOT_ALLOWED, "不能任免本人", "appointmentId")
        last = last_day(term, ends_on, today=row["today"])
        if role is Role.ADMIN:
            await _check_admins(connection, row)
        await connection.execute(_END, row["id"], last, actor_id)
        await _tell(connection, row, "RELIEVED", actor_id, {"endsOn": last.isoformat()})
        return int(row["id"])

    asked = {"appointment": appointment_id, "endsOn": ends_on}
    ended = await once(act, person_id=actor_id, operation="appointmentEnd", key=key, asked=asked)
    return await find_appointment(ended, viewer_id=actor_id)


async def _hold(connection: Connection, role: Role, where: Where) -> tuple[Area, Unit | None]:
    """Hold the area and unit of an office, areas first; raises Refusal if they don't fit it."""
    is_officer = not office(role).levels
    if is_officer and (where.unit_id is None or where.area_code is not None):
        raise Refusal(Code.INVALID, "该角色在单位任职，须填写单位", "unitId")
    if not is_officer and where.area_code is None:
        raise Refusal(Code.INVALID, "该角色在区划任职，须填写区划", "areaCode")
    if where.unit_id is not None and not (is_officer or role is Role.SPECIALIST):
        raise Refusal(Code.INVALID, "该角色不属于单位", "unitId")
    code = where.area_code or await connection.fetchval(_AREA_OF_UNIT, where.unit_id)
    place = await area.hold(connection, code) if code else None
    body = await unit.hold(connection, where.unit_id) if where.unit_id is not None else None
    if where.unit_id is not None and (body is None or not code.startswith(body.area_code)):
        raise Refusal(Code.NOT_FOUND, "没有这个单位", "unitId")
    if place is None:
        raise Refusal(Code.NOT_FOUND, "没有这个区划", "areaCode")
    if not is_officer:
        check_level(role, place.level)
    return place, body


def _index(whom: Whom) -> bytes | None:
    """Give what a person is found by if a phone number is given; raises Refusal INVALID."""
    if (whom.person_id is None) == (whom.phone is None):
        raise Refusal(Code.INVALID, "须填写人员或手机号之一", "personId")
    if whom.phone is None:
        return None
    number = _PHONE.fullmatch(re.sub("[ -]", "", whom.phone))
    if number is None:
        raise Refusal(Code.INVALID, "手机号须为 11 位中国大陆号码", "phone")
    return cipher.blind_index(number[1], column="person.phone")


def _is_visible(held: Rights, row: asyncpg.Record) -> bool:
    """Say whether these rights reach a person by the home, a home asked for, or an office."""
    things = [
        Thing(row["id"], row["household_id"]),
        *(Thing(area_code=code) for code in row["codes"]),
    ]
    return any(held.may(Action.PERSON_READ, thing) for thing in things)


def _check_person(row: asyncpg.Record, actor_id: int) -> None:
    if row["id"] == actor_id:
        raise Refusal(Code.NOT_ALLOWED, "不能任免本人", "personId")
    if row["banned_at"] is not None:
        raise Refusal(Code.ILLEGAL_MOVE, "该人员已被封禁", "personId")


async def _start(  # noqa: PLR0913, PLR0917 - what an appointment is made of
    connection: Connection,
    person: asyncpg.Record,
    role: Role,
    place: Area,
    body: Unit | None,
    term: Term,
    actor_id: int,
) -> int:
    values = (person["id"], role, place.code, body.id if body else None)
    if await connection.fetchval(_IS_HELD, *values, *term):
        raise Refusal(Code.CONFLICT, "该人员在此期间已任该职", "personId")
    row = await connection.fetchrow(_START, *values, *term, actor_id)
    assert row, "an insert gives its row"
    facts = {"startsOn": term.first.isoformat(), "endsOn": term.last and term.last.isoformat()}
    await _tell(connection, row, "APPOINTED", actor_id, facts)
    return int(row["id"])


async def _lock(
    connection: Connection, appointment_id: int | None, actor_id: int
) -> asyncpg.Record:
    """Lock an appointment after its area and person, and give it.

    Who may not see it locks nothing, and is told so as soon as of one that is not there.
    """
    seen = await connection.fetchrow(_SEEN, appointment_id, actor_id)
    if seen is None:
        raise _unknown()
    _check_shown(access.read(seen["rights"]), seen)
    await area.hold(connection, seen["area_code"])
    await connection.fetchrow(_LOCK_PERSON, seen["person_id"], None)
    if seen["role"] == Role.ADMIN:
        await admins.hold(connection)
    row = await connection.fetchrow(_LOCK, appointment_id)
    assert row, "appointments are never deleted"
    return row


def _check_shown(held: Rights, row: asyncpg.Record) -> None:
    term = Term(row["started_on"], row["ended_on"])
    if not is_shown(held, Role(row["role"]), _thing(row), holds=term.holds_on(row["today"])):
        raise _unknown()


def _thing(row: asyncpg.Record) -> Thing:
    return Thing(row["person_id"], None, row["unit_id"], row["area_code"])


async def _check_admins(connection: Connection, ended: asyncpg.Record) -> None:
    """Refuse to leave the city without an administrator whose term has no end."""
    if not await admins.stay_without(connection, ended["person_id"]):
        raise Refusal(Code.ILLEGAL_MOVE, "须至少保留一名管理员", "appointmentId")


async def _tell(
    connection: Connection,
    row: asyncpg.Record,
    kind: str,
    actor_id: int,
    facts: Mapping[str, object],
) -> None:
    version = await connection.fetchval(_NEXT, row["person_id"])
    what = {"appointment": row["id"], "role": row["role"], "unit": row["unit_id"]}
    await event.record(
        connection,
        topic=Topic.PERSON,
        thing_id=row["person_id"],
        area_code=row["area_code"],
        version=version,
        kind=kind,
        actor_id=actor_id,
        facts={**what, "area": row["area_code"], **facts},
    )


def _unknown() -> Refusal:
    return Refusal(Code.NOT_FOUND, "没有这项任职", "appointmentId")


_AREA_OF_UNIT = "SELECT area_code FROM unit WHERE id = $1"
_LOCK_PERSON = f"""
SELECT id, banned_at, {db.TODAY} AS today,
    (SELECT household_id FROM residence WHERE person_id = person.id AND state = 'CONFIRMED'),
    ARRAY(
        SELECT area_code FROM residence
        WHERE person_id = person.id AND state IN ('CONFIRMED', 'PENDING')
        UNION SELECT area_code FROM appointment WHERE person_id = person.id
            AND started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})
    ) AS codes
FROM person WHERE (id = $1 OR phone_index = $2) AND claimed_by_id IS NULL FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_IS_HELD = """
SELECT EXISTS (
    SELECT FROM appointment WHERE person_id = $1 AND role = $2 AND area_code = $3
        AND unit_id IS NOT DISTINCT FROM $4
        AND (ended_on IS NULL OR ended_on >= $5) AND ($6::date IS NULL OR started_on <= $6)
        AND (ended_on IS NULL OR ended_on >= started_on)
)
"""
_ROW = f"""id, person_id, role, area_code, unit_id, started_on, ended_on, {db.TODAY} AS today"""
_START = f"""
INSERT INTO appointment (person_id, role, area_code, unit_id, started_on, ended_on, started_by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_ROW}
"""  # noqa: S608 - constants
_SEEN = f"SELECT {_ROW}, {access.rights_sql('$2')} AS rights FROM appointment WHERE id = $1"  # noqa: S608 - constants
_LOCK = f"SELECT {_ROW} FROM appointment WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - constants
_END = "UPDATE appointment SET ended_on = $2, ended_by_id = $3 WHERE id = $1"
_NEXT = "UPDATE person SET version = version + 1 WHERE id = $1 RETURNING version"
