"""Banning somebody, and lifting a ban: for a reason that is kept, and never oneself.

Who is banned has no rights and no session from the next request on (standing.py), in whatever
process: nothing else has to be told. Roles and homes stay, and are there again afterwards.
"""

from models import access
from models.access import Action
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.person import admins, moving, protected
from models.role import Role


async def ban(person_id: int, *, actor_id: int, reason: str, key: str) -> int:
    """Ban a person, once for this idempotency key; gives the person's key.

    Raises Refusal NOT_ALLOWED (also for oneself), NOT_FOUND, INVALID, or ILLEGAL_MOVE for who is
    banned already and for the last administrator.
    """
    return await _act("BANNED", person_id, actor_id=actor_id, reason=reason, key=key)


async def unban(person_id: int, *, actor_id: int, reason: str, key: str) -> int:
    """Lift a ban, once for this idempotency key; raises as `ban`."""
    return await _act("UNBANNED", person_id, actor_id=actor_id, reason=reason, key=key)


async def _act(kind: str, person_id: int, *, actor_id: int, reason: str, key: str) -> int:
    why = protected.reason(reason)

    async def act(connection: Connection) -> int:
        await _check(connection, kind, person_id, actor_id)
        await connection.execute(_BAN if kind == "BANNED" else _UNBAN, person_id)
        await moving.record(
            connection,
            person_id,
            kind=kind,
            actor_id=actor_id,
            facts={},
            content={"reason": why},
        )
        return person_id

    return await once(
        act,
        person_id=actor_id,
        operation="person.ban" if kind == "BANNED" else "person.unban",
        key=key,
        asked={"person": person_id, "reason": reason},
    )


async def _check(connection: Connection, kind: str, person_id: int, actor_id: int) -> None:
    """Lock the person, and let this be done to them; raises Refusal."""
    access.check(await access.rights(connection, actor_id), Action.PERSON_BAN, path="personId")
    row = await connection.fetchrow(_LOCK, person_id)
    if row is not None and row["is_admin"]:
        await admins.hold(connection)
    # Read after the locks: of two who ban each other the second is nobody by now.
    held = await access.rights(connection, actor_id)
    access.check(held, Action.PERSON_BAN, path="personId")
    if row is None:
        raise Refusal(Code.NOT_FOUND, "没有这个人员", "personId")
    if person_id == actor_id:
        raise Refusal(Code.NOT_ALLOWED, "不能封禁或解封本人", "personId")
    if row["is_banned"] == (kind == "BANNED"):
        said = "该人员已被封禁" if row["is_banned"] else "该人员未被封禁"
        raise Refusal(Code.ILLEGAL_MOVE, said, "personId")
    if row["is_admin"] and not await admins.stay_without(connection, person_id):
        raise Refusal(Code.ILLEGAL_MOVE, "须至少保留一名管理员", "personId")


_LOCK = f"""
SELECT banned_at IS NOT NULL AS is_banned, EXISTS (
    SELECT FROM appointment
    WHERE person_id = person.id AND role = '{Role.ADMIN}' AND ended_on IS NULL
) AS is_admin
FROM person WHERE id = $1 AND claimed_by_id IS NULL FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_BAN = "UPDATE person SET banned_at = now() WHERE id = $1"
_UNBAN = "UPDATE person SET banned_at = NULL WHERE id = $1"
