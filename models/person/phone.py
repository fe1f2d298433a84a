"""A phone number that its owner has proved, and the roster row that it claims."""

from collections.abc import Awaitable, Callable

import asyncpg

from models import access, cipher
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.person import claim, moving, protected

LookUp = Callable[[str], Awaitable[str]]
"""Gives the number that a phone code stands for; raises Refusal."""


async def verify_phone(person_id: int, *, code: str, key: str, look_up: LookUp) -> int:
    """Give a person the number that `code` proves, and what a roster knows of that number.

    Raises Refusal: what `look_up` refuses, INVALID for a number that is not Chinese, CONFLICT
    for one that somebody else who signs in has proved, NOT_ALLOWED for who is banned.
    """
    proved = await _proved(code, look_up)

    async def act(connection: Connection) -> int:
        if isinstance(proved, Refusal):
            raise _Unproved
        try:
            await _take(connection, person_id, proved)
        except asyncpg.UniqueViolationError:
            # Somebody else proved the same number at this very moment.
            raise _taken() from None
        return person_id

    try:
        return await once(
            act,
            person_id=person_id,
            operation="person.verify_phone",
            key=key,
            asked={"code": code},
        )
    except _Unproved:
        assert isinstance(proved, Refusal)
        raise proved from None


class _Unproved(Exception):
    """The code proves nothing, or the same request used it just before: the key stays free."""


async def _proved(code: str, look_up: LookUp) -> str | Refusal:
    """Look the number up before the transaction, which must not wait for the outside.

    A code serves once. Who sends it again with the same key is refused by the outside, and gets
    the first answer all the same: so a refusal is only told inside.
    """
    try:
        return protected.phone(await look_up(code), path="code")
    except Refusal as refusal:
        return refusal


async def _take(connection: Connection, person_id: int, number: str) -> None:
    held = await access.rights(connection, person_id)
    access.check(held, Action.PERSON_VERIFY_PHONE, Thing(owner_id=person_id))
    index = cipher.blind_index(number, column=protected.PHONE_COLUMN)
    found = await claim.holder(connection, protected.PHONE_COLUMN, index)
    those = [person_id, *([found.person_id] if found else [])]
    await moving.hold_homes(connection, those)
    people = await moving.lock_people(connection, those)
    me = people[person_id]
    if found and found.person_id != person_id:
        other = people.get(found.person_id)
        if other is None or other["signs_in"] or other["phone_index"] != index:
            raise _taken()
        await _claim(connection, other, me)
    sealed = cipher.seal(number, place=f"{protected.PHONE_COLUMN}:{person_id}")
    await connection.execute(_VERIFY, person_id, sealed, index)
    await moving.record(connection, person_id, kind="PHONE_VERIFIED", actor_id=person_id, facts={})


async def _claim(connection: Connection, roster: asyncpg.Record, me: asyncpg.Record) -> None:
    """Let a roster row become who proved its number, unless they say to be somebody else.

    Numbers are given anew: one that has another name than the row's takes the number and no more.
    An identity number goes over only to who says the same name (docs/decisions/0008).
    """
    has_home = await moving.home_of(connection, me["id"]) is not None
    said = me["name"] if has_home else await connection.fetchval(_SAID_NAME, me["id"])
    if said is not None and said != roster["name"]:
        await connection.execute(_LOSE, roster["id"])
        await moving.record(
            connection, roster["id"], kind="PHONE_LOST", actor_id=me["id"], facts={}
        )
        return
    code = await claim.absorb(
        connection, roster, me, takes_home=not has_home, takes_identity=said is not None
    )
    if code and not has_home:
        # What was asked for has come true by the claim.
        await connection.execute(_COME_TRUE, me["id"], code)


def _taken() -> Refusal:
    return Refusal(Code.CONFLICT, "该手机号已由他人验证", "code")


_SAID_NAME = "SELECT name FROM residence WHERE person_id = $1 AND state = 'PENDING'"
_LOSE = """
UPDATE person SET phone = NULL, phone_index = NULL, phone_verified_at = NULL WHERE id = $1
"""
_VERIFY = """
UPDATE person SET phone = $2, phone_index = $3, phone_verified_at = now() WHERE id = $1
"""
_COME_TRUE = """
UPDATE residence SET state = 'WITHDRAWN', name = NULL, address = NULL, identity_number = NULL
WHERE person_id = $1 AND state = 'PENDING' AND area_code = $2
"""
