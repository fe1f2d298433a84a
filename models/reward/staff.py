"""Who acts for a merchant: its owner adds and removes those who work at the counter.

Those in charge of its area may, too: so a merchant without an owner gets one, and one whose owner
has gone is not lost. Nobody makes themself a member.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from models import access, db
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import Act, once
from models.reward import telling
from models.reward.record import IS_MINE, IS_OWNER
from models.reward.words import MerchantState

MEMBERS_MOST = 50


@dataclass(frozen=True, slots=True)
class Member:
    """That a person acts for a merchant."""

    person_id: int
    is_owner: bool


async def add_member(*, actor_id: int, merchant_id: int, person_id: int, key: str) -> int:
    """Let somebody act for a merchant; the first one owns it. Give the merchant's id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for oneself, ALREADY_USED for who is a member,
    LIMIT_REACHED, ILLEGAL_MOVE for a merchant that is closed.
    """

    async def act(connection: Connection) -> int:
        row = await _in_charge(connection, merchant_id, actor_id)
        if person_id == actor_id:
            raise Refusal(Code.NOT_ALLOWED, "不能添加本人", "personId")
        if not await connection.fetchval(_IS_SOMEBODY, person_id):
            raise Refusal(Code.NOT_FOUND, "未找到该人员", "personId")
        members = await connection.fetch(_MEMBERS, merchant_id)
        if any(member["person_id"] == person_id for member in members):
            raise Refusal(Code.ALREADY_USED, "该人员已是商户成员", "personId")
        if len(members) >= MEMBERS_MOST:
            raise Refusal(Code.LIMIT_REACHED, f"商户成员最多 {MEMBERS_MOST} 人", "personId")
        is_owner = not any(member["is_owner"] for member in members)
        await connection.execute(_ADD, merchant_id, person_id, is_owner)
        return await _moved(connection, merchant_id, row, "MEMBER_ADDED", person_id, actor_id)

    return await _once(act, "merchantMemberAdd", merchant_id, person_id, actor_id, key)


async def remove_member(*, actor_id: int, merchant_id: int, person_id: int, key: str) -> int:
    """Let somebody act for a merchant no more; give its id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for an owner who would remove themself, ILLEGAL_MOVE
    for a merchant that is closed.
    """

    async def act(connection: Connection) -> int:
        row = await _in_charge(connection, merchant_id, actor_id)
        if person_id == actor_id:
            raise Refusal(Code.NOT_ALLOWED, "不能移除本人", "personId")
        if await connection.fetchval(_REMOVE, merchant_id, person_id) is None:
            raise Refusal(Code.NOT_FOUND, "该人员不是商户成员", "personId")
        return await _moved(connection, merchant_id, row, "MEMBER_REMOVED", person_id, actor_id)

    return await _once(act, "merchantMemberRemove", merchant_id, person_id, actor_id, key)


async def members(merchant_id: int, *, viewer_id: int) -> tuple[Member, ...] | None:
    """Give who acts for a merchant, the owner first; None for who may not know.

    Members know it of each other, and those in charge of its area.
    """
    row = await db.fetch_one(_SEEN, merchant_id, viewer_id)
    if row is None:
        return None
    thing = Thing(area_code=row["area_code"])
    if not (row["is_mine"] or access.read(row["rights"]).may(Action.MERCHANT_STAFF, thing)):
        return None
    return tuple(Member(*one) for one in orjson.loads(row["members"] or "[]"))


async def _in_charge(connection: Connection, merchant_id: int, actor_id: int) -> Any:  # noqa: ANN401
    rights = await access.rights(connection, actor_id)
    row = await connection.fetchrow(_LOCK, merchant_id, actor_id)
    if row is None:
        raise _not_found()
    owner_id = actor_id if row["is_owner"] else None
    thing = Thing(owner_id=owner_id, area_code=row["area_code"])
    if not rights.may(Action.MERCHANT_STAFF, thing):
        raise _not_found()
    if row["state"] == MerchantState.CLOSED:
        raise Refusal(Code.ILLEGAL_MOVE, "该商户已停业", "merchantId")
    return row


async def _moved(  # noqa: PLR0913, PLR0917 - the sides of one event
    connection: Connection,
    merchant_id: int,
    row: Any,  # noqa: ANN401 - _LOCK
    kind: str,
    person_id: int,
    actor_id: int,
) -> int:
    await connection.execute(_CHANGED, merchant_id)
    await telling.merchant_moved(
        connection,
        merchant_id,
        kind=kind,
        version=row["version"] + 1,
        area_code=row["area_code"],
        actor_id=actor_id,
        facts={"person": person_id},
    )
    return merchant_id


async def _once(  # noqa: PLR0913, PLR0917 - the sides of one request
    act: Act,
    operation: str,
    merchant_id: int,
    person_id: int,
    actor_id: int,
    key: str,
) -> int:
    asked = {"merchantId": merchant_id, "personId": person_id}
    return await once(act, person_id=actor_id, operation=operation, key=key, asked=asked)


def _not_found() -> Refusal:
    return Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")


_LOCK = f"""
SELECT area_code, state, version, {IS_OWNER.format(viewer="$2")} AS is_owner FROM merchant
WHERE id = $1 FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_IS_SOMEBODY = """
SELECT true FROM person WHERE id = $1 AND banned_at IS NULL AND claimed_by_id IS NULL
"""
_MEMBERS = """
SELECT person_id, is_owner FROM merchant_member WHERE merchant_id = $1
ORDER BY is_owner DESC, id
"""
_ADD = "INSERT INTO merchant_member (merchant_id, person_id, is_owner) VALUES ($1, $2, $3)"
_REMOVE = "DELETE FROM merchant_member WHERE merchant_id = $1 AND person_id = $2 RETURNING id"
_CHANGED = "UPDATE merchant SET version = version + 1 WHERE id = $1"
_SEEN = f"""
SELECT area_code, {IS_MINE.format(viewer="$2")} AS is_mine, {access.rights_sql("$2")} AS rights, (
        SELECT json_agg(json_build_array(person_id, is_owner) ORDER BY is_owner DESC, id)::text
        FROM merchant_member WHERE merchant_id = merchant.id
    ) AS members
FROM merchant WHERE id = $1
"""  # noqa: S608 - constants
